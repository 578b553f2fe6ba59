// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/local_zone.hpp"

#include "protocol/calendar.hpp"

namespace protocol {

bool LocalZone::daylight_saving(std::int64_t utc_s) const {
  return eu_daylight_saving && protocol::eu_daylight_saving(utc_s);
}

std::int16_t LocalZone::offset_min(std::int64_t utc_s) const {
  return static_cast<std::int16_t>(standard_offset_min + (daylight_saving(utc_s) ? 60 : 0));
}

std::int64_t LocalZone::utc_of(std::int64_t local_s, bool summer) const {
  const std::int64_t in_winter = local_s - std::int64_t{standard_offset_min} * 60;
  const std::int64_t in_summer = in_winter - 3600;
  if (!daylight_saving(in_summer)) return in_winter;
  return daylight_saving(in_winter) || summer ? in_summer : in_winter;
}

std::int64_t LocalZone::next_midnight(std::int64_t utc_s) const {
  const std::int64_t local_s = utc_s + offset_min(utc_s) * 60;
  const std::int64_t midnight_s = (floor_div(local_s, kDayS) + 1) * kDayS;
  // The offset may change between now and midnight; it never does within the last hour of a day.
  const std::int64_t guess = midnight_s - offset_min(utc_s) * 60;
  const std::int64_t exact = midnight_s - offset_min(guess) * 60;
  // When the change makes the day shorter, the exact one may still be today's past midnight.
  return exact > utc_s ? exact : exact + kDayS;
}

}  // namespace protocol
