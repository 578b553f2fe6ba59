// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"
#include "sim/result/digest.hpp"

namespace sim::cli {
namespace {

void add(CLI::App& app, std::string& path) {
  app.add_option("result", path, "RESULT.h5")->required();
}

int run(const std::string& path) {
  const auto digest = result::digest_of(path);
  if (!digest) {
    fmt::print(stderr, "amitwin digest: {}: not there, or not a result file\n", path);
    return kBadInput;
  }
  for (const auto& [table, value] : digest->tables) fmt::print("{}  {}\n", value, table);
  fmt::print("{}  total\n", digest->total);
  return kGood;
}

}  // namespace

Command digest_command() {
  return command("digest", "Hash of a result, total and by table", add, run);
}

}  // namespace sim::cli
