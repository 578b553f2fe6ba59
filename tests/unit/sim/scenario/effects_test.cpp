// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What is written and does nothing is said; so is what a command line cuts off.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/scenario/scenario.hpp"
#include "tests/unit/sim/scenario/problem_lines.hpp"

namespace {

using namespace sim::run;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<std::string> warnings_of(const std::string& text,
                                     const std::vector<std::string>& overrides = {},
                                     const std::vector<KeyOption>& options = {}) {
  const LoadedScenario loaded = parse_scenario(text, "s.toml", overrides, options);
  EXPECT_THAT(lines(loaded.errors), IsEmpty()) << text;
  return lines(loaded.warnings);
}

TEST(Effects, fault_21_what_only_paced_mode_does_is_said_elsewhere) {
  EXPECT_THAT(warnings_of("", {"expose.listen=127.0.0.1:24059"}),
              ElementsAre("--set: expose.listen = \"127.0.0.1:24059\": no effect in mode free, "
                          "only with --mode paced"));
  EXPECT_THAT(
      warnings_of("[sim]\nspeed = 10\nmode = \"lockstep\"\n"),
      ElementsAre("s.toml:2:9: sim.speed = 10: no effect in mode lockstep, only with --mode "
                  "paced"));
  EXPECT_THAT(warnings_of("", {}, {{"--speed", "sim.speed", "10"}}),
              ElementsAre(StartsWith("--speed: sim.speed = 10: no effect in mode free")));
  EXPECT_THAT(warnings_of("[sim]\nspeed = 10\nmode = \"paced\"\n[expose]\nlisten = "
                          "\"127.0.0.1:24059\"\n"),
              IsEmpty());
}

TEST(Effects, fault_21_every_key_of_expose_is_said) {
  const std::string keys =
      "[meters]\ndetailed = 2\n[[concentrator]]\nmeters = \"1-5\"\n[expose]\n"
      "listen = \"127.0.0.1:24059\"\nhdlc_port = 1234\nhdlc_meter = 2\n"
      "gateway = \"127.0.0.1:3000\"\np32 = \"127.0.0.1:3100\"\nhead_end = \"localhost:3200\"\n"
      "tls_certificate = \"a\"\ntls_key = \"b\"\ntls_authority = \"c\"\n";
  EXPECT_EQ(warnings_of(keys).size(), 9u);
  EXPECT_THAT(warnings_of(keys, {"sim.mode=paced"}), IsEmpty());
  EXPECT_THAT(warnings_of("[sim]\nmode=\"paced\"\n[expose]\nhdlc_meter = 2\ntls_key = \"k\"\n"),
              ElementsAre(HasSubstr("without expose.hdlc_port"),
                          HasSubstr("without expose.p32 or expose.head_end")));
}

TEST(Effects, fault_21_keys_of_what_is_not_there) {
  EXPECT_THAT(
      warnings_of("[csv]\ntimezone = \"Europe/Paris\"\nunit = \"kWh\"\n"),
      ElementsAre("s.toml:2:12: csv.timezone = \"Europe/Paris\": no effect without load.csv",
                  "s.toml:3:8: csv.unit = \"kWh\": no effect without load.csv"));
  EXPECT_THAT(warnings_of("[plc]\nfeeders = 3\n[ethernet]\nrtt_ms = 3\n[hes]\np32_port = 9\n"),
              ElementsAre(HasSubstr("plc.feeders = 3: no effect without [[concentrator]]"),
                          HasSubstr("ethernet.rtt_ms = 3"), HasSubstr("hes.p32_port = 9")));
  EXPECT_THAT(warnings_of("[trace]\nfrom_s = 1\nto_s = 2\n"),
              ElementsAre(HasSubstr("without trace.meter"), HasSubstr("without trace.meter")));
  EXPECT_THAT(warnings_of("[sim]\nnoise = false\n[meters]\nnoise_counts = 3\n"),
              ElementsAre(HasSubstr("meters.noise_counts = 3: no effect with sim.noise = false")));
}

TEST(Effects, fault_21_measured_homes_have_no_model) {
  const std::string text =
      "[meters]\ncount = 2\npv_share = 0.5\n[load]\ncsv = \"scenarios/first-light.toml\"\n"
      "annual_kwh = 5000\n[[group]]\nmeters = 1\npv = true\nannual_kwh = 100\n";
  EXPECT_EQ(warnings_of(text).size(), 4u);
}

TEST(Effects, fault_21_a_street_on_the_line_has_no_modules) {
  const std::string text =
      "[meters]\ncount = 4\npush_period_s = 3600\n[cell]\nloss = 0.1\n[cm1]\npoll_s = 30\n"
      "[[concentrator]]\nmeters = \"1-4\"\npoll_period_s = 30\n[[event]]\nat = 60\ntype = "
      "\"network_loss\"\nduration_s = 5\n";
  EXPECT_THAT(warnings_of(text),
              ElementsAre(HasSubstr("meters.push_period_s"), HasSubstr("cell.loss"),
                          HasSubstr("cm1.poll_s"), HasSubstr("concentrator.poll_period_s"),
                          HasSubstr("event.type = \"network_loss\": no effect as nothing goes")));
  EXPECT_THAT(warnings_of(text + "[[concentrator]]\nmeters = \"5\"\nuplink = \"gprs\"\n",
                          {"meters.count=5"}),
              testing::Not(Contains(HasSubstr("cell.loss"))));
}

TEST(Effects, APlanOfALimitSaysAllOfIt) {
  const std::string text =
      "[[event]]\nat = 60\ntype = \"limit\"\nmeter = 1\nplan = \"quantity=sag threshold=2200\"\n";
  EXPECT_THAT(warnings_of(text), ElementsAre());
  EXPECT_THAT(warnings_of(text + "control_mode = 5\nemergency_w = 100\nover_s = 3\n"),
              testing::UnorderedElementsAre(HasSubstr("control_mode = 5: no effect beside plan"),
                                            HasSubstr("emergency_w = 100: no effect beside plan"),
                                            HasSubstr("over_s = 3: no effect beside plan")));
}

TEST(BadScenario, AnImageIsNotActivatedBeforeItsOrder) {
  const std::string image =
      "[[image]]\nname = \"n\"\nfile = \"builtin\"\nversion = \"1.1.0\"\n[[event]]\ntype = "
      "\"image\"\nmeter = 1\nimage = \"n\"\nat = \"01:00:00\"\n";
  EXPECT_THAT(errors_of(image), ElementsAre());
  EXPECT_THAT(errors_of(image + "activated_at = \"01:00:01\"\n"), ElementsAre());
  for (const char* const at : {"00:00:00", "01:00:00"}) {
    EXPECT_THAT(errors_of(image + "activated_at = \"" + at + "\"\n"),
                ElementsAre(HasSubstr("not behind the order")))
        << at;
  }
}

// To see a plan lie ready, or an image wait, is a scenario, too.
TEST(Effects, WhatAnOrderIsForMayComeAfterTheRunAndIsSaid) {
  const std::string head =
      "[scenario]\nduration_h = 2\ncollect_h = 1\n[[image]]\nname = \"n\"\nfile = \"builtin\"\n"
      "version = \"1.1.0\"\n[[event]]\nmeter = 1\nat = \"01:00:00\"\ntype = ";
  for (const std::string order :
       {"\"image\"\nimage = \"n\"\nactivated_at = ",
        "\"calendar\"\nplan = '''\nplan p\nseason s *-01-01 week W\nweek W 1 1 1 1 1 1 1\n"
        "day 1 00:00=1\n'''\nactivate_at = ",
        "\"limit\"\nthreshold_w = 9\nemergency_w = 5\nemergency_at = "}) {
    if (order.find("image = ") == order.npos) {
      EXPECT_THAT(errors_of(head + order + "\"01:00:00\"\n"), ElementsAre(HasSubstr("later than")));
    }
    EXPECT_THAT(warnings_of(head + order + "\"02:59:59\"\n"), IsEmpty());
    EXPECT_THAT(warnings_of(head + order + "\"03:00:00\"\n"),
                ElementsAre(HasSubstr("after the end of the scenario: it never comes")))
        << order;
  }
}

TEST(BadScenario, AVersionOfAnImageIsAWordOfTwelve) {
  const auto version = [](const char* text) {
    return "[[image]]\nname = \"n\"\nfile = \"builtin\"\nversion = " + std::string(text) + "\n";
  };
  EXPECT_THAT(errors_of(version("\"1\"")), IsEmpty());
  EXPECT_THAT(errors_of(version("\"123456789.12\"")), IsEmpty());
  for (const char* const wrong : {"\"\"", "\"123456789.123\"", "\"1 2\"", "\"1\\t2\"", "12"}) {
    EXPECT_THAT(errors_of(version(wrong)),
                ElementsAre(HasSubstr("allowed: 1 to 12 characters without spaces")))
        << wrong;
  }
}

TEST(BadScenario, OptionsAreNamedAsTheyWereWritten) {
  EXPECT_THAT(errors_of("", {}, {{"--speed", "sim.speed", "0"}}),
              ElementsAre("--speed: sim.speed = 0: too small, allowed: a number from 0.01 to "
                          "100000"));
  EXPECT_THAT(errors_of("", {}, {{"--mode", "sim.mode", "fre"}}),
              ElementsAre(StartsWith("--mode: sim.mode = \"fre\": not one of the choices")));
}

TEST(BadScenario, AKeyOfAnotherEventTypeIsToldTheKeysOfThisOne) {
  EXPECT_THAT(errors_of("[[event]]\nat = 1\ntype = \"outage\"\nmeter = 1\nduration_s = 5\nresidual "
                        "= 0.1\n"),
              ElementsAre("s.toml:6:12: event.residual = 0.1: not a key of type outage, allowed: "
                          "at, type, meter, duration_s"));
}

constexpr const char* kFiveEvents =
    "[[event]]\nat = \"05:00:00\"\ntype = \"outage\"\nmeter = 9\nduration_s = 5\n"
    "[[event]]\nat = \"06:00:00\"\ntype = \"outage\"\nmeter = 8\nduration_s = 5\n"
    "[[event]]\nat = \"20:00:00\"\ntype = \"outage\"\nmeter = [7, 10]\nduration_s = 5\n";

TEST(BadScenario, AScenarioCutShortIsOneMistakeThatNamesUntil) {
  EXPECT_THAT(errors_of(kFiveEvents, {"scenario.duration_h=1", "scenario.collect_h=1"}),
              ElementsAre("--set: scenario.duration_h = 1: 3 events come after the end of the "
                          "scenario, allowed: with collect_h more than 20 h; --until stops a run "
                          "early and keeps the scenario"));
  EXPECT_THAT(errors_of(std::string("[scenario]\nduration_h = 1\n") + kFiveEvents).size(), 3u)
      << "written in the file it is a matter of each event";
}

TEST(BadScenario, AStreetCutShortIsOneMistake) {
  EXPECT_THAT(
      errors_of(kFiveEvents, {"meters.count=5"}),
      ElementsAre("--set: meters.count = 5: the scenario names meters up to 10, allowed: an "
                  "integer from 10 to 1000"));
  EXPECT_THAT(errors_of("[[concentrator]]\nmeters = \"1-50\"\n", {"meters.count=5"}),
              ElementsAre(HasSubstr("names meters up to 50")));
}

TEST(BadScenario, PortsThatEndOrMeet) {
  const std::string lines_of_two = "[[concentrator]]\nmeters = 1\n[[concentrator]]\nmeters = 2\n";
  EXPECT_THAT(errors_of("[meters]\ncount = 10\n[expose]\nlisten = \"127.0.0.1:65530\"\n"),
              ElementsAre(HasSubstr("10 ports from here end above 65535, allowed: a port up to "
                                    "65526")));
  EXPECT_THAT(
      errors_of(lines_of_two + "[expose]\ngateway = \"127.0.0.1:65535\"\n"),
      ElementsAre(HasSubstr("expose.gateway = \"127.0.0.1:65535\": 2 ports from here end")));
  EXPECT_THAT(errors_of("[meters]\ncount = 10\ndetailed = 1\n[expose]\nlisten = "
                        "\"127.0.0.1:4059\"\nhdlc_port = 4068\n"),
              ElementsAre(HasSubstr("expose.hdlc_port = 4068: expose.listen listens on 4059 to "
                                    "4068, allowed: 1 port outside of it")));
  EXPECT_THAT(errors_of(lines_of_two + "[meters]\ncount = 10\n[expose]\nlisten = "
                                       "\"127.0.0.1:4059\"\ngateway = \"127.0.0.1:4058\"\n"),
              ElementsAre(HasSubstr("expose.gateway")));
  EXPECT_THAT(warnings_of("[meters]\ncount = 10\n[sim]\nmode = \"paced\"\n[expose]\nlisten = "
                          "\"127.0.0.1:40000\"\n"),
              ElementsAre(HasSubstr("from port 32768 up")));
}

TEST(BadScenario, ZonesThatAMeterCannotKeepSayWhy) {
  EXPECT_THAT(
      errors_of("[meters]\ntime_zone = \"Australia/Sydney\"\n"),
      ElementsAre("s.toml:2:13: meters.time_zone = \"Australia/Sydney\": a meter's clock cannot "
                  "keep it, its clocks change at 2024-04-06T16:00:00Z, those of a meter at the "
                  "dates of the European Union or never, allowed: UTC, a zone with the summer time "
                  "of the European Union or with none, or a fixed offset such as +11:00"));
  EXPECT_THAT(errors_of("[[group]]\nmeters = 1\ntime_zone = \"America/Chicago\"\n"),
              ElementsAre(HasSubstr("group.time_zone")));
  EXPECT_THAT(errors_of("[meters]\ntime_zone = \"Europe/Pariss\"\n"),
              ElementsAre(HasSubstr("unknown time zone (did you mean \"Europe/Paris\"?)")));
  const LoadedScenario dublin =
      parse_scenario("[meters]\ntime_zone = \"Europe/Dublin\"\n", "s.toml");
  ASSERT_TRUE(dublin.scenario);
  EXPECT_TRUE(dublin.scenario->general.zones.at("Europe/Dublin").daylight_saving)
      << "resolved, once";
  EXPECT_EQ(settings_of(*dublin.scenario, 1).zone.offset_min, 0);
}

TEST(BadScenario, CsvKeys) {
  EXPECT_THAT(errors_of("[csv]\nunit = \"MWh\"\ndelimiter = \":\"\nmissing = [1]\n"),
              ElementsAre(HasSubstr("allowed: auto, Wh, kWh, W, kW"),
                          HasSubstr("allowed: auto, \",\", \";\", tab, \"|\""),
                          HasSubstr("1 is not text, allowed: a list such as [\"Null\", \"-\"]")));
  EXPECT_THAT(errors_of("[csv]\nunit = \"W\"\nvalues = \"reading\"\n"),
              ElementsAre(HasSubstr("a register counts energy")));
}

TEST(Scenario, ACellMayHaveSeveralCarriers) {
  EXPECT_THAT(errors_of("[cell]\nslots = 64\n"), IsEmpty());
  EXPECT_THAT(errors_of("[cell]\nslots = 65\n"), ElementsAre(HasSubstr("from 1 to 64")));
}

}  // namespace
