// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>

#include "meter/hal/meter_hal.h"
#include "models/core/parts/battery.hpp"
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
  void age(std::int32_t ppb) {
    rtc_.age(life_.now(), ppb);
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

// The thermometer beside the clock's crystal, off by a constant.
class ThermometerBlock {
 public:
  ThermometerBlock(const Rtc& rtc, double error_k) : rtc_(rtc), error_k_(error_k) {}

  // ---- hal: thermometer ----
  std::int32_t centi_celsius() const {
    return static_cast<std::int32_t>(std::lround((rtc_.temperature() + error_k_) * 100));
  }

 private:
  const Rtc& rtc_;
  double error_k_;
};

// The backup battery, which feeds clock, retained memory and sleep when the mains are gone; the
// timer says when it is dead.
class BatteryBlock {
 public:
  enum class Duty : unsigned char { none, clock, sleep };

  BatteryBlock(DeviceLife& life, kernel::Entity& entity, kernel::EntityId id, std::uint32_t what)
      : life_(life), timer_(life.agenda, entity, id, what) {}

  // ---- hal: battery ----
  std::uint32_t voltage_mv() const { return cell_.voltage_mv(life_.now()); }

  bool good() const { return cell_.good(life_.now()); }
  const Battery& cell() const { return cell_; }
  void feed(Duty duty) {
    constexpr double kClock_ua = 1.5;  // 32 kHz oscillator, counter, 4 KiB of RAM
    constexpr double kSleep_ua = 4;    // and a stopped processor that hears contacts
    const double drawn_ua = duty == Duty::sleep ? kSleep_ua : kClock_ua;
    duty_ = duty;
    cell_.load(life_.now(), duty == Duty::none ? 0 : drawn_ua);
    arm();
  }
  // The processor woke: some 5 ms at 4 mA, with what it writes to the display.
  void wake() {
    constexpr double kWake_uas = 20;
    cell_.use(life_.now(), kWake_uas);
    arm();
  }
  void warm_to(double celsius) {
    cell_.warm_to(life_.now(), celsius);
    arm();
  }
  void set_charge(double share) {
    cell_.set_charge(life_.now(), share);
    arm();
  }

 private:
  void arm() {
    if (duty_ == Duty::none) return timer_.disarm();
    timer_.arm(good() ? cell_.empty_at() : life_.now());
  }

  DeviceLife& life_;
  kernel::Timer timer_;
  Battery cell_;
  Duty duty_ = Duty::none;
};

}  // namespace models
