// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The load profile of every minute, which a single-phase meter can keep: collected on both roads,
// each row right.
#include <gtest/gtest.h>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;

TEST(MinuteRows, OnBothRoadsAreCollectedAndRight) {
  sim::run::Scenario scenario = hamlet(1, 2, 3);
  scenario.meters.capture_period_s = 60;
  set_events(scenario, {outage(clock(1, 10), 3, 600)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("interval_success"), 1);
  EXPECT_GE(run.kpi("intervals_expected"), 3 * 180 - 12);
  for (std::uint32_t meter = 1; meter <= 2; ++meter) {
    const auto rows = head_end_rows(scenario, folder, meter);
    ASSERT_GE(rows.size(), 180u) << meter;
    for (std::size_t k = 1; k < rows.size(); ++k) {
      ASSERT_EQ(rows[k].stamp_utc_s - rows[k - 1].stamp_utc_s, 60) << meter << ": row " << k;
    }
  }
}

}  // namespace
