// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>

#include "sim/cli/command.hpp"
#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::cli {

// One line each on standard error.
void complain(const run::Problems& problems);
// The scenario; when anything is wrong with it, all of that on standard error and nothing.
std::optional<run::Scenario> load_or_complain(const ScenarioOptions& options);
// Its load file, read and complained about. False: it cannot be used.
bool load_homes(const run::Scenario& scenario, run::LoadCsvResult& load);
// HH:MM:SS of simulated time; complains and gives nothing otherwise.
std::optional<kernel::TimeNs> until_of(const std::string& text);

}  // namespace sim::cli
