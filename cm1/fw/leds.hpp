// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <utility>

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// The data sheet's two: signal level; power and modem state.
class Leds {
 public:
  explicit Leds(const Platform& platform) : platform_(platform) {}

  // As after power on.
  void off() { shown_ = {CM1_LED_OFF, CM1_LED_OFF}; }
  void not_commissioned() { set(CM1_LED_STATE, CM1_LED_RED); }

  void show(bool powered, bool online, bool connected) {
    cm1_colour state = CM1_LED_YELLOW;  // powered, on its way
    if (connected) {
      state = CM1_LED_GREEN;
    } else if (online) {
      state = CM1_LED_BLUE;
    }
    set(CM1_LED_STATE, state);
    const std::uint8_t rssi = powered ? platform_.modem_rssi() : kUnknownRssi;
    cm1_colour signal = CM1_LED_RED;
    if (rssi == kUnknownRssi) {
      signal = CM1_LED_OFF;
    } else if (rssi >= kFairRssi) {
      signal = rssi >= kStrongRssi ? CM1_LED_GREEN : CM1_LED_YELLOW;
    }
    set(CM1_LED_SIGNAL, signal);
  }

 private:
  // 3GPP 27.007 +CSQ: -113 dBm + 2 dB a step. Below -95 dBm low, below -83 dBm fair, else strong.
  static constexpr std::uint8_t kFairRssi = 9;
  static constexpr std::uint8_t kStrongRssi = 15;
  static constexpr std::uint8_t kUnknownRssi = 99;

  void set(cm1_led which, cm1_colour colour) {
    if (std::exchange(shown_[which], colour) != colour) platform_.led(which, colour);
  }

  const Platform& platform_;
  std::array<cm1_colour, 2> shown_{CM1_LED_OFF, CM1_LED_OFF};
};

}  // namespace cm1::fw
