// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/local_days.hpp"

#include "protocol/calendar.hpp"

namespace sim::run {
namespace {

std::int64_t local_day(const ZoneRule& zone, std::int64_t utc_s) {
  return protocol::floor_div(utc_s + 60 * zone.offset_at_min(utc_s), protocol::kDayS);
}
// `near_utc_s`: close enough that the clocks change once at most in between.
std::int64_t midnight_of(const ZoneRule& zone, std::int64_t day, std::int64_t near_utc_s) {
  const std::int64_t day_s = day * protocol::kDayS;
  const std::int64_t guess_s = day_s - 60 * zone.offset_at_min(near_utc_s);
  return day_s - 60 * zone.offset_at_min(guess_s);
}

}  // namespace

std::int64_t begin_of_day(const ZoneRule& zone, std::int64_t utc_s) {
  return midnight_of(zone, local_day(zone, utc_s), utc_s);
}

std::int64_t begin_of_month(const ZoneRule& zone, std::int64_t utc_s) {
  const auto date = protocol::civil_from_days(local_day(zone, utc_s));
  return midnight_of(zone, protocol::days_from_civil(date.year, date.month, 1), utc_s);
}

}  // namespace sim::run
