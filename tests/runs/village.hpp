// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include "tests/runs/harness.hpp"

namespace scenario_test {

// A small village for tests: meters 1 to n_plc on the power line of one concentrator, every third
// of them three-phase, the others with modules under a fast cell.
inline sim::run::Scenario hamlet(std::int64_t n_plc, std::int64_t n_gprs, double hours,
                                 std::int64_t collect_period_s = 3600) {
  sim::run::Scenario scenario = street(n_plc + n_gprs, hours);
  scenario.general.name = "hamlet";
  sim::run::ConcentratorRow row;
  row.meters.ranges = {{1, static_cast<std::uint32_t>(n_plc)}};
  row.collect_period_s = collect_period_s;
  scenario.concentrators.push_back(row);
  sim::run::MeterGroup three_phase;
  for (std::uint32_t meter = 3; meter <= n_plc; meter += 3) {
    three_phase.meters.ranges.push_back({meter, meter});
  }
  three_phase.model = sim::run::MeterModel::ad13a;
  three_phase.annual_kwh = 9000;
  scenario.groups.push_back(three_phase);
  return scenario;
}

inline void expect_village_well(const Finished& run, double n_plc, double success = 0.99) {
  expect_nothing_wrong(run);
  if (!run.error.empty()) return;
  EXPECT_EQ(run.kpi("plc_registered"), n_plc);
  EXPECT_EQ(run.kpi("plc_uncoded_frames"), 0);
  EXPECT_GE(run.kpi("interval_success"), success);
}

}  // namespace scenario_test
