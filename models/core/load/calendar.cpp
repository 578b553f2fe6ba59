// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/calendar.hpp"

namespace models {
namespace {

struct Date {
  int year;
  int month;
  int day;
};

std::int64_t divide_down(std::int64_t a, std::int64_t b) { return a / b - (a % b < 0 ? 1 : 0); }

// Gregorian date of a day number; years counted from March put the leap day last.
Date date_of(std::int64_t day) {
  const std::int64_t from_0000_03_01 = day + 719468;
  const std::int64_t era = divide_down(from_0000_03_01, 146097);
  const std::int64_t in_era = from_0000_03_01 - era * 146097;
  const std::int64_t year = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
  const std::int64_t in_year = in_era - (365 * year + year / 4 - year / 100);
  const std::int64_t month = (5 * in_year + 2) / 153;  // from March
  const bool next_year = month >= 10;
  return {static_cast<int>(year + era * 400 + (next_year ? 1 : 0)),
          static_cast<int>(next_year ? month - 9 : month + 3),
          static_cast<int>(in_year - (153 * month + 2) / 5 + 1)};
}

// 0: Sunday. 1970-01-01 was a Thursday.
int weekday_of(std::int64_t day) {
  const std::int64_t n = (day + 4) % 7;
  return static_cast<int>(n < 0 ? n + 7 : n);
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

// Directive 2000/84/EC. Only March and October, both of 31 days, need a closer look.
bool summer_time_at(std::int64_t utc_s) {
  const std::int64_t day = divide_down(utc_s, kSecondsPerDay);
  const Date date = date_of(day);
  if (date.month != 3 && date.month != 10) return date.month > 3 && date.month < 10;
  const int last_sunday = 31 - weekday_of(day + 31 - date.day);
  const bool past =
      date.day > last_sunday || (date.day == last_sunday && utc_s - day * kSecondsPerDay >= 3600);
  return (date.month == 3) == past;
}

}  // namespace

LocalTime local_time(const Place& place, std::int64_t step) {
  const std::int64_t utc_s = place.start_utc_s + 60 * step;
  const bool summer = place.daylight_saving && summer_time_at(utc_s);
  const std::int64_t local_s = utc_s + place.utc_offset_s + (summer ? 3600 : 0);
  LocalTime time;
  time.day = divide_down(local_s, kSecondsPerDay);
  time.minute = static_cast<int>((local_s - time.day * kSecondsPerDay) / 60);
  const Date date = date_of(time.day);
  constexpr int kBefore[12] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
  time.day_of_year =
      kBefore[date.month - 1] + date.day - 1 + (date.month > 2 && is_leap(date.year) ? 1 : 0);
  const int weekday = weekday_of(time.day);
  time.type = weekday == 0 ? DayType::sunday : weekday == 6 ? DayType::saturday : DayType::work;
  time.summer_time = summer;
  return time;
}

}  // namespace models
