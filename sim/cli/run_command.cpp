// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <errno.h>  // program_invocation_name
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "os/program.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/outcome_text.hpp"
#include "sim/drive/debug_stop.hpp"
#include "sim/drive/run.hpp"

namespace sim::cli {
namespace {

struct RunCommandOptions {
  ScenarioOptions scenario;
  std::string out;
  // As written: the scenario's own checks judge them. Empty: not given.
  std::string seed;
  std::string mode;
  std::string speed;
  std::string until;
  bool quiet = false;
};

void add_run(CLI::App& app, RunCommandOptions& options) {
  add_scenario(app, options.scenario);
  app.add_option("--out", options.out, "Folder for the results (default: out/NAME)")
      ->type_name("DIR");
  app.add_option("--seed", options.seed, "Seed of every draw")->type_name("N");
  app.add_option("--mode", options.mode, "free, lockstep or paced")->type_name("MODE");
  app.add_option("--speed", options.speed, "Paced mode: simulated seconds a second")
      ->type_name("K");
  app.add_option("--until", options.until, "Stop early, at HH:MM:SS or 6h of simulated time");
  app.add_flag("--quiet", options.quiet, "No progress, no summary");
}

// What the options of `run` say in the scenario's own words, so that they are checked, listed and
// hashed like keys of the file.
std::vector<run::KeyOption> keys_of(const RunCommandOptions& options) {
  std::vector<run::KeyOption> keys;
  if (!options.seed.empty()) keys.push_back({"--seed", "scenario.seed", options.seed});
  if (!options.mode.empty()) keys.push_back({"--mode", "sim.mode", options.mode});
  if (!options.speed.empty()) keys.push_back({"--speed", "sim.speed", options.speed});
  return keys;
}

// For a shell.
std::string quoted(const std::string& argument) {
  constexpr const char* kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=:,./%@";
  if (argument.find_first_not_of(kPlain) == std::string::npos) return argument;
  std::string text = "'";
  for (const char c : argument) text += c == '\'' ? "'\\''" : std::string(1, c);
  return text + "'";
}

// This program as it was called, with what makes the run the same.
std::string debug_line(const RunCommandOptions& options) {
  std::string line = quoted(program_invocation_name) + " debug " + quoted(options.scenario.file);
  for (const std::string& each : options.scenario.overrides) line += " --set " + quoted(each);
  for (const run::KeyOption& each : keys_of(options)) {
    line += " --set " + quoted(each.key + "=" + each.value);
  }
  return line;
}

int run_scenario(const RunCommandOptions& options) {
  const auto scenario =
      load_or_complain({options.scenario.file, options.scenario.overrides, keys_of(options)});
  run::LoadCsvResult load;
  if (!scenario || !load_homes(*scenario, load, options.quiet)) return kBadInput;
  if (!load_certificates(*scenario)) return kBadInput;
  run::RunOptions how;
  how.folder = options.out.empty() ? "out/" + scenario->general.name : options.out;
  how.report = true;
  how.quiet = options.quiet;
  how.warnings = load.warnings.size();
  how.debug_line = protocol::printable(debug_line(options));
  if (!options.until.empty()) {
    const auto until = time_of(options.until);
    if (!until || !before_the_end(*scenario, *until, options.until)) return kBadInput;
    how.until = *until;
  }
  const run::RunOutcome outcome =
      run::run_scenario(*scenario, scenario->load.csv.empty() ? nullptr : &load.table, how);
  if (!outcome.error.empty()) os::say(fmt::format("amitwin run: {}\n", outcome.error));
  if (!outcome.remark.empty()) os::say(fmt::format("amitwin run: {}\n", outcome.remark));
  if (!outcome.error.empty() || !outcome.judged()) return outcome.code;
  if (!options.quiet) fmt::print("{}", outcome_text(outcome.summary, how.folder, outcome_style()));
  if (outcome.code != kGood) return outcome.code;
  return result::none_fails(outcome.summary.kpis) ? kGood : kFailed;
}

struct DebugOptions {
  ScenarioOptions scenario;
  std::uint32_t meter = 1;
  std::string until;
  std::uint32_t upcall = 1;
};

void add_debug(CLI::App& app, DebugOptions& options) {
  add_scenario(app, options.scenario);
  app.add_option("--meter", options.meter, "Number of the meter, from 1")->required();
  app.add_option("--until", options.until, "HH:MM:SS or 6h of simulated time")->required();
  app.add_option("--upcall", options.upcall, "Its Nth upcall in that second, from 1")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
}

int debug(const DebugOptions& options) {
  const auto scenario = load_or_complain(options.scenario);
  const auto until = time_of(options.until, 0);  // its first call is one to stop in, too
  run::LoadCsvResult load;
  if (!scenario || !until || !load_homes(*scenario, load, false)) return kBadInput;
  if (!load_certificates(*scenario)) return kBadInput;
  if (!is_a_meter(*scenario, options.meter)) return kBadInput;
  if (!before_the_end(*scenario, *until, options.until)) return kBadInput;
  if (!run::DebugStop::debugger()) {
    os::say(fmt::format(
        "amitwin debug: no debugger follows this program; allowed: gdb --args {} debug ..., then "
        "run\n",
        program_invocation_name));
    return kEnvironment;
  }
  run::RunOptions how;
  how.folder = "out/" + scenario->general.name + "-debug";
  how.break_meter = options.meter;
  how.break_at = *until;
  how.break_nth = options.upcall;
  const run::RunOutcome outcome =
      run::run_scenario(*scenario, scenario->load.csv.empty() ? nullptr : &load.table, how);
  if (!outcome.error.empty()) os::say(fmt::format("amitwin debug: {}\n", outcome.error));
  if (!outcome.remark.empty()) os::say(fmt::format("amitwin debug: {}\n", outcome.remark));
  return outcome.code;
}

}  // namespace

Command run_command() {
  return command("run", "Run a scenario and judge it", add_run, run_scenario);
}

Command debug_command() {
  return command("debug", "Run to a time, then stop in a meter's firmware", add_debug, debug);
}

}  // namespace sim::cli
