// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/referee/expected/expected.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Which page of which list stands on a display (docs/display.md), from the time since the boot and
// the presses of the button that the scenario has.
struct Scroll {
  bool open = false;  // it turns at this instant
  bool full = false;  // all segments
  bool dark = false;  // asleep, and nobody at the button
  bool service = false;
  std::int64_t first = 0;  // page, counted on past the end of the list: this one,
  std::int64_t last = 0;   // or one up to this
};
// `powered`: since its last boot; the meter may be asleep by `at`. `uptime_us`: what its processor
// counted since.
Scroll scroll_at(const Scenario& scenario, std::uint32_t meter, const PoweredSpan& powered,
                 kernel::TimeNs at, std::int64_t uptime_us);

}  // namespace sim::run
