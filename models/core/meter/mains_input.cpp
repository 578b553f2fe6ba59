// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/mains_input.hpp"

#include <algorithm>

#include "kernel/assert.hpp"

namespace models {

void MainsInput::insert(const Change& change) {
  // Equal times keep the order of announcement: the later one goes nearer to the front.
  const auto at = std::lower_bound(pending_.begin(), pending_.end(), change,
                                   [](const Change& a, const Change& b) { return a.at > b.at; });
  pending_.insert(at, change);
}

void MainsInput::power(kernel::TimeNs at, bool on) {
  insert({at, on ? Kind::kOn : Kind::kOff, 1.0, at});
}

void MainsInput::sag(kernel::TimeNs from, kernel::TimeNs to, double factor) {
  TWIN_ASSERT(from < to && factor >= 0.0, from, to, factor);
  insert({from, Kind::kSagBegin, factor, to});
  insert({to, Kind::kSagEnd, 1.0, to});
}

MainsInput::Change MainsInput::take() {
  TWIN_ASSERT(!pending_.empty());
  const Change change = pending_.back();
  pending_.pop_back();
  switch (change.kind) {
    case Kind::kOff:
      on_ = false;
      break;
    case Kind::kOn:
      on_ = true;
      break;
    case Kind::kSagBegin:
    case Kind::kSagEnd:
      sag_factor_ = change.factor;
      break;
  }
  return change;
}

}  // namespace models
