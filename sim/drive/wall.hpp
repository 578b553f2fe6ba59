// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "kernel/time.hpp"
#include "sim/assembly/world.hpp"
#include "sim/drive/interrupt.hpp"
#include "sim/drive/paced/gateway.hpp"

namespace sim::run {

// The only place of the simulator that looks at a real clock: figures about a run (summary.json,
// the progress line) and the pace of paced mode. Nothing of it reaches result.h5.
class Stopwatch {
 public:
  Stopwatch();
  double elapsed_s() const;

 private:
  std::int64_t start_ns_;
};

// HH:MM:SS; hours may be many.
std::string clock_text(kernel::TimeNs time);

// User and system time of this process so far.
double process_cpu_s();
// Largest resident size of this process so far.
std::uint64_t peak_rss_bytes();

// One line on standard error with a bar, simulated time, speed-up and what is left; only on a
// terminal, at most ten times a second.
class Progress {
 public:
  Progress(kernel::TimeNs end, bool enabled);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  void show(kernel::TimeNs now);
  void done();

 private:
  kernel::TimeNs end_;
  bool enabled_;
  bool drawn_ = false;
  double last_s_ = -1;
  Stopwatch stopwatch_;
};

// Of the terminal behind a descriptor; 80 when that is none.
std::size_t terminal_columns(int descriptor);
// One line of fewer than `columns` characters; `left_s` on the wall clock.
std::string progress_text(double share, kernel::TimeNs now, double speedup, double left_s,
                          std::size_t columns);

struct PaceFigures {
  std::uint64_t slices = 0;
  std::uint64_t late = 0;   // slices that took longer than the wall clock gave them
  double worst_late_s = 0;  // how far behind at worst
  double kept = 0;          // simulated seconds a second, over all
  double out_of_step = 0;   // share of the time more than a second behind
  bool saturated = false;   // the machine could not keep the pace
};

// Runs the world at `speed` simulated seconds a second until `end` or an interrupt, sockets in
// between. `each` is called after every slice with the simulated time.
PaceFigures run_paced(World& world, PacedGateway& gateway, double speed, kernel::TimeNs end,
                      const InterruptGuard& stop, const std::function<void(kernel::TimeNs)>& each);

}  // namespace sim::run
