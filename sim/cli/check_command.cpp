// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/cli/command.hpp"
#include "sim/cli/scenario_input.hpp"

namespace sim::cli {
namespace {

int run(const ScenarioOptions& options) {
  const auto scenario = load_or_complain(options);
  run::LoadCsvResult load;
  if (!scenario || !load_homes(*scenario, load)) return kBadInput;
  fmt::print("{}: good: {} meters, {} h and {} h to collect, {} events, {} expectations\n",
             scenario->file, scenario->meters.count, scenario->general.duration_h,
             scenario->general.collect_h, scenario->events.size(), scenario->expectations.size());
  return kGood;
}

}  // namespace

Command check_command() {
  return command("check", "Validate a scenario and its load file", add_scenario, run);
}

}  // namespace sim::cli
