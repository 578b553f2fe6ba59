// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/calendar.hpp"

#include "protocol/assert.hpp"

namespace protocol {

// Years are counted from March, so that the leap day is the last of its year and the months before
// it have the fixed pattern 31 30 31 30 31: (153 m + 2) / 5 days.
std::int64_t days_from_civil(int year, unsigned month, unsigned day) {
  PROTOCOL_ASSERT(month >= 1 && month <= 12);
  const std::int64_t y = std::int64_t{year} - (month <= 2 ? 1 : 0);
  const std::int64_t era = (y >= 0 ? y : y - 399) / 400;
  const std::int64_t year_of_era = y - era * 400;
  const std::int64_t months_since_march = (month + 9) % 12;
  const std::int64_t day_of_year = (153 * months_since_march + 2) / 5 + day - 1;
  const std::int64_t day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146097 + day_of_era - 719468;  // 0000-03-01 to 1970-01-01
}

CivilDate civil_from_days(std::int64_t days) {
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const std::int64_t day_of_era = shifted - era * 146097;
  const std::int64_t year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const std::int64_t day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const std::int64_t march_month = (5 * day_of_year + 2) / 153;
  const auto day = static_cast<unsigned>(day_of_year - (153 * march_month + 2) / 5 + 1);
  const auto month = static_cast<unsigned>(march_month < 10 ? march_month + 3 : march_month - 9);
  const auto year = static_cast<int>(year_of_era + era * 400 + (month <= 2 ? 1 : 0));
  return {year, month, day};
}

std::int64_t eu_change_utc_s(int year, unsigned month) {
  const std::int64_t last = days_from_civil(year, month, 31);
  const std::int64_t sunday = floor_div(last + 4, 7) * 7 - 4;  // day 0 was a Thursday
  return sunday * kDayS + 3600;
}

bool eu_daylight_saving(std::int64_t utc_s) {
  const int year = civil_from_days(floor_div(utc_s, kDayS)).year;
  return utc_s >= eu_change_utc_s(year, 3) && utc_s < eu_change_utc_s(year, 10);
}

}  // namespace protocol
