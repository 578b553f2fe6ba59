// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/command.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>

#include "os/program.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/assembly/firmware/firmware.hpp"
#include "sim/drive/paced/doors.hpp"
#include "sim/drive/wall.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::cli {

void add_scenario(CLI::App& app, ScenarioOptions& options) {
  app.add_option("scenario", options.file, "Scenario file (TOML)")->required();
  app.add_option("--set", options.overrides, "Override a key, e.g. meters.count=10")
      ->type_name("KEY=VALUE")
      ->take_all();
}

void complain(const run::Problems& problems) {
  for (const run::Problem& problem : problems) os::say(problem.line() + "\n");
}

std::optional<run::Scenario> load_or_complain(const ScenarioOptions& options) {
  run::LoadedScenario loaded = run::load_scenario(options.file, options.overrides, options.options);
  complain(loaded.warnings);
  complain(loaded.errors);
  if (!loaded.scenario) return std::nullopt;
  // A shared object is opened here, so that a bad one is bad input and not a failed run.
  for (std::uint32_t meter = 1; meter <= loaded.scenario->meters.count; ++meter) {
    const run::MeterSettings settings = run::settings_of(*loaded.scenario, meter);
    const std::string& name = settings.firmware;
    const run::FoundFirmware found = run::find_firmware(name, settings.model);
    if (found.firmware == nullptr) {
      const std::string key =
          name == loaded.scenario->meters.firmware ? "meters.firmware" : "group.firmware";
      const bool set = std::ranges::any_of(
          options.overrides, [&](const std::string& each) { return each.starts_with(key + "="); });
      os::say(
          fmt::format("{}: {} = {}: {}\n", set ? "--set" : options.file, key, name, found.error));
      return std::nullopt;
    }
  }
  for (const run::ImageRow& image : loaded.scenario->hes.images) {
    const std::string file =
        image.file == "builtin" ? image.file : loaded.scenario->path_of(image.file);
    const run::FoundFirmware found = run::find_firmware(file, image.variant);
    if (found.firmware != nullptr) continue;
    os::say(fmt::format("{}: image.file = {}: {}\n", options.file, image.file, found.error));
    return std::nullopt;
  }
  return std::move(loaded.scenario);
}

namespace {

// "6h", "1.5h".
std::optional<double> hours_of(const std::string& text) {
  if (!text.ends_with('h')) return std::nullopt;
  double hours = 0;
  const char* const end = text.data() + text.size() - 1;
  const auto [at, error] = std::from_chars(text.data(), end, hours, std::chars_format::fixed);
  constexpr double kMostHours = 24.0 * 366 * 100;
  if (error != std::errc{} || at != end || !(hours > 0) || hours > kMostHours) return std::nullopt;
  return hours;
}

}  // namespace

std::optional<kernel::TimeNs> time_of(const std::string& text, kernel::TimeNs least,
                                      const char* option) {
  const auto at_s = run::parse_clock(text);
  if (at_s && *at_s * kernel::kNsPerSecond >= least) return *at_s * kernel::kNsPerSecond;
  if (const auto hours = hours_of(text)) {
    const kernel::TimeNs at = std::llround(*hours * 3600) * kernel::kNsPerSecond;
    if (at > 0) return at;
  }
  os::say(fmt::format("{} = {}: not a time, allowed is HH:MM:SS{}, or hours such as 6h\n", option,
                      text, least > 0 ? " after 00:00:00" : ""));
  return std::nullopt;
}

bool load_homes(const run::Scenario& scenario, run::LoadCsvResult& load, bool quiet) {
  if (scenario.load.csv.empty()) return true;
  load = run::read_load_csv(scenario);
  if (!quiet && !load.understood.empty()) {
    fmt::print("{}\n", protocol::printable(fmt::format(
                           "{}: {}", scenario.path_of(scenario.load.csv), load.understood)));
  }
  complain(load.warnings);
  complain(load.errors);
  return load.errors.empty();
}

bool load_certificates(const run::Scenario& scenario) {
  if (!run::needs_tls(scenario)) return true;
  const std::vector<std::string> faults = run::tls_faults(scenario);
  for (const std::string& fault : faults) {
    os::say(fmt::format("{}: {}\n", scenario.file, fault));
  }
  return faults.empty();
}

bool before_the_end(const run::Scenario& scenario, kernel::TimeNs at, const std::string& text,
                    const char* option) {
  if (at < scenario.end()) return true;
  os::say(fmt::format("{} = {}: the scenario ends at {}, allowed is a time before\n", option, text,
                      run::clock_text(scenario.end())));
  return false;
}

bool is_a_meter(const run::Scenario& scenario, std::uint32_t meter) {
  if (meter >= 1 && meter <= scenario.meters.count) return true;
  os::say(fmt::format("--meter = {}: allowed are 1 to {}\n", meter, scenario.meters.count));
  return false;
}

}  // namespace sim::cli
