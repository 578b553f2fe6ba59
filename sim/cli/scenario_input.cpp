// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/scenario_input.hpp"

#include <fmt/format.h>

#include "sim/assembly/firmware.hpp"
#include "sim/scenario/load.hpp"

namespace sim::cli {

void complain(const run::Problems& problems) {
  for (const run::Problem& problem : problems) fmt::print(stderr, "{}\n", problem.line());
}

std::optional<run::Scenario> load_or_complain(const std::string& file,
                                              const std::vector<std::string>& overrides) {
  run::LoadedScenario loaded = run::load_scenario(file, overrides);
  complain(loaded.errors);
  if (!loaded.scenario) return std::nullopt;
  // A shared object is opened here, so that a bad one is bad input and not a failed run.
  for (std::uint32_t meter = 1; meter <= loaded.scenario->meters.count; ++meter) {
    const run::MeterSettings settings = run::settings_of(*loaded.scenario, meter);
    const std::string& name = settings.firmware;
    const run::FoundFirmware found = run::find_firmware(name, settings.model);
    if (found.firmware == nullptr) {
      fmt::print(stderr, "{}: firmware = {}: {}\n", file, name, found.error);
      return std::nullopt;
    }
  }
  return std::move(loaded.scenario);
}

}  // namespace sim::cli
