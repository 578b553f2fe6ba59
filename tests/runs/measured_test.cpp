// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every register of measured quantities, read by a client at the end of a run and judged by the
// phasors at the meter's terminals.
#include <gtest/gtest.h>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Scenario;

// Single-phase meters and three-phase ones, plants and all quadrants.
Scenario measured_street(double frequency_hz) {
  Scenario scenario = hamlet(3, 3, 2);
  scenario.general.start_utc_s = 1'718'877'600;  // 2024-06-20T10:00:00Z
  scenario.meters.pv_share = 0.6;
  scenario.grid.frequency_hz = frequency_hz;
  scenario.sim.read_measured = true;
  return scenario;
}

TEST(MeasuredRun, EveryRegisterIsRightAtAnyFrequency) {
  for (const double frequency_hz : {49.5, 50.0, 50.5}) {
    Scenario scenario = measured_street(frequency_hz);
    set_events(scenario, {relay(clock(0, 40), 1, sim::run::RelayOrder::open),
                          relay(clock(1, 10), 1, sim::run::RelayOrder::close),
                          sag(clock(0, 45, 7.06), 2, 700, 0.6), outage(clock(1, 5), 3, 700)});
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.kpi("measured_mismatches"), 0) << frequency_hz;
    // Of a three-phase meter up to 69, of a single-phase one 16.
    EXPECT_GE(run.kpi("measured_judged"), 5 * 13 + 55) << frequency_hz;
  }
}

// Both tiers have the same samples, so what is made of samples is the same to the last digit.
TEST(MeasuredRun, BothTiersShowTheSame) {
  Scenario scenario = measured_street(50);
  scenario.concentrators.clear();
  scenario.meters.count = 3;  // the third has three phases
  scenario.general.duration_h = 0.5;
  scenario.general.collect_h = 0;
  const Folder fleet_folder, detailed_folder;
  const Finished fleet = run_in_child(scenario, fleet_folder);
  scenario.meters.detailed = sim::run::MeterSet::all();
  const Finished detailed = run_in_child(scenario, detailed_folder);
  ASSERT_EQ(fleet.error + detailed.error, "");
  EXPECT_EQ(detailed.kpi("measured_mismatches"), 0);
  const auto a = column_of(fleet_folder / "result.h5", "measured", "value");
  const auto b = column_of(detailed_folder / "result.h5", "measured", "value");
  ASSERT_EQ(a.size(), b.size());
  ASSERT_GE(a.size(), 300u);  // spectra included
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 0.001 * std::abs(a[k]) + 1);
}

// What is judged is what the meter measures: a front end that has moved since it was calibrated.
TEST(MeasuredRun, AnAngleThatIsADegreeOffIsFound) {
  const Scenario scenario = measured_street(50);
  const Folder folder;
  sim::run::RunOptions options;
  options.faults.meter = 3;  // three phases
  options.faults.phase_deg = 1;
  EXPECT_GE(run_in_child(scenario, folder, options).kpi("measured_mismatches"), 3);
}

}  // namespace
