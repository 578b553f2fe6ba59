// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/clock.hpp"

#include <algorithm>

namespace meter::fw {

void Clock::trim(const Hal& hal, const Crystal& crystal) {
  // 0.2 K at the ends of the range, where the parabola is steepest, are 0.9 ppm.
  constexpr std::int32_t kStep_centi_c = 20;
  if (crystal.n_points == 0 || !hal.has_thermometer()) return;
  const std::int32_t now = hal.centi_celsius();
  const std::int32_t moved = now - trimmed_at_centi_c_;
  if (moved > -kStep_centi_c && moved < kStep_centi_c) return;
  // Beyond its range the RTC would keep the trim of another temperature.
  constexpr std::int32_t kMost_ppb = METER_RTC_TRIM_PPB;
  const std::int32_t trim_ppb = std::clamp(-crystal.fast_ppb(now), -kMost_ppb, kMost_ppb);
  if (hal.rtc_trim(trim_ppb)) trimmed_at_centi_c_ = static_cast<std::int16_t>(now);
}

RowHead Clock::stamp(std::int64_t utc_s) const {
  const Season season = zone.at(utc_s);
  RowHead head;
  // 32 bits reach to 2106; a clock that reads less than 1970 is one that lost count.
  head.utc_s = utc_s > 0 ? static_cast<std::uint32_t>(utc_s) : 0;
  head.deviation_min = season.deviation_min;
  if (!valid) head.status |= kClockInvalid;
  if (season.daylight_saving) head.status |= kDaylightSaving;
  return head;
}

}  // namespace meter::fw
