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

std::int64_t LocalZone::local_day(std::int64_t utc_s) const {
  return floor_div(utc_s + offset_min(utc_s) * 60, kDayS);
}

std::int64_t LocalZone::next_midnight(std::int64_t utc_s) const {
  const std::int64_t next_day = local_day(utc_s) + 1;
  const std::int64_t in_winter = next_day * kDayS - std::int64_t{standard_offset_min} * 60;
  const std::int64_t in_summer = in_winter - 3600;
  // 01:00 UTC, where the clocks leap over midnight or fall back behind it.
  const std::int64_t change = floor_div(in_winter, kDayS) * kDayS + 3600;
  const auto begins_it = [&](std::int64_t at) { return at > utc_s && local_day(at) >= next_day; };
  if (begins_it(in_summer)) return in_summer;
  return in_summer < change && change < in_winter && begins_it(change) ? change : in_winter;
}

}  // namespace protocol
