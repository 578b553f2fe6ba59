// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "meter/hal/meter_hal.h"
#include "models/core/meter/meter_supply.hpp"
#include "models/core/parts/device.hpp"
#include "models/core/parts/rtc.hpp"

namespace models {

// The real-time clock with its match interrupt.
class RtcBlock {
 public:
  RtcBlock(DeviceLife& life, kernel::Entity& entity, kernel::EntityId id, std::uint32_t what,
           const RtcCrystal& crystal, std::int64_t start_ticks)
      : life_(life), timer_(life.agenda, entity, id, what), rtc_(crystal, start_ticks) {}

  // ---- hal: rtc ----
  std::int64_t ticks() const { return rtc_.ticks_at(life_.now()); }
  void set(std::int64_t ticks) {
    if (ticks < 0) {
      life_.refuse();
      return;
    }
    rtc_.set(life_.now(), ticks);
    arm();
  }
  void match(std::int64_t ticks) {
    if (!life_.running) return;
    match_ticks_ = ticks;
    arm();
  }
  int lost() const { return rtc_.lost() ? 1 : 0; }
  bool trim(std::int32_t ppb) {
    if (ppb < -METER_RTC_TRIM_PPB || ppb > METER_RTC_TRIM_PPB) return life_.refuse();
    rtc_.trim(life_.now(), ppb);
    arm();
    return true;
  }

  // The count jumps by itself, now: a fault. The RTC raises its interrupt, as chips with a fault
  // flag do; nothing else tells the firmware, and the match it had asked for is gone.
  void disturb(double seconds) {
    const auto shift_ticks = static_cast<std::int64_t>(seconds * Rtc::kRateHz);
    rtc_.jump(life_.now(), ticks() + shift_ticks);
    if (life_.running) timer_.arm(life_.now());
  }
  void set_temperature(double celsius) {
    rtc_.set_temperature(life_.now(), celsius);
    arm();
  }
  void lose() { rtc_.lose(life_.now()); }
  // The interrupt is raised: the match is used up.
  void matched() { match_ticks_ = INT64_MAX; }
  void stop() {
    timer_.disarm();
    match_ticks_ = INT64_MAX;
  }
  const Rtc& clock() const { return rtc_; }

 private:
  void arm() {
    if (!life_.running) return;
    timer_.arm(match_ticks_ == INT64_MAX ? kernel::kNever : rtc_.time_of(match_ticks_));
  }

  DeviceLife& life_;
  kernel::Timer timer_;
  Rtc rtc_;
  std::int64_t match_ticks_ = INT64_MAX;
};

// The thermometer beside the clock's crystal, without an error of its own.
class ThermometerBlock {
 public:
  explicit ThermometerBlock(const Rtc& rtc) : rtc_(rtc) {}

  // ---- hal: thermometer ----
  std::int32_t centi_celsius() const {
    return static_cast<std::int32_t>(std::lround(rtc_.temperature() * 100));
  }

 private:
  const Rtc& rtc_;
};

// The backup battery: a lithium thionyl chloride cell, whose voltage is flat until it is empty.
class BatteryBlock {
 public:
  explicit BatteryBlock(const MeterSupply& supply) : supply_(supply) {}

  // ---- hal: battery ----
  std::uint32_t voltage_mv() const { return supply_.battery_good() ? kNominal_mv : 0; }

 private:
  static constexpr std::uint32_t kNominal_mv = 3600;  // of the chemistry

  const MeterSupply& supply_;
};

}  // namespace models
