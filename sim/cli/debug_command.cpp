// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"
#include "sim/cli/scenario_input.hpp"
#include "sim/drive/run.hpp"

namespace sim::cli {
namespace {

struct Options {
  ScenarioOptions scenario;
  std::uint32_t meter = 1;
  std::string until;
};

void add(CLI::App& app, Options& options) {
  add_scenario(app, options.scenario);
  app.add_option("--meter", options.meter, "Number of the meter, from 1")->required();
  app.add_option("--until", options.until, "HH:MM:SS of simulated time")->required();
}

int run(const Options& options) {
  const auto scenario = load_or_complain(options.scenario);
  const auto until = until_of(options.until);
  run::LoadCsvResult load;
  if (!scenario || !until || !load_homes(*scenario, load)) return kBadInput;
  if (options.meter < 1 || options.meter > scenario->meters.count) {
    fmt::print(stderr, "--meter = {}: allowed are 1 to {}\n", options.meter,
               scenario->meters.count);
    return kBadInput;
  }
  if (*until >= scenario->end()) {
    fmt::print(stderr, "--until = {}: after the end of the scenario\n", options.until);
    return kBadInput;
  }
  run::RunOptions how;
  how.folder = "out/" + scenario->general.name + "-debug";
  how.break_meter = options.meter;
  how.break_at = *until;
  const run::RunOutcome outcome =
      run::run_scenario(*scenario, scenario->load.csv.empty() ? nullptr : &load.table, how);
  // Without a debugger SIGTRAP has ended the program; with one, the user went on to the end.
  if (outcome.error.empty()) return kGood;
  fmt::print(stderr, "amitwin debug: {}\n", outcome.error);
  return kBadInput;
}

}  // namespace

Command debug_command() {
  return command("debug", "Run to a time, then stop in a meter's firmware", add, run);
}

}  // namespace sim::cli
