// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "sim/cli/command.hpp"
#include "sim/result/compare.hpp"

namespace sim::cli {
namespace {

struct Options {
  std::string a;
  std::string b;
};

void add(CLI::App& app, Options& options) {
  app.add_option("a", options.a, "A.h5")->required();
  app.add_option("b", options.b, "B.h5")->required();
}

int run(const Options& options) {
  const result::Comparison comparison = result::compare_results(options.a, options.b);
  if (!comparison.error.empty()) {
    fmt::print(stderr, "amitwin diff: {}\n", comparison.error);
    return kBadInput;
  }
  if (!comparison.difference) {
    fmt::print("equal\n");
    return kGood;
  }
  fmt::print("{}\n", comparison.difference->text());
  return kFailed;
}

}  // namespace

Command diff_command() { return command("diff", "First difference of two results", add, run); }

}  // namespace sim::cli
