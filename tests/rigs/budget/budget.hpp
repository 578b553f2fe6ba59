// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace rigs {

// How far a measured number may lie from its budget, in percent: over it, and so far below that the
// budget would hide the next growth.
struct Tolerance {
  double over = 10;
  double below = 25;
};

// A file of lines `name = number, was number: why` that measured numbers are held against; what it
// was and why it changed may be missing. TWIN_UPDATE=1 in the environment writes what was measured
// instead: a number beyond its tolerance takes the old one as `was`, and fails until somebody has
// written why.
class Budget {
 public:
  explicit Budget(std::string path);
  ~Budget();
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  void hold(const std::string& name, std::uint64_t measured, Tolerance tolerance = {});
  std::uint64_t value(const std::string& name) const;

 private:
  struct Row {
    std::uint64_t value = 0;
    std::string history;  // " was number: why"
  };
  std::string path_;
  std::string head_;  // lines that say what the file is
  std::map<std::string, Row> rows_;
  bool changed_ = false;
};

bool updating_budgets();

}  // namespace rigs
