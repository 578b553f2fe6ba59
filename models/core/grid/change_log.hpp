// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <vector>

#include "kernel/time.hpp"

namespace models {

// What changes at a meter's terminals between grid steps. A change takes effect with the first
// window that starts at or after `at`; whoever integrates applies this rule for himself.
struct ElectricalChange {
  enum class Kind : unsigned char { relay, power, sag };
  kernel::TimeNs at;
  Kind kind;
  double value;  // relay: 1 closed; power: 1 on; sag: factor on the voltage, 1 when it is over
};

// What is switched, folded from the changes up to some window.
struct SwitchState {
  bool relay_closed = true;
  bool power_on = true;
  double sag_factor = 1;

  void apply(const ElectricalChange& change);
  friend bool operator==(const SwitchState&, const SwitchState&) = default;
};

// All changes at one meter, in the order of time, equal times in the order of arrival.
class ChangeLog {
 public:
  void add(const ElectricalChange& change);
  std::size_t size() const { return changes_.size(); }
  const ElectricalChange& operator[](std::size_t n) const { return changes_[n]; }

 private:
  std::vector<ElectricalChange> changes_;
};

}  // namespace models
