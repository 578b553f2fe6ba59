// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/assembly/firmware/firmware.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::cli {

void add_scenario(CLI::App& app, ScenarioOptions& options) {
  app.add_option("scenario", options.file, "Scenario file (TOML)")->required();
  app.add_option("--set", options.overrides, "Override a key, e.g. meters.count=10")
      ->type_name("KEY=VALUE")
      ->take_all();
}

void complain(const run::Problems& problems) {
  for (const run::Problem& problem : problems) fmt::print(stderr, "{}\n", problem.line());
}

std::optional<run::Scenario> load_or_complain(const ScenarioOptions& options) {
  run::LoadedScenario loaded = run::load_scenario(options.file, options.overrides);
  complain(loaded.errors);
  if (!loaded.scenario) return std::nullopt;
  // A shared object is opened here, so that a bad one is bad input and not a failed run.
  for (std::uint32_t meter = 1; meter <= loaded.scenario->meters.count; ++meter) {
    const run::MeterSettings settings = run::settings_of(*loaded.scenario, meter);
    const std::string& name = settings.firmware;
    const run::FoundFirmware found = run::find_firmware(name, settings.model);
    if (found.firmware == nullptr) {
      fmt::print(stderr, "{}: firmware = {}: {}\n", options.file, name, found.error);
      return std::nullopt;
    }
  }
  return std::move(loaded.scenario);
}

std::optional<kernel::TimeNs> until_of(const std::string& text) {
  const auto until_s = run::parse_clock(text);
  if (until_s && *until_s > 0) return *until_s * kernel::kNsPerSecond;
  fmt::print(stderr, "--until = {}: not a time, allowed is HH:MM:SS after 00:00:00\n", text);
  return std::nullopt;
}

bool load_homes(const run::Scenario& scenario, run::LoadCsvResult& load) {
  if (scenario.load.csv.empty()) return true;
  load = run::read_load_csv(scenario);
  complain(load.warnings);
  complain(load.errors);
  return load.errors.empty();
}

}  // namespace sim::cli
