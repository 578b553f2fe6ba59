// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.hpp"

namespace sim::run {

inline std::vector<std::string> lines(const Problems& problems) {
  std::vector<std::string> text;
  for (const Problem& problem : problems) text.push_back(problem.line());
  return text;
}
// Of a scenario named s.toml.
inline std::vector<std::string> errors_of(const std::string& text,
                                          const std::vector<std::string>& overrides = {},
                                          const std::vector<KeyOption>& options = {}) {
  const LoadedScenario loaded = parse_scenario(text, "s.toml", overrides, options);
  EXPECT_EQ(loaded.scenario.has_value(), loaded.errors.empty());
  return lines(loaded.errors);
}

}  // namespace sim::run
