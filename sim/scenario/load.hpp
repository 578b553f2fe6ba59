// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>

#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// A scenario, or everything that is wrong with it, in the order of the file.
struct LoadedScenario {
  std::optional<Scenario> scenario;  // none: `errors` says why
  Problems errors;
};
// `overrides`: "key=value" each, applied over the file in their order.
LoadedScenario load_scenario(const std::string& file, std::span<const std::string> overrides = {});
// The same with the text at hand; `file` only names it in messages and starts relative paths.
LoadedScenario parse_scenario(const std::string& text, const std::string& file,
                              std::span<const std::string> overrides = {});

// docs/scenario-reference.md, from the schema table.
std::string scenario_reference();

}  // namespace sim::run
