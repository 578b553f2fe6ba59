// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/scenario.hpp"
#include "tests/unit/sim/scenario/problem_lines.hpp"

namespace {

using namespace sim::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

TEST(BadScenario, FiveWrongValuesAreFiveLocatedLines) {
  const auto lines = errors_of(R"([scenario]
duration_h = -3
[meters]
count = "many"
capture_period_s = 901
[sim]
mode = "fre"
[cell]
loss = 2
)");
  EXPECT_THAT(
      lines,
      ElementsAre(
          "s.toml:2:14: scenario.duration_h = -3: too small, allowed: a number from 0.25 to "
          "8784",
          "s.toml:4:9: meters.count = \"many\": not an integer, allowed: an integer from 1 "
          "to 1000",
          "s.toml:5:20: meters.capture_period_s = 901: not one of the values, allowed: 60, 300, "
          "600, 900, 1200, 1800, 3600",
          "s.toml:7:8: sim.mode = \"fre\": not one of the choices (did you mean \"free\"?), "
          "allowed: free, lockstep, paced",
          "s.toml:9:8: cell.loss = 2: too large, allowed: a number from 0 to 0.9"));
}

// A swell is more than all of a voltage; no wire carries more than all of a current.
TEST(BadScenario, WhatIsLeftOfACurrentIsLessThanAllOfIt) {
  const auto event = [](const char* type) {
    return std::string("[[event]]\nat = 60\ntype = \"") + type + "\nmeter = 1\nresidual = 1.2\n";
  };
  EXPECT_THAT(errors_of(event("sag\"\nduration_ms = 200")), ElementsAre());
  for (const char* type : {"bypass\"\nduration_s = 9", "neutral_fault\"\nduration_s = 9"}) {
    EXPECT_THAT(errors_of(event(type)), ElementsAre(HasSubstr("0 to 0.95"))) << type;
  }
}

TEST(BadScenario, UnknownKeysAreErrorsWithASuggestion) {
  EXPECT_THAT(
      errors_of("[meters]\ncuont = 3\n"),
      ElementsAre("s.toml:2:1: meters.cuont = 3: unknown key, allowed: meters.count (did you "
                  "mean that?)"));
  EXPECT_THAT(errors_of("[sim]\nloss = 0.1\n"), ElementsAre(HasSubstr("cell.loss")))
      << "the right key in the wrong section";
  EXPECT_THAT(errors_of("[metres]\ncount = 3\n"), ElementsAre(HasSubstr("[meters]")));
  EXPECT_THAT(errors_of("[[events]]\nat = 3\n"), ElementsAre(HasSubstr("[event]")));
  EXPECT_THAT(errors_of("zzzzzzzzzzz = 3\n"), ElementsAre(HasSubstr("s.toml:1:1: zzzzzzzzzzz")));
}

TEST(BadScenario, KeysWithAHashAreShownAsWritten) {
  EXPECT_THAT(errors_of("\"a#b\" = 3\n"), ElementsAre(StartsWith("s.toml:1:1: a#b = 3: unknown")));
  EXPECT_THAT(errors_of("[load]\ncsv = \"scenarios/london.toml\"\n[load.map]\n\"#3\" = 0\n"),
              ElementsAre(StartsWith("s.toml:4:8: load.map.#3 = 0: not a meter number")));
}

TEST(BadScenario, ASyntaxErrorIsLocated) {
  EXPECT_THAT(errors_of("[meters]\ncount = = 3\n"), ElementsAre(StartsWith("s.toml:2:")));
  EXPECT_THAT(errors_of("[meters]\ncount = 3\ncount = 4\n"), ElementsAre(StartsWith("s.toml:3:")));
}

TEST(BadScenario, OverridesAreLocatedOnTheCommandLine) {
  EXPECT_THAT(
      errors_of("", {"meters.count=0"}),
      ElementsAre("--set: meters.count = 0: too small, allowed: an integer from 1 to 1000"));
  EXPECT_THAT(errors_of("", {"meters"}), ElementsAre(HasSubstr("allowed is key=value")));
  EXPECT_THAT(errors_of("", {"meters.coutn=4"}), ElementsAre(HasSubstr("meters.count")));
  EXPECT_THAT(errors_of("[meters]\ncount=4", {"meters.count.x=4"}),
              ElementsAre(HasSubstr("--set: meters.count.x")));
}

TEST(BadScenario, OneMistakeIsOneLine) {
  EXPECT_THAT(errors_of("[meters]\ncapture_period_s = 7\npush_period_s = 3600\n"),
              ElementsAre(HasSubstr("capture_period_s")));
  EXPECT_THAT(errors_of("[meters]\ncount = 0\n[[event]]\nat = 1\ntype = \"outage\"\nmeter = "
                        "4\nduration_s = 5\n"),
              ElementsAre(HasSubstr("meters.count")));
}

TEST(BadScenario, KeysThatContradictEachOther) {
  EXPECT_THAT(
      errors_of("[meters]\npush_period_s = 1000\n"),
      ElementsAre(HasSubstr("s.toml:2:17: meters.push_period_s = 1000: the push period is no "
                            "multiple of the capture period")));
  const std::string minutes = "[meters]\ncount = 2\ncapture_period_s = 60\n";
  EXPECT_THAT(errors_of(minutes), ElementsAre());
  EXPECT_THAT(
      errors_of(minutes + "[[group]]\nmeters = 2\nmodel = \"AD13A\"\n"),
      ElementsAre(HasSubstr("s.toml:3:20: meters.capture_period_s = 60: a three-phase meter "
                            "does not capture each minute, allowed: 60 with")));
  EXPECT_THAT(errors_of("[meters]\ncount = 2\nmodel = \"AD13A\"\n[[group]]\nmeters = \"1-2\"\n"
                        "capture_period_s = 60\n"),
              ElementsAre(HasSubstr("s.toml:6:20: group.capture_period_s = 60: a three-phase")));
  EXPECT_THAT(errors_of(minutes + "[[group]]\nmeters = 2\nmodel = \"AD13A\"\n"
                                  "capture_period_s = 300\npush_period_s = 3600\n"),
              ElementsAre());
  EXPECT_THAT(errors_of("[meters]\ncount = 4\ndetailed = [5]\n"),
              ElementsAre(HasSubstr("names meter 5, allowed: meters 1 to 4")));
  EXPECT_THAT(errors_of("[cell]\nuplink_slots = 4\n"), ElementsAre(HasSubstr("class 12")));
  EXPECT_THAT(errors_of("[scenario]\nstart = 2024-01-01T00:00:30Z\n"),
              ElementsAre(HasSubstr("full minute")));
  EXPECT_THAT(errors_of("[trace]\nmeter = 3\n"), ElementsAre(HasSubstr("not a detailed meter")));
  EXPECT_THAT(errors_of("[[group]]\nmeters = 1\ncapture_period_s = 3600\npush_period_s = 1800\n"),
              ElementsAre(HasSubstr("group.push_period_s = 1800")));
  EXPECT_THAT(errors_of("[load.map]\na = 1\n"), ElementsAre(HasSubstr("load.map.a = 1")));
}

TEST(BadScenario, Events) {
  const auto event = [](const std::string& keys) { return errors_of("[[event]]\n" + keys); };
  EXPECT_THAT(event("at = 1\ntype = \"relay\"\nmeter = 2\n"),
              ElementsAre("s.toml:1:1: event.value: missing in type relay, allowed: open, close"));
  EXPECT_THAT(event("at = 1\ntype = \"relay\"\nvalue = \"open\"\n"),
              ElementsAre(StartsWith("s.toml:1:1: event.meter: missing in type relay")));
  EXPECT_THAT(event("type = \"network_loss\"\nduration_s = 5\n"),
              ElementsAre(StartsWith("s.toml:1:1: event.at: missing")));
  EXPECT_THAT(
      event("at = 1\ntype = \"outage\"\nmeter = 1\nduration_s = 5\nresidual = 0.1\n"),
      ElementsAre(HasSubstr("s.toml:6:12: event.residual = 0.1: not a key of type outage")));
  EXPECT_THAT(event("at = \"99:00:00\"\ntype = \"network_loss\"\nduration_s = 5\n"),
              ElementsAre(HasSubstr("after the end of the scenario, allowed: before 28 h")));
  EXPECT_THAT(event("at = 2023-12-31T00:00:00Z\ntype = \"network_loss\"\nduration_s = 5\n"),
              ElementsAre(HasSubstr("before the start")));
  EXPECT_THAT(
      event("at = \"noon\"\ntype = \"sagg\"\nmeter = 0\n"),
      ElementsAre(HasSubstr("event.at = \"noon\": not a time"), HasSubstr("did you mean \"sag\"?"),
                  HasSubstr("event.meter = 0: names no meter")));
}

TEST(BadScenario, Expectations) {
  EXPECT_THAT(errors_of("[[expect]]\nkpi = \"interval_sucess\"\nmin = 0.9\n"),
              ElementsAre(HasSubstr("interval_success (did you mean that?)")));
  EXPECT_THAT(errors_of("[[expect]]\nkpi = \"sessions\"\n"),
              ElementsAre(HasSubstr("nothing is expected of it")));
  EXPECT_THAT(errors_of("[[expect]]\nkpi = \"sessions\"\nmin = 5\nmax = 4\n"),
              ElementsAre(HasSubstr("below min")));
}

TEST(BadScenario, AMissingFileIsNamed) {
  EXPECT_THAT(errors_of("[load]\ncsv = \"no/such.csv\"\n"),
              ElementsAre("s.toml:2:7: load.csv = \"no/such.csv\": there is no readable file "
                          "no/such.csv, allowed: a CSV file, relative to the scenario file"));
  const LoadedScenario loaded = load_scenario("no/such.toml");
  ASSERT_EQ(loaded.errors.size(), 1u);
  EXPECT_THAT(loaded.errors[0].line(), StartsWith("no/such.toml: cannot be read"));
}

}  // namespace
