// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/rows.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace sim::typetest {

std::size_t Rows::measure(const Measurement& measurement) {
  const auto found = std::ranges::find(plan_.measurements, measurement);
  if (found != plan_.measurements.end()) {
    return static_cast<std::size_t>(found - plan_.measurements.begin());
  }
  plan_.measurements.push_back(measurement);
  return plan_.measurements.size() - 1;
}

std::size_t Rows::pulses(const Load& load) { return measure({Procedure::pulses, load, 0}); }

void Rows::add(Row row) {
  row.test = test_;
  plan_.rows.push_back(std::move(row));
}

std::string number_text(double value) { return fmt::format("{:g}", value); }

std::string point_text(const Load& load, const Factor& factor, bool export_power) {
  std::string text = fmt::format("{:g} A {}", load.current_a, factor.name);
  if (export_power) text += " export";
  for (std::size_t p = 0; p < kPhases && load.phases != 7; ++p) {
    if ((load.phases >> p & 1) != 0) text += fmt::format(" L{}", p + 1);
  }
  return text;
}

Load load_of(double current_a, const Factor& factor, bool export_power) {
  Load load;
  load.current_a = current_a;
  load.lag_deg = factor.lag_deg + (export_power ? 180 : 0);
  return load;
}

}  // namespace sim::typetest
