// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "sim/cli/commands.hpp"
#include "sim/cli/scenario_input.hpp"
#include "sim/drive/run.hpp"
#include "sim/report/report.hpp"
#include "sim/scenario/load_csv.hpp"

namespace sim::cli {
namespace {

// What the options of `run` say in the scenario's own words, so that they are checked, listed and
// hashed like keys of the file.
std::vector<std::string> overrides_of(const RunCommand& command) {
  std::vector<std::string> overrides = command.scenario.overrides;
  if (!command.seed.empty()) overrides.push_back("scenario.seed=" + command.seed);
  if (!command.mode.empty()) overrides.push_back("sim.mode=" + command.mode);
  if (!command.speed.empty()) overrides.push_back("sim.speed=" + command.speed);
  return overrides;
}

void print_outcome(const run::Scenario& scenario, const run::RunOutcome& outcome,
                   const std::string& folder) {
  fmt::print(
      "{}: {} meters, {:.4g} h simulated in {:.1f} s ({:.0f}x), {:.1f} ms of one core a "
      "meter-day\n",
      scenario.general.name, scenario.meters.count, outcome.sim_s / 3600, outcome.wall_s,
      outcome.sim_s / outcome.wall_s, 1000 * outcome.cpu_s / outcome.meter_days);
  for (const result::Kpi& kpi : outcome.kpis) {
    const std::string limit = kpi.limit_text();
    if (limit.empty()) continue;
    fmt::print("  {}  {:<22} {:>12} {:<4} {}\n", kpi.pass() ? "pass" : "FAIL", kpi.name,
               result::number_text(kpi.value), kpi.unit, limit);
  }
  fmt::print("  digest {}\n  results in {}/\n", outcome.digest.substr(0, 16), folder);
}

// HH:MM:SS of simulated time; complains and gives nothing otherwise.
std::optional<kernel::TimeNs> until_of(const std::string& text) {
  const auto until_s = run::parse_clock(text);
  if (until_s && *until_s > 0) return *until_s * kernel::kNsPerSecond;
  fmt::print(stderr, "--until = {}: not a time, allowed is HH:MM:SS after 00:00:00\n", text);
  return std::nullopt;
}

// The load file of a scenario, read and complained about. False: it cannot be used.
bool load_homes(const run::Scenario& scenario, run::LoadCsvResult& load) {
  if (scenario.load.csv.empty()) return true;
  load = run::read_load_csv(scenario);
  complain(load.warnings);
  complain(load.errors);
  return load.errors.empty();
}

}  // namespace

int run_command(const RunCommand& command) {
  const auto scenario = load_or_complain(command.scenario.file, overrides_of(command));
  run::LoadCsvResult load;
  if (!scenario || !load_homes(*scenario, load)) return kBadInput;
  run::RunOptions options;
  options.folder = command.out.empty() ? "out/" + scenario->general.name : command.out;
  options.quiet = command.quiet;
  options.warnings = load.warnings.size();
  if (!command.until.empty()) {
    const auto until = until_of(command.until);
    if (!until) return kBadInput;
    options.until = *until;
  }
  const run::RunOutcome outcome =
      run::run_scenario(*scenario, scenario->load.csv.empty() ? nullptr : &load.table, options);
  if (!outcome.error.empty()) {
    fmt::print(stderr, "amitwin run: {}\n", outcome.error);
    return kBadInput;
  }
  if (const auto error =
          result::write_report(options.folder + "/result.h5", options.folder + "/report.html")) {
    fmt::print(stderr, "amitwin run: {}\n", *error);
    return kBadInput;
  }
  if (!command.quiet) print_outcome(*scenario, outcome, options.folder);
  return outcome.pass ? kGood : kFailed;
}

int debug_command(const DebugCommand& command) {
  const auto scenario = load_or_complain(command.scenario.file, command.scenario.overrides);
  const auto until = until_of(command.until);
  run::LoadCsvResult load;
  if (!scenario || !until || !load_homes(*scenario, load)) return kBadInput;
  if (command.meter < 1 || command.meter > scenario->meters.count) {
    fmt::print(stderr, "--meter = {}: allowed are 1 to {}\n", command.meter,
               scenario->meters.count);
    return kBadInput;
  }
  if (*until >= scenario->end()) {
    fmt::print(stderr, "--until = {}: after the end of the scenario\n", command.until);
    return kBadInput;
  }
  run::RunOptions options;
  options.folder = "out/" + scenario->general.name + "-debug";
  options.break_meter = command.meter;
  options.break_at = *until;
  const run::RunOutcome outcome =
      run::run_scenario(*scenario, scenario->load.csv.empty() ? nullptr : &load.table, options);
  // Without a debugger SIGTRAP has ended the program; with one, the user went on to the end.
  if (outcome.error.empty()) return kGood;
  fmt::print(stderr, "amitwin debug: {}\n", outcome.error);
  return kBadInput;
}

}  // namespace sim::cli
