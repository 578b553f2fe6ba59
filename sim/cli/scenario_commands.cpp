// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What is asked of a scenario, or of a firmware, without a run.
#include <fmt/format.h>

#include <cstdio>

#include <CLI/CLI.hpp>

#include "os/program.hpp"
#include "protocol/hosted/printable/printable.hpp"
#include "sim/assembly/firmware/firmware.hpp"
#include "sim/assembly/identity/identity.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

int check(const ScenarioOptions& options) {
  const auto scenario = load_or_complain(options);
  run::LoadCsvResult load;
  if (!scenario || !load_homes(*scenario, load, false)) return kBadInput;
  if (!load_certificates(*scenario)) return kBadInput;
  fmt::print("{}: good: {} meters, {} h and {} h to collect, {} events, {} expectations\n",
             protocol::printable(scenario->file), scenario->meters.count,
             scenario->general.duration_h, scenario->general.collect_h, scenario->events.size(),
             scenario->expectations.size());
  return kGood;
}

struct InventoryOptions {
  ScenarioOptions scenario;
  std::string format = "csv";
  bool with_keys = false;
};

void add_inventory(CLI::App& app, InventoryOptions& options) {
  add_scenario(app, options.scenario);
  app.add_option("--format", options.format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  app.add_flag("--with-keys", options.with_keys, "Also keys and passwords");
}

int inventory(const InventoryOptions& options) {
  const auto scenario = load_or_complain(options.scenario);
  if (!scenario) return kBadInput;
  const auto format =
      options.format == "json" ? run::InventoryFormat::json : run::InventoryFormat::csv;
  std::fputs(run::inventory_text(*scenario, format, options.with_keys).c_str(), stdout);
  return kGood;
}

void add_firmware(CLI::App& app, std::string& firmware) {
  app.add_option("firmware", firmware, "ad11a, ad13a or a shared object")->required();
}

int print_template(const std::string& firmware) {
  const run::FoundFirmware found = run::find_firmware(firmware);
  if (found.firmware == nullptr) {
    os::say(fmt::format(
        "amitwin template: {}: {}; allowed are ad11a, ad13a or a shared object that exports "
        "{}()\n",
        firmware, found.error, METER_FIRMWARE_ENTRY));
    return kBadInput;
  }
  std::fputs(run::type_template_text(*found.firmware).c_str(), stdout);
  return kGood;
}

}  // namespace

Command check_command() {
  return command("check", "Validate a scenario and its load file", add_scenario, check);
}

Command inventory_command() {
  return command("inventory", "Serials, names, titles, addresses of all meters", add_inventory,
                 inventory);
}

Command template_command() {
  return command("template", "Object list and scalers of a firmware", add_firmware, print_template);
}

}  // namespace sim::cli
