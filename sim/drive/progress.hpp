// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/time.hpp"
#include "sim/drive/wall.hpp"

namespace sim::run {

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

}  // namespace sim::run
