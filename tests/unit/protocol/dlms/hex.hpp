// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"

namespace protocol_test {

using Octets = std::vector<std::uint8_t>;

// Blanks ignored; fails the test on anything that is no hex digit.
Octets from_hex(std::string_view text);
std::string to_hex(protocol::Bytes octets);
Octets copy(protocol::Bytes octets);

// A named vector of tests/vectors/dlms.txt.
const Octets& golden(const std::string& name);

// Small and repeatable; the seed is printed by the test that uses it.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15u + 1) {}
  std::uint64_t next();
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  std::uint8_t octet() { return static_cast<std::uint8_t>(next() >> 24); }
  Octets octets(std::size_t n);

 private:
  std::uint64_t state_;
};

}  // namespace protocol_test
