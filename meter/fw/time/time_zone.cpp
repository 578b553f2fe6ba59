// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/time_zone.hpp"

#include "meter/fw/board/hal.hpp"

namespace meter::fw {
namespace {

using protocol::kDayS;

constexpr unsigned kMarch = 3;
constexpr unsigned kOctober = 10;

// The offset is constant between these instants; a day has at most one of them.
struct Changes {
  std::int64_t begin;
  std::int64_t end;
};
Changes changes_of(int year) {
  return {protocol::eu_change_utc_s(year, kMarch), protocol::eu_change_utc_s(year, kOctober)};
}
int year_of(std::int64_t utc_s) {
  return protocol::civil_from_days(floor_to(utc_s, kDayS) / kDayS).year;
}

}  // namespace

void TimeZone::set(std::int16_t zone_min, bool daylight_saving) {
  zone_min_ = zone_min;
  daylight_saving_ = daylight_saving;
}

Season TimeZone::at(std::int64_t utc_s) const {
  if (!daylight_saving_) return {zone_min_, false};
  const Changes changes = changes_of(year_of(utc_s));
  if (utc_s < changes.begin || utc_s >= changes.end) return {zone_min_, false};
  return {static_cast<std::int16_t>(zone_min_ - kDaylightSaving_min), true};
}

std::int64_t TimeZone::next_change(std::int64_t utc_s) const {
  if (!daylight_saving_) return kNever;
  const int year = year_of(utc_s);
  const Changes changes = changes_of(year);
  if (utc_s < changes.begin) return changes.begin;
  return utc_s < changes.end ? changes.end : changes_of(year + 1).begin;
}

Instants TimeZone::instants_of(std::int64_t local_s) const {
  const std::int64_t standard_s = local_s + zone_min_ * 60;
  const std::int64_t summer_s = standard_s - kDaylightSaving_min * 60;
  const bool in_summer = at(summer_s).daylight_saving;
  const bool in_standard = !at(standard_s).daylight_saving;
  if (in_summer && in_standard) return {summer_s, standard_s, next_change(summer_s)};
  if (in_summer) return {summer_s, summer_s, 0};
  if (in_standard) return {standard_s, standard_s, 0};
  const std::int64_t change = next_change(summer_s);
  return {change, change - 1, 0};
}

std::int64_t TimeZone::local_day(std::int64_t utc_s) const {
  return floor_to(utc_s - at(utc_s).deviation_min * 60, kDayS) / kDayS;
}

// Where daylight saving begins at local midnight (Azores), the day goes up with the change; where
// it ends at local midnight, the day goes up once, before the clocks go back.
std::int64_t TimeZone::next_midnight(std::int64_t utc_s) const {
  const std::int64_t next_day = (local_day(utc_s) + 1) * kDayS;
  const std::int64_t plain = next_day + at(utc_s).deviation_min * 60;
  const std::int64_t change = next_change(utc_s);
  if (change > plain) return plain;
  const std::int64_t after = next_day + at(change).deviation_min * 60;
  if (change == plain && after > plain) return after;  // set back just before midnight
  return after > change ? after : change;
}

std::int64_t TimeZone::last_midnight(std::int64_t utc_s) const {
  // From the day before, walk forward: at most three steps.
  std::int64_t midnight = next_midnight(utc_s - 2 * kDayS);
  for (;;) {
    const std::int64_t next = next_midnight(midnight);
    if (next > utc_s) return midnight;
    midnight = next;
  }
}

// From noon of the day before.
std::int64_t TimeZone::begin_of_month(protocol::CivilDate date, int months_later) const {
  const int month = static_cast<int>(date.month) - 1 + months_later;
  const int year = date.year + static_cast<int>(protocol::floor_div(month, 12));
  const auto in_year = static_cast<unsigned>(month - floor_to(month, 12));
  const std::int64_t day = protocol::days_from_civil(year, in_year + 1, 1);
  return next_midnight(day * kDayS - kDayS / 2 + zone_min_ * 60);
}

std::int64_t TimeZone::next_month(std::int64_t utc_s) const {
  const protocol::CivilDate date = protocol::civil_from_days(local_day(utc_s));
  const std::int64_t next = begin_of_month(date, 1);
  return next > utc_s ? next : begin_of_month(date, 2);
}

std::int64_t TimeZone::last_month(std::int64_t utc_s) const {
  const protocol::CivilDate date = protocol::civil_from_days(local_day(utc_s));
  const std::int64_t last = begin_of_month(date, 0);
  return last <= utc_s ? last : begin_of_month(date, -1);
}

}  // namespace meter::fw
