// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"
#include "sim/report/report.hpp"

namespace sim::cli {
namespace {

void add(CLI::App& app, std::string& path) {
  app.add_option("result", path, "RESULT.h5")->required();
}

int run(const std::string& path) {
  const std::filesystem::path page = std::filesystem::path(path).parent_path() / "report.html";
  if (const auto error = result::write_report(path, page.string())) {
    fmt::print(stderr, "amitwin report: {}\n", *error);
    return kBadInput;
  }
  fmt::print("{}\n", page.string());
  return kGood;
}

}  // namespace

Command report_command() {
  return command("report", "Write report.html beside a result", add, run);
}

}  // namespace sim::cli
