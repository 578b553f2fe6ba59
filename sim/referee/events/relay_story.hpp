// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "models/core/load/supply_point.hpp"
#include "sim/referee/events/expected_events.hpp"

namespace sim::run {

// What decides over a relay.
struct RelaySubject {
  const Scenario& scenario;
  std::uint32_t meter;
  const models::SupplyPoint& supply;
  const models::Rtc& rtc;
  std::span<const PoweredSpan> powered;
  std::uint32_t welds_at;  // operations that this relay endures
  kernel::TimeNs until;
};

// A movement of the contact, and between which times.
struct ExpectedMove {
  bool closed = false;
  kernel::TimeNs earliest = 0;
  kernel::TimeNs latest = 0;
  kernel::TimeNs due = 0;  // it must be there in a run that lasts so long
};
struct RelayStory {
  std::vector<ExpectedEvent> events;
  std::vector<ExpectedMove> moves;
  bool whole = true;  // else further movements may be right
};

// What a meter's disconnector must do, from the scenario's orders, limits, buttons and blows, the
// true load and the supply: Blue Book class 70 with its modes, classes 71 and 21 (docs/limits.md).
// When an order arrives is not the scenario's to say, nor is what a meter of its class reads at the
// edge of a threshold: the story is told twice, as early and as late as it may be. What both do not
// have in common may be, and need not.
RelayStory relay_story(const RelaySubject& subject);

}  // namespace sim::run
