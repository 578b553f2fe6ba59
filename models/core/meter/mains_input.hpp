// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/time.hpp"

namespace models {

// What happens to the mains at one meter's terminals, by scenario time: outages and sags. Times may
// be announced in any order, before they come.
class MainsInput {
 public:
  enum class Kind : std::uint8_t { kOff, kOn, kSagBegin, kSagEnd };
  struct Change {
    kernel::TimeNs at;
    Kind kind;
    double factor;  // of a sag: residual voltage
    kernel::TimeNs sag_end;
  };

  void power(kernel::TimeNs at, bool on);
  void sag(kernel::TimeNs from, kernel::TimeNs to, double factor);

  kernel::TimeNs next() const { return pending_.empty() ? kernel::kNever : pending_.back().at; }
  // Takes the next change into effect.
  Change take();
  // Voltage as a fraction of its undisturbed value.
  double factor() const { return on_ ? sag_factor_ : 0.0; }

 private:
  void insert(const Change& change);

  std::vector<Change> pending_;  // latest first
  double sag_factor_ = 1.0;
  bool on_ = false;
};

}  // namespace models
