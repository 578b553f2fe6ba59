// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/record/looks.hpp"

namespace sim::run {

// Displays of one meter as they stand at some moments of a scenario. `error`: port, disk or
// firmware said no, with `code`; else all looks are there, in the order of time.
struct LookOutcome {
  std::vector<Look> looks;
  std::string error;
  int code = 0;
};
// Runs the scenario up to the last moment, in mode free, and leaves nothing behind.
LookOutcome look_at_display(const Scenario& scenario, const LoadTable* measured,
                            std::uint32_t meter, const std::vector<kernel::TimeNs>& moments);

}  // namespace sim::run
