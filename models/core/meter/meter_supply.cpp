// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/meter_supply.hpp"

#include <algorithm>

#include "kernel/assert.hpp"

namespace models {

void MainsInput::insert(const Change& change) {
  // Equal times keep the order of announcement: the later one goes nearer to the front.
  const auto at = std::ranges::lower_bound(pending_, change.at, std::greater<>(), &Change::at);
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

void MeterSupply::power(kernel::TimeNs at, bool on) {
  mains_.power(std::max(at, agenda_.now()), on);
  arm();
}

void MeterSupply::sag(kernel::TimeNs from, kernel::TimeNs to, double factor) {
  mains_.sag(from, to, factor);
  arm();
}

void MeterSupply::arm() { timer_.arm(std::min(mains_.next(), supply_.deadline())); }

void MeterSupply::step(kernel::TimeNs now) {
  // What the capacitor decides comes before what the mains do at the same instant.
  if (supply_.deadline() <= now) client_.on_supply_event(now, supply_.on_deadline());
  const bool changes = mains_.next() <= now;
  while (mains_.next() <= now) {
    client_.before_mains_change(now);
    client_.on_mains_change(mains_.take());
  }
  // Of changes at one instant only the last lasts: nothing charges a capacitor in no time.
  if (changes) client_.on_supply_event(now, supply_.on_mains(now, mains_.factor()));
  arm();
}

void MeterSupply::restart(kernel::TimeNs now) {
  supply_.restart(now);
  arm();
}

void MeterSupply::collapse() {
  supply_.collapse();
  arm();
}

}  // namespace models
