// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/cli/read.hpp"

namespace sim::cli {

// Exit status of every command.
inline constexpr int kGood = 0;
inline constexpr int kFailed = 1;    // an expectation failed, two results differ, a meter said no
inline constexpr int kBadInput = 2;  // and nothing was run

struct ScenarioOptions {
  std::string file;
  std::vector<std::string> overrides;  // "key=value"
};
struct RunCommand {
  ScenarioOptions scenario;
  std::string out;
  // As written: the scenario's own checks judge them. Empty: not given.
  std::string seed;
  std::string mode;
  std::string speed;
  std::string until;
  bool quiet = false;
};
struct InventoryCommand {
  ScenarioOptions scenario;
  std::string format = "csv";
  bool with_keys = false;
};
struct ReadCommand {
  std::string address;
  ReadOptions options;
};
struct DebugCommand {
  ScenarioOptions scenario;
  std::uint32_t meter = 1;
  std::string until;
};

int run_command(const RunCommand& command);
int check_command(const ScenarioOptions& command);
int inventory_command(const InventoryCommand& command);
int template_command(const std::string& firmware);
int digest_command(const std::string& result);
int diff_command(const std::string& a, const std::string& b);
// P3.2Ex message in a file. 0 good, 1 breaks the rules, 2 not readable.
int lint_command(const std::string& path);
// A secret, asked for by name.
int sign_key_command(const ScenarioOptions& options);
int report_command(const std::string& result);
int read_command(const ReadCommand& command);
int debug_command(const DebugCommand& command);
int head_end(int argc, char** argv);

}  // namespace sim::cli
