// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the project ships: its scenarios.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "sim/scenario/load_csv.hpp"
#include "sim/scenario/scenario.hpp"

namespace {

using namespace sim::run;

TEST(ShippedScenarios, FirstLightIsWhatItSays) {
  const LoadedScenario loaded = load_scenario("scenarios/first-light.toml");
  for (const Problem& problem : loaded.errors) ADD_FAILURE() << problem.line();
  ASSERT_TRUE(loaded.scenario);
  const Scenario& scenario = *loaded.scenario;
  EXPECT_EQ(scenario.meters.count, 100);
  EXPECT_EQ(scenario.meters.detailed.list(100).size(), 2u);
  EXPECT_GE(scenario.meters.pv_share, 0.2);
  EXPECT_EQ(scenario.end(), 28 * kernel::kNsPerHour);
  const auto count = [&](EventType type) {
    return std::count_if(scenario.events.begin(), scenario.events.end(),
                         [&](const Event& event) { return event.type == type; });
  };
  EXPECT_EQ(count(EventType::relay), 2);
  EXPECT_EQ(count(EventType::clock_error), 1);
  EXPECT_EQ(count(EventType::clock_shift), 1);
  EXPECT_EQ(count(EventType::network_loss), 1);
}

TEST(ShippedScenarios, SayNothingThatHasNoEffect) {
  for (const auto& entry : std::filesystem::directory_iterator("scenarios")) {
    if (entry.path().extension() != ".toml") continue;
    const LoadedScenario loaded = load_scenario(entry.path().string());
    for (const Problem& problem : loaded.warnings) ADD_FAILURE() << problem.line();
  }
}

TEST(ShippedScenarios, LondonReadsTheRealHomes) {
  const std::string scenario_file = "scenarios/london.toml";
  const LoadedScenario loaded = load_scenario(scenario_file);
  if (!loaded.scenario) {
    ASSERT_EQ(loaded.errors.size(), 1u) << "the only thing missing may be the data";
    EXPECT_THAT(loaded.errors[0].line(), testing::HasSubstr("load.csv"));
    EXPECT_THAT(loaded.errors[0].line(), testing::HasSubstr("there is no readable file"));
    GTEST_SKIP() << "no London data: " << loaded.errors[0].line();
  }
  const LoadCsvResult csv = read_load_csv(*loaded.scenario);
  for (const Problem& problem : csv.errors) ADD_FAILURE() << problem.line();
  EXPECT_EQ(csv.table.homes.size(), 100u);
  EXPECT_EQ(csv.table.interval_s, 1800);
  EXPECT_EQ(csv.table.n_intervals, (168u + 4u) * 2u);
  EXPECT_LE(csv.warnings.size(), 2u) << "gaps in one line, homes that draw nothing in another";
  EXPECT_NE(csv.understood.find("meter 1 is MAC000002 (Wh), "), std::string::npos);
  const auto& expectations = loaded.scenario->expectations;
  const auto unknown = std::find_if(expectations.begin(), expectations.end(),
                                    [](const auto& each) { return each.kpi == "truth_unknown"; });
  ASSERT_NE(unknown, expectations.end());
  EXPECT_EQ(unknown->limit.equals, static_cast<double>(csv.table.gaps * 1800 / 900));
}

}  // namespace
