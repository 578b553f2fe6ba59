// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/hosted/civil_text/civil_text.hpp"

namespace sim::run {

using protocol::format_utc;
using protocol::parse_civil;
using protocol::parse_rfc3339;
// "02:30:00" or "26:00:00": seconds; hours may exceed 24.
std::optional<std::int64_t> parse_clock(std::string_view text);

// A time zone as the meters know it: a fixed offset and, where the EU rule holds, one hour more
// from the last Sunday of March to the last Sunday of October, 01:00 UTC (directive 2000/84/EC;
// the same rule stands in London since 1996). Earlier years are not modelled.
struct ZoneRule {
  int offset_min = 0;  // east of Greenwich positive
  bool daylight_saving = false;

  int offset_at_min(std::int64_t utc_s) const;
};
}  // namespace sim::run
