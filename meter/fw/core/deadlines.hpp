// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>

#include "meter/fw/board/hal.hpp"

namespace meter::fw {

enum class Deadline : std::uint8_t {
  rs485,
  optical,
  power_line,
  relay_check,
  limits,
  display,
  image,
  deadlines
};

// All deadlines of the firmware behind the platform's one alarm. Moving a deadline back does not
// move the alarm: it fires once too early and is then set anew, which costs less than an alarm for
// every frame.
class Deadlines {
 public:
  void set(const Hal& hal, Deadline which, std::int64_t uptime_us) {
    at_[index(which)] = uptime_us;
    if (uptime_us < armed_) arm(hal, uptime_us);
  }
  // Takes a deadline that is over off the table.
  bool take(Deadline which, std::int64_t now_us) {
    if (at_[index(which)] > now_us) return false;
    at_[index(which)] = kNever;
    return true;
  }
  // Nothing else is waited for any more.
  void keep_only(Deadline which) {
    const std::int64_t kept = at_[index(which)];
    at_ = all_never();
    at_[index(which)] = kept;
  }
  // To be called last in on_alarm.
  void rearm(const Hal& hal) { arm(hal, *std::min_element(at_.begin(), at_.end())); }

 private:
  static constexpr std::size_t kCount = static_cast<std::size_t>(Deadline::deadlines);
  static constexpr std::size_t index(Deadline which) { return static_cast<std::size_t>(which); }
  static constexpr std::array<std::int64_t, kCount> all_never() {
    std::array<std::int64_t, kCount> never{};
    never.fill(kNever);
    return never;
  }
  void arm(const Hal& hal, std::int64_t uptime_us) {
    armed_ = uptime_us;
    hal.alarm_us(uptime_us);
  }

  std::array<std::int64_t, kCount> at_ = all_never();
  std::int64_t armed_ = kNever;
};

}  // namespace meter::fw
