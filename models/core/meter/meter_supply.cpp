// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/meter/meter_supply.hpp"

#include <algorithm>

namespace models {

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
  while (mains_.next() <= now) {
    client_.before_mains_change(now);
    client_.on_mains_change(mains_.take());
    client_.on_supply_event(now, supply_.on_mains(now, mains_.factor()));
  }
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
