// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace models {

inline constexpr std::int64_t kSecondsPerDay = 86400;

enum class DayType : unsigned char { work, saturday, sunday };

// Where and when a scenario takes place.
struct Place {
  std::int64_t start_utc_s = 0;      // seconds since 1970 at simulated time 0
  std::int64_t utc_offset_s = 3600;  // standard time; east is positive
  bool daylight_saving = true;       // European Union: last Sundays of March and October, 01:00 UTC
  double latitude_deg = 50.5;
  double longitude_deg = 9;
};

// What people's clocks show at a grid step.
struct LocalTime {
  std::int64_t day;  // days since 1970 of the local date
  int minute;        // of the local day, 0..1439
  int day_of_year;   // 0..365
  DayType type;
  bool summer_time;
};

// Grid steps are minutes of simulated time.
LocalTime local_time(const Place& place, std::int64_t step);

}  // namespace models
