// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/budget/budget.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace rigs {
namespace {

constexpr const char* kNoReason = ": ?";

bool within(std::uint64_t measured, std::uint64_t budget, Tolerance tolerance) {
  const double m = static_cast<double>(measured), b = static_cast<double>(budget);
  return m <= b * (1 + tolerance.over / 100) && m >= b * (1 - tolerance.below / 100);
}

}  // namespace

bool updating_budgets() {
  const char* const update = std::getenv("TWIN_UPDATE");
  return update != nullptr && std::string(update) == "1";
}

Budget::Budget(std::string path) : path_(std::move(path)) {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') {
      head_ += line + "\n";
      continue;
    }
    std::istringstream words(line);
    std::string name, equals;
    Row row;
    if (words >> name >> equals >> row.value && equals == "=") {
      if (words.get() == ',') std::getline(words, row.history);
      rows_[name] = row;
    } else {
      ADD_FAILURE() << path_ << ": not `name = number`: " << line;
    }
  }
}

Budget::~Budget() {
  if (!changed_) return;
  std::ofstream out(path_);
  out << head_;
  for (const auto& [name, row] : rows_) {
    out << name << " = " << row.value << (row.history.empty() ? "" : ",") << row.history << "\n";
  }
}

void Budget::hold(const std::string& name, std::uint64_t measured, Tolerance tolerance) {
  Row& row = rows_[name];
  if (updating_budgets()) {
    if (row.value != 0 && !within(measured, row.value, tolerance)) {
      row.history = " was " + std::to_string(row.value) + kNoReason;
    }
    row.value = measured;
    changed_ = true;
    return;
  }
  EXPECT_TRUE(within(measured, row.value, tolerance))
      << path_ << ": " << name << " = " << row.value << ", measured " << measured
      << ". If that is meant: TWIN_UPDATE=1 with this test writes the new number.";
  EXPECT_FALSE(row.history.ends_with(kNoReason)) << path_ << ": " << name << ": say why it changed";
}

std::uint64_t Budget::value(const std::string& name) const {
  const auto found = rows_.find(name);
  if (found == rows_.end()) ADD_FAILURE() << path_ << ": no " << name;
  return found == rows_.end() ? 0 : found->second.value;
}

}  // namespace rigs
