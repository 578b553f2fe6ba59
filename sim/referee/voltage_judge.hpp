// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <vector>

#include "sim/referee/event_judge.hpp"

namespace sim::run {

// Holds what one meter's log of power quality says of sags, swells and outages, in its flash and in
// the head-end, against the voltage that the scenario puts at its terminals.
void judge_variations(const Scenario& scenario, const Home& home, hes::Store& store,
                      const std::vector<HeldEvent>& flash, std::span<const PoweredSpan> powered,
                      const EventSpan& span, result::ResultWriter& writer,
                      result::RunFigures& figures);

// The log that they stand in.
std::uint8_t quality_group(EventCodes codes);

}  // namespace sim::run
