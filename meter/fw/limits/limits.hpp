// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "meter/fw/core/deadlines.hpp"
#include "meter/fw/relay/relay.hpp"
#include "meter/fw/store/limit_settings.hpp"

namespace meter::fw {

// Limiter and register monitors: instantaneous values against thresholds, looked at once a second
// while there is one to look for, and what a crossing does at the relay.
//  - The limiter crosses when the value was on the other side for the minimum duration without a
//    break. What it then cannot do (a control mode that allows no local transition) is left.
//  - A monitor crosses at once.
//  - A meter that starts with a relay that the limiter left open takes the limit for exceeded, so
//    that it reconnects by itself where the mode lets it. What stood above a monitor's threshold
//    crosses anew.
class Limits {
 public:
  void boot(Core& core, Deadlines& deadlines);
  void look(Core& core, Relay& relay, Deadlines& deadlines);
  // False: flash refused it, and all is as it was.
  bool change(Core& core, Deadlines& deadlines, const LimitSettings& next);

  const LimitSettings& settings() const { return settings_; }
  std::uint32_t active_threshold() const { return active_; }
  static bool emergency(const LimiterSettings& limiter, std::int64_t utc_s);

 private:
  struct Crossing {
    std::int64_t since_us = kNever;  // on the other side
    bool over = false;
  };
  static bool crosses(Crossing& crossing, bool over, std::int64_t now_us,
                      const LimiterSettings& limiter);
  bool watching() const;
  void refresh_threshold(Core& core);
  void look_at_limiter(Core& core, Relay& relay, Deadlines& deadlines, std::int64_t now_us);
  void look_at_monitor(Core& core, Relay& relay, Deadlines& deadlines, std::size_t k);

  LimitSettings settings_;
  Crossing limiter_{};
  std::uint32_t active_ = kNoThreshold;
  std::array<std::uint8_t, kMonitors> above_{};  // a bit a threshold
};

}  // namespace meter::fw
