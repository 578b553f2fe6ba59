// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Laws of docs/architecture.md over whole runs, on scenarios built in code.
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::HeldRow;
using sim::run::MeterSet;
using sim::run::RelayOrder;
using sim::run::Scenario;

sim::run::RegisterValues registers_of(const HeldRow& row) {
  sim::run::RegisterValues values;
  std::copy(row.registers.begin(), row.registers.end(), values.begin());
  return values;
}

// Relay, sag and outage once each, on different meters; one sag more is over within its window.
void disturb(Scenario& scenario) {
  set_events(scenario,
             {relay(clock(0, 40), 1, RelayOrder::open), relay(clock(1, 10), 1, RelayOrder::close),
              sag(clock(0, 45, 7.06), 2, 30, 0.6), sag(clock(0, 50, 3.3), 2, 4'700, 0.6),
              outage(clock(1, 5), 3, 700)});
}

// ---- Law 2: T1 = T2 ----

// A summer noon, so that plants feed in and all quadrants move.
Scenario summer_noon(std::int64_t meters, double hours) {
  Scenario scenario = street(meters, hours);
  scenario.general.start_utc_s = 1'718'877'600;  // 2024-06-20T10:00:00Z
  scenario.meters.pv_share = 0.7;
  disturb(scenario);
  return scenario;
}

TEST(LawTwo, WithoutNoiseAt50HzDetailedAndFleetRowsAreEqualToTheBit) {
  Scenario scenario = summer_noon(3, 2);
  scenario.sim.noise = false;
  scenario.sim.sampled = true;
  scenario.meters.adc_spread_ppm = 0;
  scenario.grid.frequency_spread_hz = 0;
  const Folder fleet_folder, detailed_folder;
  const Finished fleet = run_in_child(scenario, fleet_folder);
  expect_nothing_wrong(fleet);
  scenario.meters.detailed = MeterSet::all();
  const Finished detailed = run_in_child(scenario, detailed_folder);
  expect_nothing_wrong(detailed);
  double moved = 0;
  for (std::uint32_t meter = 1; meter <= 3; ++meter) {
    const auto a = head_end_rows(scenario, fleet_folder, meter);
    const auto b = head_end_rows(scenario, detailed_folder, meter);
    ASSERT_EQ(a.size(), b.size()) << "meter " << meter;
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].stamp_utc_s, b[i].stamp_utc_s);
      EXPECT_EQ(a[i].status, b[i].status);
      EXPECT_EQ(registers_of(a[i]), registers_of(b[i])) << "meter " << meter << " row " << i;
    }
    for (const double value : registers_of(a.back())) moved += value;
  }
  EXPECT_GT(moved, 1'000) << "a street that draws nothing shows nothing";
}

// Sums in closed form and of samples, at drawn frequencies: rows of a day differ by a unit at most.
TEST(LawTwo, ClosedFormAndSamplesLeaveTheSameRegisters) {
  Scenario scenario = summer_noon(3, 24);
  const Folder closed_folder, sampled_folder;
  expect_nothing_wrong(run_in_child(scenario, closed_folder));
  scenario.sim.sampled = true;
  expect_nothing_wrong(run_in_child(scenario, sampled_folder));
  for (std::uint32_t meter = 1; meter <= 3; ++meter) {
    const auto a = head_end_rows(scenario, closed_folder, meter);
    const auto b = head_end_rows(scenario, sampled_folder, meter);
    ASSERT_EQ(a.size(), b.size()) << "meter " << meter;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto closed = registers_of(a[i]);
      const auto sampled = registers_of(b[i]);
      for (std::size_t r = 0; r < closed.size(); ++r) {
        EXPECT_NEAR(closed[r], sampled[r], 1) << "meter " << meter << " row " << i << ' ' << r;
      }
    }
  }
}

TEST(LawTwo, WithEverythingDrawnRegistersAgreeWithinHalfAPerMille) {
  Scenario scenario = summer_noon(3, 2);
  const Folder fleet_folder, detailed_folder;
  const Finished fleet = run_in_child(scenario, fleet_folder);
  expect_nothing_wrong(fleet);
  scenario.meters.detailed = MeterSet::all();
  const Finished detailed = run_in_child(scenario, detailed_folder);
  expect_nothing_wrong(detailed);
  for (std::uint32_t meter = 1; meter <= 3; ++meter) {
    const auto a = head_end_rows(scenario, fleet_folder, meter);
    const auto b = head_end_rows(scenario, detailed_folder, meter);
    ASSERT_EQ(a.size(), b.size()) << "meter " << meter;
    for (std::size_t i = 0; i < a.size(); ++i) {
      const auto fleet_values = registers_of(a[i]);
      const auto detailed_values = registers_of(b[i]);
      for (std::size_t r = 0; r < fleet_values.size(); ++r) {
        EXPECT_NEAR(fleet_values[r], detailed_values[r], 0.0005 * fleet_values[r] + 1)
            << "meter " << meter << " row " << i << " register " << r;
      }
    }
  }
}

// ---- Law 3: lazy = eager ----

TEST(LawThree, IntegratingEveryStepGivesTheSameDigestAsIntegratingWhenRead) {
  Scenario scenario = street(4, 6);
  disturb(scenario);
  scenario.events.push_back(clock_shift(clock(2, 20), 4, 400));
  scenario.events.push_back(network_loss(clock(3, 10), 900));
  const Folder lazy_folder, eager_folder;
  const Finished lazy = run_in_child(scenario, lazy_folder);
  expect_nothing_wrong(lazy);
  scenario.sim.lazy = false;
  const Finished eager = run_in_child(scenario, eager_folder);
  EXPECT_EQ(eager.error, "");
  EXPECT_EQ(lazy.digest, eager.digest);
  EXPECT_EQ(lazy.digest.size(), 64u);
}

// ---- Law 6: truth ----

TEST(LawSix, ASummerStreetWithPlantsIsRightAndMovesEveryRegister) {
  Scenario scenario = street(12, 12);
  scenario.general.start_utc_s = 1'718'856'000;  // 2024-06-20T04:00:00Z
  scenario.meters.pv_share = 0.8;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("intervals_expected"), 12 * 48);
  EXPECT_GE(run.kpi("interval_success"), 0.99);
  for (const char* name : {"ap_total_wh", "am_total_wh", "r1_total_varh", "r2_total_varh",
                           "r3_total_varh", "r4_total_varh"}) {
    EXPECT_GT(run.kpi(name), 0) << name;
  }
}

}  // namespace
