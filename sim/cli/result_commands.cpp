// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>

#include "sim/cli/commands.hpp"
#include "sim/report/report.hpp"
#include "sim/result/compare.hpp"
#include "sim/result/digest.hpp"

namespace sim::cli {

int digest_command(const std::string& path) {
  const auto digest = result::digest_of(path);
  if (!digest) {
    fmt::print(stderr, "amitwin digest: {}: not there, or not a result file\n", path);
    return kBadInput;
  }
  for (const auto& [table, value] : digest->tables) fmt::print("{}  {}\n", value, table);
  fmt::print("{}  total\n", digest->total);
  return kGood;
}

int diff_command(const std::string& a, const std::string& b) {
  const result::Comparison comparison = result::compare_results(a, b);
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

int report_command(const std::string& path) {
  const std::filesystem::path page = std::filesystem::path(path).parent_path() / "report.html";
  if (const auto error = result::write_report(path, page.string())) {
    fmt::print(stderr, "amitwin report: {}\n", *error);
    return kBadInput;
  }
  fmt::print("{}\n", page.string());
  return kGood;
}

}  // namespace sim::cli
