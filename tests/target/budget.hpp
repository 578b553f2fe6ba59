// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace target {

// A file of `name = number` lines that measured numbers are held against. TWIN_UPDATE=1 in the
// environment writes what was measured instead.
class Budget {
 public:
  explicit Budget(std::string path);
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  // A test failure when `measured` is over the budget by more than a tenth, or so far below it that
  // the budget would hide the next growth.
  void hold(const std::string& name, std::uint64_t measured);
  std::uint64_t value(const std::string& name) const;

 private:
  std::string path_;
  std::map<std::string, std::uint64_t> values_;
  std::map<std::string, std::uint64_t> measured_;
};

bool updating_budgets();

}  // namespace target
