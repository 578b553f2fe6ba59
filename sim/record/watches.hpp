// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "models/core/meter/pulse_eyes.hpp"
#include "sim/assembly/world.hpp"

namespace sim::run {

// Who watches test outputs, at the scenario's [[event]] rows of type `watch`.
class Watches {
 public:
  Watches(World& world, const Scenario& scenario) {
    const auto count = static_cast<std::uint32_t>(world.homes().size());
    for (const Event& event : scenario.events) {
      if (event.type != EventType::watch) continue;
      for (const std::uint32_t meter : event.meters.list(count)) {
        Home& home = *world.homes()[meter - 1];
        auto& eyes = eyes_[meter];
        if (eyes == nullptr) {
          eyes = std::make_unique<models::PulseEyes>(world.agenda_of(home), *home.meter);
        }
        eyes->watch(event.at, event.at + kernel::to_ns(event.duration_s));
      }
    }
  }
  // Of a meter that somebody watches.
  const models::PulseWatch& seen(std::uint32_t meter) const { return eyes_.at(meter)->seen(); }

 private:
  std::map<std::uint32_t, std::unique_ptr<models::PulseEyes>> eyes_;
};

}  // namespace sim::run
