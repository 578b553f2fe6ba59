// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/clock.hpp"

namespace meter::fw {

RowHead Clock::stamp(std::int64_t utc_s) const {
  const Season season = zone.at(utc_s);
  RowHead head;
  // 32 bits reach to 2106; a clock that reads less than 1970 is one that lost count.
  head.utc_s = utc_s > 0 ? static_cast<std::uint32_t>(utc_s) : 0;
  head.deviation_min = season.deviation_min;
  if (!valid) head.status |= kClockInvalid;
  if (season.daylight_saving) head.status |= kDaylightSaving;
  return head;
}

}  // namespace meter::fw
