// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocol/calendar.hpp"

namespace meter::fw {

// Deviation and season of an instant.
struct Season {
  std::int16_t deviation_min = 0;  // local + deviation = UTC, daylight saving included
  bool daylight_saving = false;
};

// What a local time means. In the hour that autumn has twice first < last, with the change between
// them; in the one that spring leaves out there is none, and first > last: the change itself and
// the second before it.
struct Instants {
  std::int64_t first = 0;
  std::int64_t last = 0;
  std::int64_t change = 0;  // first < last: the end of daylight saving time
};

// Time zone and the rule of the European Union (directive 2000/84/EC): daylight saving from the
// last Sunday of March to the last Sunday of October, both at 01:00 UTC, 60 minutes.
class TimeZone {
 public:
  void set(std::int16_t zone_min, bool daylight_saving);
  std::int16_t zone_min() const { return zone_min_; }
  bool has_daylight_saving() const { return daylight_saving_; }

  Season at(std::int64_t utc_s) const;
  // The next change after utc_s; kNever without daylight saving.
  std::int64_t next_change(std::int64_t utc_s) const;
  // local_s: seconds of local time, counted as if it were UTC.
  Instants instants_of(std::int64_t local_s) const;
  // First instant after utc_s at which the local calendar day goes up.
  std::int64_t next_midnight(std::int64_t utc_s) const;
  // Last such instant at or before utc_s.
  std::int64_t last_midnight(std::int64_t utc_s) const;
  // The same of the local calendar month.
  std::int64_t next_month(std::int64_t utc_s) const;
  std::int64_t last_month(std::int64_t utc_s) const;

 private:
  std::int64_t local_day(std::int64_t utc_s) const;
  std::int64_t begin_of_month(protocol::CivilDate date, int months_later) const;

  std::int16_t zone_min_ = 0;
  bool daylight_saving_ = false;
};

inline constexpr std::int16_t kDaylightSaving_min = 60;
inline constexpr std::int16_t kMaxZone_min = 840;  // UTC-14:00 to UTC+14:00

// Largest multiple of `period` at or below `value`, also for negative values.
constexpr std::int64_t floor_to(std::int64_t value, std::int64_t period) {
  const std::int64_t rest = value % period;
  return value - (rest < 0 ? rest + period : rest);
}

}  // namespace meter::fw
