// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What stands on a meter's display at some moments of a scenario.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "os/files.hpp"
#include "os/program.hpp"
#include "sim/cli/command.hpp"
#include "sim/drive/look.hpp"
#include "sim/drive/wall.hpp"
#include "sim/glass/picture.hpp"
#include "sim/scenario/civil_time.hpp"

namespace sim::cli {
namespace {

constexpr unsigned kPixels = 2;  // a unit of the picture

struct LcdOptions {
  ScenarioOptions scenario;
  std::uint32_t meter = 1;
  std::vector<std::string> at;
  bool json = false;
  std::string png;
};

void add_lcd(CLI::App& app, LcdOptions& options) {
  add_scenario(app, options.scenario);
  app.add_option("--meter", options.meter, "Number of the meter, from 1")
      ->required()
      ->check(CLI::Range(1, 1000));
  app.add_option("--at", options.at, "HH:MM:SS or 6h of simulated time; more than once")
      ->type_name("TIME")
      ->required();
  app.add_flag("--json", options.json, "What is read from the glass, as JSON");
  app.add_option("--png", options.png, "Also a picture, one moment below the other")
      ->type_name("FILE");
}

std::string utc_of(const run::Scenario& scenario, kernel::TimeNs at) {
  return run::format_utc(scenario.general.start_utc_s + at / kernel::kNsPerSecond);
}

void print_json(const run::Scenario& scenario, const std::vector<run::Look>& looks) {
  auto all = nlohmann::ordered_json::array();
  for (const run::Look& look : looks) {
    const glass::Reading reading = glass::read(look.segments);
    all.push_back({{"meter", look.meter},
                   {"at", run::clock_text(look.at)},
                   {"utc", utc_of(scenario, look.at)},
                   {"dark", reading.dark},
                   {"self_test", reading.full},
                   {"value", reading.value},
                   {"code", reading.code},
                   {"unit", reading.unit},
                   {"marks", reading.marks},
                   {"backlight", look.backlit},
                   {"segments", glass::hex_of(look.segments)}});
  }
  fmt::print("{}\n", all.dump(1));
}

void print_text(const run::Scenario& scenario, const std::vector<run::Look>& looks) {
  for (const run::Look& look : looks) {
    fmt::print("meter {}, {} of simulated time, {}{}\n{}", look.meter, run::clock_text(look.at),
               utc_of(scenario, look.at), look.backlit ? ", backlight on" : "",
               glass::text(look.segments, look.backlit));
  }
}

// A sentence when it cannot be written.
std::string write_png(const std::string& path, const std::vector<run::Look>& looks) {
  std::vector<glass::Exposure> frames;
  for (const run::Look& look : looks) frames.push_back({look.segments, look.backlit});
  const std::vector<std::uint8_t> file = glass::png(frames, kPixels);
  return os::write_file(path, {reinterpret_cast<const char*>(file.data()), file.size()});
}

int lcd(const LcdOptions& options) {
  const auto scenario = load_or_complain(options.scenario);
  run::LoadCsvResult load;
  if (!scenario || !load_homes(*scenario, load, true)) return kBadInput;
  if (!is_a_meter(*scenario, options.meter)) return kBadInput;
  std::vector<kernel::TimeNs> moments;
  for (const std::string& text : options.at) {
    const auto at = time_of(text, 0, "--at");
    if (!at || !before_the_end(*scenario, *at, text, "--at")) return kBadInput;
    moments.push_back(*at);
  }
  const run::LookOutcome outcome = run::look_at_display(
      *scenario, scenario->load.csv.empty() ? nullptr : &load.table, options.meter, moments);
  if (!outcome.error.empty()) os::say(fmt::format("amitwin lcd: {}\n", outcome.error));
  if (outcome.code != kGood) return outcome.code;
  if (options.json) {
    print_json(*scenario, outcome.looks);
  } else {
    print_text(*scenario, outcome.looks);
  }
  if (options.png.empty()) return kGood;
  const std::string error = write_png(options.png, outcome.looks);
  if (error.empty()) return kGood;
  os::say(fmt::format("amitwin lcd: {}\n", error));
  return kEnvironment;
}

}  // namespace

Command lcd_command() {
  return command("lcd", "What a meter's display shows at a time", add_lcd, lcd);
}

}  // namespace sim::cli
