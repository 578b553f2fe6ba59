// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "sim/record/looks.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Holds what displays showed against what the scenario makes them show by docs/display.md: which
// item stands there after so many seconds and presses of the button, the true energies, the plan in
// force, contacts and covers. Looks meter by meter. Looks at instants at which something changes
// are not judged.
void judge_displays(const Scenario& scenario, World& world, std::span<const Look> looks,
                    result::ResultWriter& writer, result::RunFigures& figures);

}  // namespace sim::run
