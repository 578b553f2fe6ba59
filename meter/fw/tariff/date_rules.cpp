// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/tariff/calendar.hpp"

namespace meter::fw {
namespace {

using protocol::civil_from_days;
using protocol::CivilDate;
using protocol::days_from_civil;
using protocol::kDayS;

constexpr std::uint8_t kSummerEnds = 0xFD;  // in the place of the month
constexpr std::uint8_t kSummerBegins = 0xFE;
constexpr std::uint8_t kLastDay = 0xFE;  // in that of the day
constexpr std::uint8_t kLastButOne = 0xFD;
constexpr int kMostFromEaster = 100;
constexpr int kLeapYear = 2000;

bool by_easter(const DateRule& rule) {
  return rule[2] == kEasterMonth || rule[2] == kJulianEasterMonth;
}
bool by_summer(const DateRule& rule) { return rule[2] == kSummerBegins || rule[2] == kSummerEnds; }
bool any_year(const DateRule& rule) { return rule[0] == kAnyDate && rule[1] == kAnyDate; }

// Monday is 1.
int weekday_of(std::int64_t day) { return static_cast<int>(day + 3 - floor_to(day + 3, 7)) + 1; }

std::int64_t last_of_month(int year, unsigned month) {
  return (month == 12 ? days_from_civil(year + 1, 1, 1) : days_from_civil(year, month + 1, 1)) - 1;
}

// The day of a rule that names one, in this year and month.
std::int64_t day_in_month(const DateRule& rule, int year, unsigned month) {
  const std::uint8_t day = rule[3];
  const int weekday = rule[4];
  if (day == kLastDay || day == kLastButOne) {
    const std::int64_t last = last_of_month(year, month);
    const int before = day == kLastButOne ? 1 : 0;
    if (weekday == kAnyDate) return last - before;
    const int back = (weekday_of(last) - weekday + 7) % 7;
    return last - back - 7 * before;
  }
  const std::int64_t first = days_from_civil(year, month, day);
  if (first > last_of_month(year, month)) return kNoDay;  // 29 February of a year without one
  if (weekday == kAnyDate) return first;
  return first + (weekday - weekday_of(first) + 7) % 7;
}

}  // namespace

// Gauss, with the corrections of Lichtenberg (Gregorian); the Julian one is plain.
std::int64_t easter(int year, bool julian) {
  const int a = year % 19;
  const int century = year / 100;
  const int moon = julian ? 15 : 15 + (3 * century + 3) / 4 - (8 * century + 13) / 25;
  const int sun = julian ? 0 : 2 - (3 * century + 3) / 4;
  const int d = (19 * a + moon) % 30;
  const int r = (d + a / 11) / 29;
  const int full_moon = 21 + d - r;  // of March
  const int sunday = 7 - (year + year / 4 + sun) % 7;
  const int distance = 7 - ((full_moon - sunday) % 7 + 7) % 7;
  const std::int64_t day = days_from_civil(year, 3, 1) + full_moon + distance - 1;
  // The Julian calendar is behind by the leap days that ours has left out.
  return julian ? day + century - century / 4 - 2 : day;
}

bool is_date_rule(const DateRule& rule) {
  const bool weekday = rule[4] == kAnyDate || (rule[4] >= 1 && rule[4] <= 7);
  const int year = rule[0] << 8 | rule[1];
  if (!weekday || (!any_year(rule) && year > 9999)) return false;
  if (by_easter(rule)) {
    const int offset = static_cast<std::int8_t>(rule[3]);
    return rule[4] == kAnyDate && offset >= -kMostFromEaster && offset <= kMostFromEaster;
  }
  if (by_summer(rule)) return rule[3] == kAnyDate && rule[4] == kAnyDate;
  const std::uint8_t month = rule[2];
  const std::uint8_t day = rule[3];
  if (month != kAnyDate && (month < 1 || month > 12)) return false;
  if (day == kAnyDate || day == kLastDay || day == kLastButOne) return true;
  if (day < 1 || month == kAnyDate) return day >= 1 && day <= 31;
  // Of an open year, February may have 29 days.
  const int in = any_year(rule) ? kLeapYear : year;
  return days_from_civil(in, month, day) <= last_of_month(in, month);
}

bool is_yearly(const DateRule& rule) {
  if (!is_date_rule(rule)) return false;
  if (by_easter(rule) || by_summer(rule)) return true;
  const bool leap_day = any_year(rule) && rule[2] == 2 && rule[3] == 29;
  return rule[2] != kAnyDate && rule[3] != kAnyDate && !leap_day;
}

std::int64_t day_in_year(const DateRule& rule, int year) {
  if (!any_year(rule) && year != (rule[0] << 8 | rule[1])) return kNoDay;
  if (by_easter(rule)) {
    return easter(year, rule[2] == kJulianEasterMonth) + static_cast<std::int8_t>(rule[3]);
  }
  if (by_summer(rule)) {
    const unsigned month = rule[2] == kSummerBegins ? 3 : 10;
    return protocol::floor_div(protocol::eu_change_utc_s(year, month), kDayS);
  }
  return day_in_month(rule, year, rule[2]);
}

bool matches(const DateRule& rule, std::int64_t day) {
  const CivilDate date = civil_from_days(day);
  // From Easter or a weekday on, the day may lie in the year or month after.
  if (is_yearly(rule)) {
    return day_in_year(rule, date.year) == day || day_in_year(rule, date.year - 1) == day ||
           day_in_year(rule, date.year + 1) == day;
  }
  if (!any_year(rule) && date.year != (rule[0] << 8 | rule[1])) return false;
  if (rule[2] != kAnyDate && rule[2] != date.month) return false;
  if (rule[3] == kAnyDate) return rule[4] == kAnyDate || rule[4] == weekday_of(day);
  return day_in_month(rule, date.year, date.month) == day;
}

}  // namespace meter::fw
