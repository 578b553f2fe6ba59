// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "os/program.hpp"

namespace sim::run {

// While it lives, the first SIGINT, SIGTERM or SIGHUP is only noted, so that a run can end in good
// order; a second one of any of them ends the program at once (kInterrupted), and names the
// firmware that did not return in between. One that a firmware raised itself is the firmware's end.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;
  bool interrupted() const;

 private:
  os::KeptSignals before_;
};

}  // namespace sim::run
