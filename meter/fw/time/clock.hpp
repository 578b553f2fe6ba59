// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/board/hal.hpp"
#include "meter/fw/store/row_log.hpp"
#include "meter/fw/time/crystal.hpp"
#include "meter/fw/time/time_zone.hpp"

namespace meter::fw {

// Status word of a profile row, IDIS package 2.
inline constexpr std::uint8_t kCriticalError = 0x01;
inline constexpr std::uint8_t kClockInvalid = 0x02;
inline constexpr std::uint8_t kDataNotValid = 0x04;  // the interval is longer or shorter
inline constexpr std::uint8_t kDaylightSaving = 0x08;
inline constexpr std::uint8_t kClockAdjusted = 0x20;
inline constexpr std::uint8_t kPowerDown = 0x80;

// The meter's notion of time: the RTC counts ticks of UTC since 1970, the zone makes it local.
class Clock {
 public:
  TimeZone zone;
  bool valid = false;  // false after the RTC lost count, until somebody sets it

  std::int64_t utc_s(const Hal& hal) const {
    return floor_to(hal.rtc_ticks(), kTicksPerSecond) / kTicksPerSecond;
  }
  // Time, deviation and the clock's part of the status.
  RowHead stamp(std::int64_t utc_s) const;
  // Takes off what the crystal is fast by at the temperature of now.
  void trim(const Hal& hal, const Crystal& crystal);

 private:
  std::int16_t trimmed_at_centi_c_ = INT16_MAX;
};

}  // namespace meter::fw
