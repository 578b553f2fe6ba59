// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::cli {

// One line each on standard error.
void complain(const run::Problems& problems);
// The scenario; when anything is wrong with it, all of that on standard error and nothing.
std::optional<run::Scenario> load_or_complain(const std::string& file,
                                              const std::vector<std::string>& overrides);

}  // namespace sim::cli
