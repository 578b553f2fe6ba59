// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/inventory/local_time.hpp"

#include "hes-stub/ports/row.hpp"
#include "protocol/cosem/types.hpp"

namespace hes {
namespace {

constexpr std::int64_t kChangeOfDayS = 3600;  // 01:00 UTC

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

// Both months have 31 days. 1970-01-01 was a Thursday; weekday 0 is Sunday.
std::int64_t last_sunday_s(int year, unsigned month) {
  const std::int64_t last_day = protocol::cosem::days_from_civil(year, month, 31);
  const std::int64_t weekday = ((last_day + 4) % 7 + 7) % 7;
  return (last_day - weekday) * kDayS + kChangeOfDayS;
}

}  // namespace

bool LocalZone::daylight_saving(std::int64_t utc_s) const {
  if (!eu_daylight_saving) return false;
  const int year = protocol::cosem::civil_from_days(floor_div(utc_s, kDayS)).year;
  return utc_s >= last_sunday_s(year, 3) && utc_s < last_sunday_s(year, 10);
}

std::int16_t LocalZone::offset_min(std::int64_t utc_s) const {
  return static_cast<std::int16_t>(standard_offset_min + (daylight_saving(utc_s) ? 60 : 0));
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

}  // namespace hes
