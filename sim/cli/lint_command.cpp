// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <fstream>
#include <iostream>
#include <iterator>

#include <CLI/CLI.hpp>

#include "protocol/hosted/p32/lint.hpp"
#include "sim/cli/command.hpp"

namespace sim::cli {
namespace {

void add(CLI::App& app, std::string& path) {
  app.add_option("file", path, "FILE, or - for standard input")->required();
}

// 0 good, 1 breaks the rules, 2 not readable.
int run(const std::string& path) {
  const bool standard = path == "-";
  std::ifstream file;
  if (!standard) {
    file.open(path, std::ios::binary);
    if (!file || file.peek() == std::ifstream::traits_type::eof()) {
      fmt::print(stderr, "{}: cannot be read or is empty, allowed: a P3.2Ex message\n", path);
      return kBadInput;
    }
  }
  std::istream& in = standard ? std::cin : file;
  const std::string octets{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const protocol::p32::LintReport report = protocol::p32::lint(octets);
  fmt::print("{}", report.text(standard ? "standard input" : path));
  return report.exit_code();
}

}  // namespace

Command lint_command() {
  return command("p32 lint", "Check a message: XML, gzip or HTTP around it", add, run);
}

}  // namespace sim::cli
