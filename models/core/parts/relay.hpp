// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// Bistable supply relay of 100 A. A drive pulse moves the contact after its travel time; without
// supply the contact stays where it is. The meter sees the real contact through its feedback, so a
// welded contact reports the state it is stuck in.
class Relay {
 public:
  static constexpr kernel::TimeNs kTravelNs =
      20 * kernel::kNsPerMs;  // typical of 100 A latching relays

  explicit Relay(bool closed) : closed_(closed), target_(closed) {}

  bool closed() const { return closed_; }
  std::uint32_t operations() const { return operations_; }
  void set_stuck(bool stuck) { stuck_ = stuck; }

  // Returns when the contact will have settled.
  kernel::TimeNs drive(kernel::TimeNs now, bool close) {
    target_ = close;
    moving_ = true;
    return now + kTravelNs;
  }
  // The travel time is over.
  void settle() {
    moving_ = false;
    if (stuck_ || closed_ == target_) return;
    closed_ = target_;
    ++operations_;
  }
  // Supply gone before the pulse was complete.
  void abandon() {
    moving_ = false;
    target_ = closed_;
  }

 private:
  std::uint32_t operations_ = 0;
  bool closed_;
  bool target_;
  bool moving_ = false;
  bool stuck_ = false;
};

}  // namespace models
