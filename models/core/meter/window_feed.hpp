// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "models/core/afe/feed.hpp"
#include "models/core/meter/upcall_gate.hpp"

namespace models {

// Hands the firmware its windows: in the detailed tier each when it ends, else when somebody looks.
class WindowFeed final : private WindowSink {
 public:
  enum class Pace : unsigned char { on_demand, every_step, every_window };

  WindowFeed(DeviceLife& life, UpcallGate& gate, kernel::Entity& entity, kernel::EntityId id,
             std::uint32_t what, std::unique_ptr<ElectricalFeed> feed, Pace pace);

  // All windows that have ended.
  void deliver(kernel::TimeNs now) {
    // Windows are upcalls of their own, inside none.
    feed_->advance(now, *this);
  }
  void arm(kernel::TimeNs now);
  // The voltage changes now: the window that sees it and the one behind it, whose first cycle
  // reaches into it, are delivered when they end, in either tier. No other has more to say than
  // that nothing happened.
  void watch(kernel::TimeNs now);
  // Each when it ends, whatever the pace. True: from now on, and not before.
  bool set_watched(bool watched) {
    const bool begins = watched && !watched_ && pace_ != Pace::every_window;
    watched_ = watched;
    return begins;
  }
  // The counts of the next window are at either end of the scale.
  void spoil_next() { spoil_ = true; }
  void stop() { timer_.disarm(); }
  void power_on(kernel::TimeNs now);
  // The window in which the supply ends is never completed; truth leaves it out as well.
  void power_off(kernel::TimeNs now) { feed_->set_power(window_start(now), false); }

  ElectricalFeed& feed() { return *feed_; }
  const ElectricalFeed& feed() const { return *feed_; }
  std::uint64_t windows() const { return windows_; }

 private:
  void on_sums(const meter_sums& sums, std::uint32_t n_repeats) override;
  void on_samples(const meter_window& window) override;
  kernel::TimeNs window_start(kernel::TimeNs now) const;

  const DeviceLife& life_;
  UpcallGate& gate_;
  kernel::Timer timer_;
  std::unique_ptr<ElectricalFeed> feed_;
  std::uint64_t windows_ = 0;
  kernel::TimeNs watched_until_ = 0;
  Pace pace_;
  bool watched_ = false;
  bool spoil_ = false;
};

}  // namespace models
