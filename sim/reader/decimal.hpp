// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "protocol/axdr/cursor.hpp"

namespace sim::reader {

// digits * 10^exponent, as exact as the meter sent it.
struct Decimal {
  bool negative = false;
  std::string digits;  // one at least
  int exponent = 0;
};

// Of integers of any width and sign, enums and floats; nothing of anything else, nor of what is no
// finite number. Floats in the shortest form that means the same float, IEEE 754.
std::optional<Decimal> decimal_of(const protocol::axdr::Value& value);
// value * 10^scaler without an exponent, or with one where there were too many zeros.
std::string decimal_text(const Decimal& value, int scaler);

// Two's complement, or cast to unsigned.
std::int64_t integer_of(const protocol::axdr::Value& value);
// Of float32 the double that is written with the same digits: 0.1, not 0.10000000149.
double real_of(const protocol::axdr::Value& value);

}  // namespace sim::reader
