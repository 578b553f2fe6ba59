// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/scenario/scenario.hpp"

namespace sim::run {

// How warm a meter's board is at a time, from the scenario alone: what the [[event]]s `temperature`
// said last, else meters.temperature_c, and the swing of the day around it.
double celsius_at(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs at);

// When boards are as warm as celsius_at says, but for time 0: the next instant after this one.
// Temperatures that move do so in steps. kNever: they stay.
kernel::TimeNs next_warming(const Scenario& scenario, kernel::TimeNs after);
inline constexpr kernel::TimeNs kWarmingStep = 10 * kernel::kNsPerMinute;

// What is in a meter's backup battery, by the [[event]]s `battery`; what clock and sleep draw in
// the time of a scenario is nothing beside it.
double charge_percent_at(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs at);
// At any instant of [from, to).
bool is_battery_dead(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs from,
                     kernel::TimeNs to);

}  // namespace sim::run
