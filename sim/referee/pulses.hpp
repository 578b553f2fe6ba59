// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/record/watches.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Holds the pulses that were seen at watched test outputs against the energies of the phasors: that
// a meter of its class may have had each at the instant it crossed a watt-hour, up to 400 ms before
// it was seen, and that none is missing.
void judge_pulses(const Scenario& scenario, World& world, const Watches& watches,
                  kernel::TimeNs until, result::ResultWriter& writer, result::RunFigures& figures);

}  // namespace sim::run
