// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace sim::result {

// What a scenario demands of a figure. A figure that was not measured (NaN) holds no limit.
struct Limit {
  std::optional<double> min;
  std::optional<double> max;
  std::optional<double> equals;

  bool holds(double value) const;
  std::string text() const;  // ">= 0.99", "= 0", ">= 1 and <= 5"
};

// One [[expect]] row of a scenario.
struct Expectation {
  std::string kpi;
  Limit limit;
};

struct Kpi {
  std::string name;
  double value = 0;
  std::string unit;  // "" for counts and shares
  std::vector<Limit> limits;

  bool pass() const;
  std::string limit_text() const;  // "" without a limit
};

// Puts each expectation to its figure; one that names a figure which is not there adds it as NaN.
std::vector<Kpi> judge(std::vector<Kpi> measured, std::span<const Expectation> expectations);
bool all_pass(std::span<const Kpi> kpis);

// Shortest text that reads back as the same double; integers without a point.
std::string number_text(double value);

}  // namespace sim::result
