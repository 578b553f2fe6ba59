// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "kernel/time.hpp"

namespace models {

// The meter's switched-mode supply, with the 12 V rail that feeds the communication module.
// Rated from 0.7 Un (data sheet); it keeps going down to the drop-out voltage below. After that the
// comparator needs half a mains cycle to notice, and the reservoir capacitor lasts for some 20 ms
// more. Capacitor voltage is not modelled, only these times.
class Supply {
 public:
  static constexpr double kDropOutFactor = 0.45;  // of Un; typical of a wide-input converter
  static constexpr kernel::TimeNs kDetectNs = 10 * kernel::kNsPerMs;
  static constexpr kernel::TimeNs kHoldUpNs = 20 * kernel::kNsPerMs;  // hal: "some 20 ms are left"
  static constexpr kernel::TimeNs kStartUpNs = 500 * kernel::kNsPerMs;  // EN 50470-3: within 5 s

  enum class State { kOff, kStarting, kGood, kHolding, kFailing };
  enum class Event { kNone, kBoot, kFailing, kRestored, kOff };

  State state() const { return state_; }
  bool running() const { return state_ >= State::kGood; }
  // The next instant at which something happens by itself; kNever: nothing.
  kernel::TimeNs deadline() const { return deadline_; }

  // The mains voltage changed to this fraction of Un.
  Event on_mains(kernel::TimeNs now, double factor) {
    if (factor < kDropOutFactor) return lose(now);
    return gain(now);
  }

  Event on_deadline() {
    switch (state_) {
      case State::kStarting:
        enter(State::kGood, kernel::kNever);
        return Event::kBoot;
      case State::kHolding:
        enter(State::kFailing, deadline_ + kHoldUpNs);
        return Event::kFailing;
      case State::kFailing:
        enter(State::kOff, kernel::kNever);
        return Event::kOff;
      case State::kOff:
      case State::kGood:
        break;
    }
    return Event::kNone;
  }

  // The processor starts anew (watchdog) while the mains are there.
  void restart(kernel::TimeNs now) { enter(State::kStarting, now + kStartUpNs); }
  // The rail collapses at once (injected fault).
  void collapse() { enter(State::kOff, kernel::kNever); }

 private:
  void enter(State state, kernel::TimeNs deadline) {
    state_ = state;
    deadline_ = deadline;
  }
  Event lose(kernel::TimeNs now) {
    if (state_ == State::kGood) enter(State::kHolding, now + kDetectNs);
    if (state_ == State::kStarting) enter(State::kOff, kernel::kNever);
    return Event::kNone;
  }
  Event gain(kernel::TimeNs now) {
    const State before = state_;
    if (before == State::kOff) enter(State::kStarting, now + kStartUpNs);
    if (before == State::kHolding || before == State::kFailing) enter(State::kGood, kernel::kNever);
    return before == State::kFailing ? Event::kRestored : Event::kNone;
  }

  kernel::TimeNs deadline_ = kernel::kNever;
  State state_ = State::kOff;
};

}  // namespace models
