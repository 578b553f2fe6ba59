// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/time.hpp"

namespace models {

inline constexpr kernel::TimeNs kGridStepNs = kernel::kNsPerMinute;
inline constexpr std::int64_t kWindowCycles = 10;  // IEC 61000-4-7 at 50 Hz

struct MainsConfig {
  std::uint64_t seed = 1;
  std::uint32_t grid = 0;  // one grid's frequency is common; its voltage too
  double nominal_voltage_v = 230;
  double frequency_hz = 50;              // mean
  double frequency_spread_hz = 0.02;     // how far it wanders, usually; 0: constant
  double voltage_spread_percent = 3;     // the same of the voltage, of nominal
  std::int64_t local_second_of_day = 0;  // local time of day at simulated time 0
};

// One grid step: frequency and voltage are constant from its first window boundary to the next
// step's.
struct MainsStep {
  kernel::TimeNs start_ns;   // first window boundary at or after 60 s * index
  kernel::TimeNs window_ns;  // ten cycles, rounded to whole nanoseconds
  std::int32_t n_windows;    // until the next step's start
  double voltage_factor;     // of the nominal voltage
};

// The window boundaries all meters on a grid share, for a whole run. Made once, then read only.
class MainsSchedule {
 public:
  // Covers at least [0, horizon] plus one step.
  MainsSchedule(const MainsConfig& config, kernel::TimeNs horizon);

  const MainsStep& step(std::int64_t index) const;
  std::int64_t n_steps() const { return static_cast<std::int64_t>(steps_.size()); }
  // The step a time lies in, by window boundaries: step(k).start_ns <= at < step(k + 1).start_ns.
  std::int64_t step_at(kernel::TimeNs at) const;
  // First window boundary at or after a time.
  kernel::TimeNs boundary_from(kernel::TimeNs at) const;
  double nominal_voltage_v() const { return nominal_voltage_v_; }

 private:
  std::vector<MainsStep> steps_;
  double nominal_voltage_v_;
};

}  // namespace models
