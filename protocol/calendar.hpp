// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace protocol {

inline constexpr std::int64_t kDayS = 86'400;

// The whole number of `b` in `a`, rounded down; b > 0.
constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b < 0 ? 1 : 0);
}

// Proleptic Gregorian calendar without a library: days since 1970-01-01.
std::int64_t days_from_civil(int year, unsigned month, unsigned day);
struct CivilDate {
  int year;
  unsigned month;
  unsigned day;
};
CivilDate civil_from_days(std::int64_t days);

// Daylight saving by the rule of the European Union (Directive 2000/84/EC): from the last Sunday of
// March to the last Sunday of October, both at 01:00 UTC. The change of the year in `month` (3 or
// 10), and whether it holds at an instant.
std::int64_t eu_change_utc_s(int year, unsigned month);
bool eu_daylight_saving(std::int64_t utc_s);

}  // namespace protocol
