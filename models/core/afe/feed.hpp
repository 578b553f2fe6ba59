// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "kernel/time.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/afe/afe.hpp"
#include "models/core/grid/electrical.hpp"
#include "models/core/load/supply_point.hpp"

namespace models {

// Who takes the windows: the meter's platform, which hands them to the firmware.
class WindowSink {
 public:
  // With half cycles where the voltage changes inside the window.
  virtual void on_sums(const meter_sums& sums, std::uint32_t n_repeats) = 0;
  // The window and its samples live until the call returns.
  virtual void on_samples(const meter_window& window) = 0;

 protected:
  ~WindowSink() = default;
};

enum class FeedTier : unsigned char {
  fleet,    // on_sums: sums in closed form, one window per grid step and change; noise drawn on the
            // sums. A window with a change in it: of its samples
  sampled,  // the same, all of samples
  detailed  // on_samples: every window, noise drawn on every sample
};

// Everything a meter measures, window by window, up to any instant. Integrated lazily: nothing
// happens between two calls of advance, and how often it is called changes nothing but the split
// of the repeats.
class ElectricalFeed {
 public:
  // The supply point and the front end outlive the feed.
  ElectricalFeed(const SupplyPoint& supply, const Afe& afe, FeedTier tier);

  // Delivers, in order, all windows that ended at or before `now` and were not delivered yet.
  void advance(kernel::TimeNs now, WindowSink& sink);

  // Relay and sag take effect at the first sample, power with the first window, at or after the
  // given time, which must not lie before a window already delivered. Power off: no windows. Relay
  // open: no current.
  void set_relay(kernel::TimeNs at, bool closed);
  void set_power(kernel::TimeNs at, bool on);
  void set_sag(kernel::TimeNs from, kernel::TimeNs to, double factor);
  // Current that goes past the meter's phases, or comes back past its neutral; `share` is left.
  void divert(kernel::TimeNs from, kernel::TimeNs to, ElectricalChange::Kind kind, double share);

  // Makes the samples of the window that was delivered last, with their noise, in either tier.
  // False: none was since the power came.
  bool sample_last(SampleBuffer& buffer, meter_window& window) const;

  // When the next window of the grid ends that was not passed yet (also while power is off).
  kernel::TimeNs next_window_end() const;
  const ChangeLog& changes() const { return log_; }
  const SupplyPoint& supply() const { return supply_; }

 private:
  kernel::TimeNs next_window_start() const;
  void keep_last(std::int64_t nth);  // from the next one on
  void add(kernel::TimeNs at, ElectricalChange::Kind kind, double value);
  void apply_changes(kernel::TimeNs window_start);
  std::int64_t windows_until(kernel::TimeNs now) const;
  void deliver(std::int64_t n, WindowSink& sink);
  void deliver_samples(std::int64_t n, WindowSink& sink);
  void deliver_changing(WindowSink& sink);
  void refresh_state();
  void refresh_sums();

  const SupplyPoint& supply_;
  const Afe& afe_;
  FeedTier tier_;
  ChangeLog log_;
  std::size_t next_change_ = 0;
  SwitchState switches_;
  // Next window: its step and its number within the step.
  std::int64_t step_ = 0;
  std::int64_t window_ = 0;
  // Of the current step and switch state.
  bool state_valid_ = false;
  std::uint32_t sums_of_ = 0;  // Afe::parts() that they were made with; 0: there are none
  HomeLoad load_;
  std::int64_t load_step_ = -1;
  ElectricalState state_;
  meter_sums sums_{};
  struct {
    kernel::TimeNs start_ns;
    std::int64_t step;
    SwitchState switches;  // at its start
  } last_{-1, 0, {}};
};

}  // namespace models
