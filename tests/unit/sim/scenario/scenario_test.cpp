// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/scenario.hpp"

namespace {

using namespace sim::run;
using testing::ElementsAre;

Scenario must_parse(const std::string& text, const std::vector<std::string>& overrides = {}) {
  const LoadedScenario loaded = parse_scenario(text, "s.toml", overrides);
  for (const Problem& problem : loaded.errors) ADD_FAILURE() << problem.line();
  return loaded.scenario.value_or(Scenario{});
}

std::vector<std::uint32_t> meters(const std::string& written) {
  return must_parse("[meters]\ncount = 9\ndetailed = " + written).meters.detailed.list(9);
}

TEST(Scenario, AnEmptyFileIsTheDefaultStreet) {
  const Scenario scenario = must_parse("");
  EXPECT_EQ(scenario.meters.count, 100);
  EXPECT_EQ(scenario.capture_end(), kernel::kNsPerDay);
  EXPECT_EQ(scenario.end(), 28 * kernel::kNsPerHour);
  EXPECT_TRUE(scenario.meters.detailed.empty());
}

TEST(Scenario, ReadsEveryKindOfValue) {
  const Scenario scenario = must_parse(R"(
[scenario]
name = "x"
start = 2024-07-01T02:00:00+02:00
duration_h = 48.5
[sim]
mode = "paced"
lazy = false
[meters]
count = 12
detailed = [1, "3-4"]
time_zone = "Europe/Berlin"
[csv]
stamp = "end"
)");
  EXPECT_EQ(scenario.general.name, "x");
  EXPECT_EQ(format_utc(scenario.general.start_utc_s), "2024-07-01T00:00:00Z");
  EXPECT_EQ(scenario.general.duration_h, 48.5);
  EXPECT_EQ(scenario.sim.mode, Mode::paced);
  EXPECT_FALSE(scenario.sim.lazy);
  EXPECT_THAT(scenario.meters.detailed.list(12), ElementsAre(1, 3, 4));
  EXPECT_EQ(scenario.csv.stamp, StampAt::end);
}

TEST(Scenario, MetersAreNamedInManyWays) {
  EXPECT_THAT(meters("7"), ElementsAre(7));
  EXPECT_THAT(meters("[5, 1]"), ElementsAre(1, 5));
  EXPECT_THAT(meters("\"3-5\""), ElementsAre(3, 4, 5));
  EXPECT_THAT(meters("\"1, 8-9\""), ElementsAre(1, 8, 9));
  EXPECT_THAT(meters("\"all\""), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9));
  EXPECT_THAT(meters("\"none\""), ElementsAre());
}

TEST(Scenario, EventsComeInTheOrderOfTime) {
  const Scenario scenario = must_parse(R"(
[scenario]
start = 2024-01-15T00:00:00Z
[[event]]
at = "26:30:00"
type = "outage"
meter = "2-3"
duration_s = 90
[[event]]
at = 2024-01-15T06:00:00Z
type = "relay"
meter = 5
value = "close"
[[event]]
at = 30.5
type = "network_loss"
duration_s = 1200
[[event]]
at = 05:00:00
type = "sag"
meter = "all"
duration_ms = 80
residual = 0.4
)");
  ASSERT_EQ(scenario.events.size(), 4u);
  EXPECT_EQ(scenario.events[0].type, EventType::network_loss);
  EXPECT_EQ(scenario.events[0].at, 30'500'000'000);
  EXPECT_TRUE(scenario.events[0].meters.contains(100));
  EXPECT_EQ(scenario.events[1].type, EventType::sag);
  EXPECT_EQ(scenario.events[1].residual, 0.4);
  EXPECT_EQ(scenario.events[2].at, 6 * kernel::kNsPerHour);
  EXPECT_EQ(scenario.events[2].value, RelayOrder::close);
  EXPECT_EQ(scenario.events[3].at, 95'400 * kernel::kNsPerSecond);
  EXPECT_THAT(scenario.events[3].meters.list(100), ElementsAre(2, 3));
}

TEST(Scenario, TheLastGroupThatNamesAMeterWinsKeyByKey) {
  const Scenario scenario = must_parse(R"(
[meters]
count = 10
capture_period_s = 1800
time_zone = "Europe/Berlin"
[[group]]
meters = "1-5"
capture_period_s = 300
pv = true
[[group]]
meters = 3
clock_ppm = -12
capture_period_s = 600
)");
  EXPECT_EQ(settings_of(scenario, 2).capture_period_s, 300);
  EXPECT_EQ(settings_of(scenario, 3).capture_period_s, 600);
  EXPECT_EQ(settings_of(scenario, 3).pv, true);
  EXPECT_EQ(settings_of(scenario, 3).clock_ppm, -12);
  EXPECT_EQ(settings_of(scenario, 6).capture_period_s, 1800);
  EXPECT_FALSE(settings_of(scenario, 6).pv.has_value());
  EXPECT_EQ(settings_of(scenario, 6).zone.offset_min, 60);
}

TEST(Scenario, OverridesWinOverTheFile) {
  const std::string file = "[meters]\ncount = 5\n[scenario]\nname = \"a\"\n";
  const Scenario scenario =
      must_parse(file, {"meters.count=7", "sim.mode=lockstep", "scenario.name=night read",
                        "meters.detailed=[1,2]", "load.power_factor=0.9", "meters.count=8"});
  EXPECT_EQ(scenario.meters.count, 8);
  EXPECT_EQ(scenario.sim.mode, Mode::lockstep);
  EXPECT_EQ(scenario.general.name, "night read");
  EXPECT_THAT(scenario.meters.detailed.list(8), ElementsAre(1, 2));
  EXPECT_EQ(scenario.load.power_factor, 0.9);
  EXPECT_TRUE(scenario.text.starts_with(file));
  EXPECT_NE(scenario.text, file) << "a run with overrides is another scenario";
}

TEST(Scenario, PathsStartAtTheScenario) {
  const LoadedScenario loaded = parse_scenario("", "a/b/s.toml");
  ASSERT_TRUE(loaded.scenario);
  EXPECT_EQ(loaded.scenario->path_of("../c.csv"), "a/c.csv");
  EXPECT_EQ(loaded.scenario->path_of("/d/c.csv"), "/d/c.csv");
}

}  // namespace
