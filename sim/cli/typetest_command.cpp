// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <system_error>
#include <thread>

#include "os/files.hpp"
#include "os/program.hpp"
#include "sim/assembly/firmware/firmware.hpp"
#include "sim/cli/command.hpp"
#include "sim/drive/firmware_guard.hpp"
#include "sim/drive/wall.hpp"
#include "sim/typetest/protocol_text.hpp"
#include "sim/typetest/recorded_cycles.hpp"
#include "sim/typetest/run.hpp"

namespace sim::cli {
namespace {

constexpr std::int64_t kMostSeed = 9'000'000'000'000'000;  // as scenario.seed

struct TypetestOptions {
  std::string variant;
  std::string firmware = "builtin";
  std::string out;
  std::uint64_t seed = 1;
  std::uint32_t meters = 20;
  unsigned jobs = 0;
  std::vector<std::string> only;
  std::string cycles;
  bool quiet = false;
};

std::vector<std::string> test_names() {
  std::vector<std::string> names;
  for (const typetest::Test& test : typetest::all_tests()) names.push_back(test.name);
  return names;
}

void add_typetest(CLI::App& app, TypetestOptions& options) {
  app.add_option("variant", options.variant, "AD11A or AD13A")
      ->required()
      ->check(CLI::IsMember({"AD11A", "AD13A"}));
  app.add_option("--firmware", options.firmware, "Shared object; the built-in firmware by default")
      ->type_name("X.so");
  app.add_option("--out", options.out, "Folder of the protocol (default: out/typetest-VARIANT)")
      ->type_name("DIR");
  app.add_option("--seed", options.seed, "Seed of the meters' parts and noise")
      ->check(CLI::Range(std::int64_t{0}, kMostSeed))
      ->type_name("N")
      ->capture_default_str();
  app.add_option("--meters", options.meters, "Meters drawn, the worst of which is shown")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  app.add_option("--jobs", options.jobs, "Processes side by side; by default one a core")
      ->check(CLI::Range(1, 256));
  app.add_option("--only", options.only,
                 fmt::format("Some tests only: {}", fmt::join(test_names(), ", ")))
      ->type_name("TEST")
      ->delimiter(',');
  app.add_option("--cycles", options.cycles,
                 "Recorded cycles instead of the product's own: CSV with cycle, label, on_event, "
                 "sample, v_V, i_A on 120 V")
      ->type_name("FILE");
  app.add_flag("--quiet", options.quiet, "No progress, no summary");
  app.footer(
      "Exit status: 0 all points pass; 1 one fails; 2 bad input; 3 the firmware crashed, looped or "
      "refused its calibration; 5 disk or output.");
}

int refuse(const std::string& what) {
  os::say("amitwin typetest: " + what + "\n");
  return kBadInput;
}

// The firmware under test; a sentence says why it cannot be.
run::FoundFirmware firmware_of(const TypetestOptions& options) {
  const bool three_phase = options.variant == "AD13A";
  run::FoundFirmware found = run::find_firmware(
      options.firmware, three_phase ? run::MeterModel::ad13a : run::MeterModel::ad11a);
  if (found.firmware == nullptr) return found;
  const std::uint32_t wanted = three_phase ? 3 : 1;
  if (found.firmware->n_elements != wanted) {
    return {nullptr, fmt::format("has n_elements = {}, allowed for {} is {}",
                                 found.firmware->n_elements, options.variant, wanted)};
  }
  if ((found.firmware->capabilities & METER_TAKES_SAMPLES) == 0) {
    return {nullptr, "its capabilities lack METER_TAKES_SAMPLES, which a type test needs"};
  }
  return found;
}

int write_protocol(const TypetestOptions& options, const typetest::Heading& heading,
                   const typetest::Plan& plan, const std::vector<typetest::Prepared>& prepared,
                   const std::vector<typetest::Verdict>& verdicts) {
  const std::pair<const char*, std::string> files[] = {
      {"typetest.csv", typetest::csv_text(plan, verdicts)},
      {"typetest.html", typetest::page_text(heading, plan, prepared, verdicts)}};
  for (const auto& [name, text] : files) {
    const std::string error = os::write_file(options.out + "/" + name, text);
    if (error.empty()) continue;
    os::say("amitwin typetest: " + error + "\n");
    return kEnvironment;
  }
  return kGood;
}

void print_summary(const TypetestOptions& options, const typetest::Heading& heading,
                   const typetest::Plan& plan, const std::vector<typetest::Verdict>& verdicts) {
  const typetest::Count count = typetest::count_of(plan, verdicts);
  fmt::print("{}, {}: {} points of {} meters, {} with a limit, {:.0f} % of one at the worst\n",
             heading.variant, heading.firmware, count.rows, heading.meters, count.limited,
             100 * count.worst_share);
  for (std::size_t t = 0; t < plan.tests.size(); ++t) {
    std::size_t points = 0, failed = 0;
    for (std::size_t k = 0; k < plan.rows.size(); ++k) {
      if (plan.rows[k].test != t) continue;
      ++points;
      failed += verdicts[k].pass ? 0 : 1;
    }
    fmt::print("  {}  {:<22} {:>4} points{}\n", failed == 0 ? "pass" : "FAIL", plan.tests[t].name,
               points, failed == 0 ? "" : fmt::format(", {} fail", failed));
  }
  fmt::print("  protocol in {}/\n", options.out);
}

int test(const TypetestOptions& options, const meter_firmware& firmware,
         const typetest::Plan& plan) {
  const std::vector<typetest::Prepared> prepared = typetest::prepare(plan);
  run::Progress progress(typetest::length_of(prepared) * options.meters, !options.quiet);
  typetest::RunOptions how;
  how.seed = options.seed;
  how.meters = options.meters;
  how.jobs = options.jobs;
  how.guard = [] { run::guard_firmware(); };
  how.progress = [&](kernel::TimeNs done) { progress.show(done); };
  const typetest::RunResult result = typetest::run(plan, prepared, firmware, how);
  progress.done();
  if (!result.error.empty()) os::say("amitwin typetest: " + result.error + "\n");
  if (result.code != kGood) return result.code;
  const std::vector<typetest::Verdict> verdicts = typetest::judge(plan, prepared, result.results);
  const typetest::Heading heading{options.variant,
                                  fmt::format("{} {}", firmware.name, firmware.revision),
                                  options.seed, options.meters, options.only.empty()};
  const int written = write_protocol(options, heading, plan, prepared, verdicts);
  if (written != kGood) return written;
  if (!options.quiet) print_summary(options, heading, plan, verdicts);
  return typetest::count_of(plan, verdicts).failed == 0 ? kGood : kFailed;
}

int test_type(const TypetestOptions& given) {
  TypetestOptions options = given;
  if (options.out.empty()) options.out = "out/typetest-" + options.variant;
  if (options.jobs == 0) options.jobs = std::max(1u, std::thread::hardware_concurrency());
  const std::vector<std::string> names = test_names();
  for (const std::string& name : options.only) {
    if (std::ranges::find(names, name) != names.end()) continue;
    return refuse(fmt::format("--only = {}: allowed are {}", name, fmt::join(names, ", ")));
  }
  const run::FoundFirmware found = firmware_of(options);
  if (found.firmware == nullptr) {
    return refuse(fmt::format("--firmware = {}: {}", options.firmware, found.error));
  }
  typetest::CyclesRead cycles;
  if (options.cycles.empty()) {
    cycles.cycles = typetest::recorded_cycles();
  } else {
    cycles = typetest::read_cycles(options.cycles);
    if (!cycles.error.empty()) return refuse("--cycles: " + cycles.error);
  }
  const typetest::Plan plan =
      typetest::plan_of(found.firmware->n_elements, options.only, std::move(cycles.cycles));
  if (plan.rows.empty()) {
    return refuse(fmt::format("--only = {}: no such test of a single-phase meter",
                              fmt::join(options.only, ",")));
  }
  std::error_code error;
  std::filesystem::create_directories(options.out, error);
  if (error || ::access(options.out.c_str(), W_OK) != 0) {
    os::say(fmt::format("amitwin typetest: --out = {}: {}\n", options.out,
                        error ? error.message() : std::string("not writable")));
    return kEnvironment;
  }
  return test(options, *found.firmware, plan);
}

}  // namespace

Command typetest_command() {
  return command("typetest", "Type test of a meter's firmware on a modelled bench", add_typetest,
                 test_type);
}

}  // namespace sim::cli
