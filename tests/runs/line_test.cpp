// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Long power lines: what their management costs, and that their rows arrive. Campaigns over seeds
// are in docs/hacking.md.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <vector>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Scenario;

// One line of so many meters, collected every hour, on the default feeders.
Scenario line_of(std::int64_t meters, double hours) {
  Scenario scenario = hamlet(meters, 0, hours);
  scenario.plc = {};
  return scenario;
}

TEST(Line, TwoHundredMetersOverEightHours) {
  const Folder folder;
  const ProgramRun run = amitwin({"run", "scenarios/line-200.toml", "--set",
                                  "scenario.duration_h=8", "--quiet", "--out", folder / "line"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  const auto kpis = kpis_in(folder / "line/summary.json");
  EXPECT_EQ(kpis.at("plc_meters"), 200);
  EXPECT_GE(kpis.at("interval_success"), 0.99);
}

TEST(Line, PromotionRobustnessAndCriesTakeLessThanData) {
  for (const std::int64_t meters : {60, 120, 200, 400}) {
    const Folder folder;
    const Finished run = run_in_child(line_of(meters, 4), folder);
    ASSERT_EQ(run.error, "");
    const double data_s = run.kpi("plc_airtime_data_s");
    EXPECT_GT(data_s, 30) << meters;
    EXPECT_LT(run.kpi("plc_airtime_pro_s") + run.kpi("plc_airtime_prm_s") +
                  run.kpi("plc_airtime_pnpdu_s"),
              data_s)
        << meters;
    EXPECT_GE(run.kpi("interval_success"), 0.99) << meters;
    // The figures are sums of the table.
    const auto airtimes = column_of(folder / "result.h5", "airtime", "airtime_s");
    const double all_s = std::accumulate(airtimes.begin(), airtimes.end(), 0.0);
    EXPECT_NEAR(data_s, all_s * (1 - run.kpi("plc_control_share")), 1e-6 * all_s) << meters;
  }
}

TEST(Line, NeedsItsLevelsOfSwitches) {
  Scenario scenario = line_of(120, 2);
  scenario.plc.feeders = 1;
  scenario.plc.max_switch_level = 1;
  const Folder one, six;
  const Finished flat = run_in_child(scenario, one);
  scenario.plc.max_switch_level = 6;
  const Finished deep = run_in_child(scenario, six);
  EXPECT_LE(flat.kpi("plc_levels"), 1);
  EXPECT_GE(deep.kpi("plc_levels"), 3);
  EXPECT_LE(deep.kpi("plc_levels"), 6);
  EXPECT_GT(deep.kpi("plc_registered"), flat.kpi("plc_registered") + 20);
}

// The assumed share of a reply's time: nothing hangs on it but how long an exchange takes. The
// shortest poll is one question and its answer on a line that nobody else wanted; half of its time
// is assumed, and grows with the factor as a line does.
TEST(Service, AssumedWaitsDecideHowLongExchangesTakeAndNothingElse) {
  std::vector<double> shortest_s;  // by factor
  for (const double factor : {0.0, 1.0, 2.0}) {
    Scenario scenario = hamlet(9, 0, 3);
    scenario.meters.variant.service_assumed_factor = factor;
    const Folder folder;
    expect_village_well(run_in_child(scenario, folder), 9);
    const auto seconds = column_of(folder / "result.h5", "polls", "duration_s");
    ASSERT_GE(seconds.size(), 100u);
    shortest_s.push_back(*std::min_element(seconds.begin(), seconds.end()));
  }
  std::printf("the shortest poll takes %.3f, %.3f, %.3f s with 0, 1, 2 times the assumed waits\n",
              shortest_s[0], shortest_s[1], shortest_s[2]);
  EXPECT_GT(shortest_s[1], 1.6 * shortest_s[0]);
  const double once_s = shortest_s[1] - shortest_s[0];
  const double twice_s = shortest_s[2] - shortest_s[1];
  EXPECT_GT(once_s, 0.040);  // of a GET alone, docs/target.md
  EXPECT_NEAR(twice_s, once_s, 0.3 * once_s);
}

}  // namespace
