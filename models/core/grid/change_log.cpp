// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/grid/change_log.hpp"

#include <algorithm>

namespace models {

void SwitchState::apply(const ElectricalChange& change) {
  switch (change.kind) {
    case ElectricalChange::Kind::relay:
      relay_closed = change.value != 0;
      break;
    case ElectricalChange::Kind::power:
      power_on = change.value != 0;
      break;
    case ElectricalChange::Kind::sag:
      sag_factor = change.value;
      break;
  }
}

void ChangeLog::add(const ElectricalChange& change) {
  const auto later = std::upper_bound(
      changes_.begin(), changes_.end(), change.at,
      [](kernel::TimeNs at, const ElectricalChange& other) { return at < other.at; });
  changes_.insert(later, change);
}

}  // namespace models
