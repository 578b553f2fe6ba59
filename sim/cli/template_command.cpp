// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cstdio>

#include <CLI/CLI.hpp>

#include "sim/assembly/firmware/firmware.hpp"
#include "sim/assembly/firmware/type_template.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

void add(CLI::App& app, std::string& firmware) {
  app.add_option("firmware", firmware, "ad11a, ad13a or a shared object")->required();
}

int run(const std::string& firmware) {
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

}  // namespace

Command template_command() {
  return command("template", "Object list and scalers of a firmware", add, run);
}

}  // namespace sim::cli
