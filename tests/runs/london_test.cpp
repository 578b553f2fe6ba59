// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Two and a half days of the measured homes; scenarios/london.toml itself runs a week.
#include <gtest/gtest.h>

#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;

constexpr const char* kData =
    "../shared/data/lcl_halfhourly_100homes/winter_2013-01-14_4weeks_Wh.csv";

TEST(London, MeasuredHomesAreRightAndEveryGapIsCounted) {
  if (!exists(kData)) GTEST_SKIP() << kData << " is not there; it is no part of this project";
  const Folder folder;
  const ProgramRun ran = amitwin({"run", "scenarios/london.toml", "--out", folder / "out",
                                  "--quiet", "--set", "scenario.duration_h=60"});
  // Its expectation for truth_unknown is that of the week.
  EXPECT_LE(ran.exit_code, 1) << ran.err;
  const auto kpis = kpis_in(folder / "out/summary.json");
  ASSERT_FALSE(kpis.empty());
  for (const char* name :
       {"intervals_lost", "intervals_duplicated", "truth_mismatches", "status_mismatches",
        "flash_lost", "flash_duplicated", "flash_mismatches", "flash_differing", "flash_unread",
        "rows_misnumbered"}) {
    EXPECT_EQ(kpis.at(name), 0) << name;
  }
  EXPECT_GE(kpis.at("interval_success"), 0.99);
  EXPECT_EQ(kpis.at("intervals_expected"), 100 * 60 * 4);
  EXPECT_EQ(kpis.at("relay_orders_done"), 2);
  constexpr std::string_view kSaid = "the first gap of ";
  const std::size_t said = ran.err.find(kSaid);
  ASSERT_NE(said, std::string::npos) << ran.err;
  const int gaps = std::stoi(ran.err.substr(said + kSaid.size()));
  EXPECT_GT(gaps, 0);
  EXPECT_EQ(kpis.at("truth_unknown"), 2.0 * static_cast<double>(gaps)) << "a gap is two captures";
}

}  // namespace
