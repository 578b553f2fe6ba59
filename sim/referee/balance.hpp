// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "sim/assembly/world.hpp"
#include "sim/referee/events/expected_events.hpp"

namespace sim::run {

// What a meter may say from an instant on about its phases and its neutral; both: too near to tell.
struct BalanceVerdict {
  kernel::TimeNs at = 0;
  bool may_differ = false;
  bool may_agree = true;
};
struct BalanceStory {
  std::vector<BalanceVerdict> verdicts;  // one an interval
  // Those that may be and need not are behind the end, so nobody asks for them.
  std::vector<ExpectedEvent> events;
};

// When a meter finds that its phases and its neutral carry different currents, and that they do no
// more: interval by interval of its load profile, from the phasors at its terminals. Nothing of
// meters whose currents the scenario leaves alone.
BalanceStory balance_story(const Scenario& scenario, const Home& home,
                           std::span<const PoweredSpan> powered, kernel::TimeNs until);

}  // namespace sim::run
