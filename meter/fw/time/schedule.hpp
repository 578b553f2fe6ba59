// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// What happens at a time of day: captures, closings, demand, rates, seasons, pushes. One match
// of the RTC, at the nearest. Boundaries are whole seconds of UTC, so rows are exact to the tick.
class Schedule {
 public:
  // From now on; boundaries that passed while the supply was off leave no row.
  void start(Core& core);
  // Everything due. Called at the match, and before the clock is moved.
  void run(Core& core);
  // The RTC stands before where it was seen last, though nobody set it: a fault. What was passed
  // comes again. Looked for at every frame, wake-up and RTC interrupt: one read.
  void watch(Core& core);
  // Asleep: nothing is captured; the clock is looked after once an hour.
  void keep_clock(Core& core);
  // Moves the clock. Forward over boundaries: one row at once, stamped with the last of them.
  // Backward: they come again. Zone and season go with UTC and never make a jump.
  void set_clock(Core& core, std::int64_t ticks);
  // The calendar is another, or its plan, or the demand period.
  void replan_billing(Core& core);

  // Once after each push period (plus delay): rows are to be offered.
  bool take_push_due() {
    const bool due = push_due_;
    push_due_ = false;
    return due;
  }

 private:
  enum class Months : std::uint8_t { keep, plan };
  void plan(Core& core, Months months);
  void arm(Core& core) const;

  std::int64_t seen_ticks_ = 0;
  std::array<std::int64_t, kProfileCount> next_capture_s_{};  // of each profile
  std::int64_t next_season_s_ = kNever;
  std::int64_t next_push_s_ = kNever;
  std::int64_t next_demand_s_ = kNever;
  std::int64_t next_tariff_s_ = kNever;
  bool push_due_ = false;
};

}  // namespace meter::fw
