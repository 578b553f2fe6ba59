// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "cm1/hal/cm1_hal.h"
#include "models/core/parts/device_life.hpp"

namespace models {

// The two LEDs.
class LedBlock {
 public:
  struct Change {
    kernel::TimeNs at;
    cm1_led led;
    cm1_colour colour;
  };

  // `log`: keeps every change; else only the present colours.
  LedBlock(DeviceLife& life, bool log) : life_(life), log_changes_(log) {}

  // ---- hal ----
  void led(cm1_led which, cm1_colour colour) {
    if (static_cast<std::size_t>(which) >= colours_.size() || colour > CM1_LED_YELLOW) {
      life_.refuse();
    } else if (life_.alive()) {
      show(which, colour);
    }
  }

  void stop() {
    show(CM1_LED_SIGNAL, CM1_LED_OFF);
    show(CM1_LED_STATE, CM1_LED_OFF);
  }
  cm1_colour colour(cm1_led which) const { return static_cast<cm1_colour>(colours_[which]); }
  const std::vector<Change>& log() const { return log_; }

 private:
  void show(cm1_led which, cm1_colour colour) {
    if (colours_[which] == colour) return;
    colours_[which] = static_cast<std::uint8_t>(colour);
    if (log_changes_) log_.push_back({life_.now(), which, colour});
  }

  DeviceLife& life_;
  std::vector<Change> log_;
  std::array<std::uint8_t, 2> colours_{};
  bool log_changes_;
};

// The 12 V rail from the meter, and what the module takes from it.
class ModuleRail {
 public:
  // Data sheet: not more than 1.5 W in stand-by and 2 W during transmission.
  static constexpr double kStandbyW = 1.5;
  static constexpr double kTransmitW = 2.0;

  bool on() const { return on_since_ns_ != kernel::kNever; }
  void set(kernel::TimeNs now, bool is_on) {
    on_before_ns_ = on_ns(now);
    on_since_ns_ = is_on ? now : kernel::kNever;
  }
  double energy_j(kernel::TimeNs now, kernel::TimeNs transmit_ns) const {
    constexpr double kSeconds = 1.0 / kernel::kNsPerSecond;
    return kStandbyW * static_cast<double>(on_ns(now)) * kSeconds +
           (kTransmitW - kStandbyW) * static_cast<double>(transmit_ns) * kSeconds;
  }

 private:
  kernel::TimeNs on_ns(kernel::TimeNs now) const {
    return on_before_ns_ + (on() ? now - on_since_ns_ : 0);
  }

  kernel::TimeNs on_since_ns_ = kernel::kNever;  // kNever: off
  kernel::TimeNs on_before_ns_ = 0;
};

}  // namespace models
