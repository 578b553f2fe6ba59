// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The container of an [[image]] row, as a head-end is handed it.
#include <fmt/format.h>

#include <algorithm>

#include <CLI/CLI.hpp>

#include "os/files.hpp"
#include "os/program.hpp"
#include "sim/assembly/image_library.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

struct ImageOptions {
  ScenarioOptions scenario;
  std::string name;
  std::string out;
};

void add_image(CLI::App& app, ImageOptions& options) {
  add_scenario(app, options.scenario);
  app.add_option("--name", options.name, "Of the [[image]] row")->required();
  app.add_option("--out", options.out, "Where the container goes")->type_name("FILE")->required();
  app.footer(
      "amitwin hes --order image:SERIAL:FILE[,at=2026-03-01T02:00:00Z] brings it to a meter.");
}

int write_image(const ImageOptions& options) {
  const auto scenario = load_or_complain(options.scenario);
  if (!scenario) return kBadInput;
  std::string names;
  for (const run::ImageRow& image : scenario->hes.images) {
    names += (names.empty() ? "" : ", ") + image.name;
  }
  if (std::ranges::find(scenario->hes.images, options.name, &run::ImageRow::name) ==
      scenario->hes.images.end()) {
    os::say(fmt::format("--name = {}: there is no such [[image]], allowed: {}\n", options.name,
                        names.empty() ? "none, the scenario has no [[image]]" : names));
    return kBadInput;
  }
  const auto container = run::FirmwareImages(*scenario).container_of(options.name);
  const std::string error = os::write_file(
      options.out, {reinterpret_cast<const char*>(container->data()), container->size()});
  if (error.empty()) return kGood;
  os::say(fmt::format("amitwin image: {}\n", error));
  return kEnvironment;
}

}  // namespace

Command image_command() {
  return command("image", "The container of a firmware image, for a head-end", add_image,
                 write_image);
}

}  // namespace sim::cli
