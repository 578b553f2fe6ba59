// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <cstdio>

#include <CLI/CLI.hpp>

#include "sim/assembly/identity/identity.hpp"
#include "sim/cli/command.hpp"
#include "sim/cli/scenario_input.hpp"

namespace sim::cli {
namespace {

struct Options {
  ScenarioOptions scenario;
  std::string format = "csv";
  bool with_keys = false;
};

void add(CLI::App& app, Options& options) {
  add_scenario(app, options.scenario);
  app.add_option("--format", options.format, "csv or json")
      ->check(CLI::IsMember({"csv", "json"}))
      ->capture_default_str();
  app.add_flag("--with-keys", options.with_keys, "Also keys and passwords");
}

int run(const Options& options) {
  const auto scenario = load_or_complain(options.scenario);
  if (!scenario) return kBadInput;
  const auto format =
      options.format == "json" ? run::InventoryFormat::json : run::InventoryFormat::csv;
  std::fputs(run::inventory_text(*scenario, format, options.with_keys).c_str(), stdout);
  return kGood;
}

}  // namespace

Command inventory_command() {
  return command("inventory", "Serials, names, titles, addresses of all meters", add, run);
}

}  // namespace sim::cli
