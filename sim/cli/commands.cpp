// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Commands that need no simulation.
#include "sim/cli/commands.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "net/endpoint.hpp"
#include "sim/assembly/firmware.hpp"
#include "sim/assembly/identity/identity.hpp"
#include "sim/assembly/identity/type_template.hpp"
#include "sim/cli/scenario_input.hpp"
#include "sim/scenario/load_csv.hpp"

namespace sim::cli {

int check_command(const ScenarioOptions& command) {
  const auto scenario = load_or_complain(command.file, command.overrides);
  if (!scenario) return kBadInput;
  if (!scenario->load.csv.empty()) {
    const run::LoadCsvResult load = run::read_load_csv(*scenario);
    complain(load.warnings);
    complain(load.errors);
    if (!load.errors.empty()) return kBadInput;
  }
  fmt::print("{}: good: {} meters, {} h and {} h to collect, {} events, {} expectations\n",
             scenario->file, scenario->meters.count, scenario->general.duration_h,
             scenario->general.collect_h, scenario->events.size(), scenario->expectations.size());
  return kGood;
}

int inventory_command(const InventoryCommand& command) {
  const auto scenario = load_or_complain(command.scenario.file, command.scenario.overrides);
  if (!scenario) return kBadInput;
  const auto format =
      command.format == "json" ? run::InventoryFormat::json : run::InventoryFormat::csv;
  std::fputs(run::inventory_text(*scenario, format, command.with_keys).c_str(), stdout);
  return kGood;
}

int template_command(const std::string& firmware) {
  const run::FoundFirmware found = run::find_firmware(firmware);
  if (found.firmware == nullptr) {
    fmt::print(stderr,
               "amitwin template: {}: {}; allowed are ad11a, ad13a or a shared object that exports "
               "{}()\n",
               firmware, found.error, METER_FIRMWARE_ENTRY);
    return kBadInput;
  }
  std::fputs(run::type_template_text(*found.firmware).c_str(), stdout);
  return kGood;
}

int read_command(const ReadCommand& command) {
  ReadOptions options = command.options;
  const auto address = net::parse_endpoint(command.address);
  if (!address || address->port == 0) {
    fmt::print(stderr, "amitwin read: {}: allowed is HOST:PORT, e.g. 127.0.0.1:4059\n",
               command.address);
    return kBadInput;
  }
  options.host = address->host;
  options.port = address->port;
  return read_meter(options);
}

}  // namespace sim::cli
