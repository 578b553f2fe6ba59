// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/target/budget.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace target {
namespace {

// Lines that say what the file is; they stay when the numbers are written anew.
std::string head_of(const std::string& path) {
  std::ifstream in(path);
  std::string head;
  for (std::string line; std::getline(in, line) && line.rfind("#", 0) == 0;) head += line + "\n";
  return head;
}

}  // namespace

bool updating_budgets() {
  const char* const update = std::getenv("TWIN_UPDATE");
  return update != nullptr && std::string(update) == "1";
}

Budget::Budget(std::string path) : path_(std::move(path)) {
  std::ifstream in(path_);
  for (std::string line; std::getline(in, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::istringstream words(line);
    std::string name, equals;
    std::uint64_t value = 0;
    if (words >> name >> equals >> value && equals == "=") {
      values_[name] = value;
    } else {
      ADD_FAILURE() << path_ << ": not `name = number`: " << line;
    }
  }
}

Budget::~Budget() {
  if (!updating_budgets() || measured_.empty()) return;
  const std::string head = head_of(path_);
  for (const auto& [name, value] : measured_) values_[name] = value;
  std::ofstream out(path_);
  out << head;
  for (const auto& [name, value] : values_) out << name << " = " << value << "\n";
}

void Budget::hold(const std::string& name, std::uint64_t measured) {
  measured_[name] = measured;
  if (updating_budgets()) return;
  const auto found = values_.find(name);
  const std::uint64_t budget = found == values_.end() ? 0 : found->second;
  const std::string advice =
      path_ + ": " + name + " = " + std::to_string(budget) + ", measured " +
      std::to_string(measured) +
      ". If that is meant: TWIN_UPDATE=1 ctest -R target_budget writes the new number.";
  EXPECT_LE(measured, budget + budget / 10) << advice;
  EXPECT_GE(measured, budget - budget / 4) << advice;
}

std::uint64_t Budget::value(const std::string& name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) ADD_FAILURE() << path_ << ": no " << name;
  return found == values_.end() ? 0 : found->second;
}

}  // namespace target
