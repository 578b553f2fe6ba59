// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Tariff plans on both roads: ordered, read back, in force at their time, and every register by
// rate and every maximum judged by the scenario alone.
#include <gtest/gtest.h>

#include "protocol/hosted/tariff_plan/plan_faults.hpp"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterSet;
using sim::run::Scenario;

// Winter and summer, workdays with five changeovers, a movable holiday and a fixed one.
constexpr const char* kFirst = R"(
plan first
season winter summer-end week W
season summer summer-begin week S
week W 1 1 1 1 1 2 2
week S 3 3 3 3 3 2 2
day 1 00:00=1 06:00=2 09:30=3 17:30=4 20:00=2 22:00=1
day 2 00:00=5 02:30=6 08:00=5
day 3 00:00=1 07:00=2 17:30=6 21:45=1
special 1 easter+1 day 2
special 2 *-10-23 day 2
)";
// Another follows: not by a restart, but by its time.
constexpr const char* kSecond = R"(
plan second
season all *-01-01 week A
week A 1 1 1 1 1 1 1
day 1 00:00=6 04:15=5 12:00=4 17:30=3 18:10=2
)";

Event calendar(kernel::TimeNs at, const char* plan, kernel::TimeNs activate_at,
               std::int64_t start_utc_s) {
  Event made;
  made.at = at;
  made.type = EventType::calendar;
  made.meters = MeterSet::all();
  made.plan = plan;
  made.activate_at = activate_at;
  made.tariff = *protocol::tariff::parse_plan(plan).plan;
  made.tariff.activate_at_ms = start_utc_s * 1000 + activate_at / kernel::kNsPerMs;
  return made;
}

// From Thursday evening over a special day and the day on which summer time ends (25 October 2026).
Scenario four_days(std::int64_t n_plc, std::int64_t n_gprs) {
  Scenario scenario = hamlet(n_plc, n_gprs, 88);
  scenario.general.start_utc_s = 1'792'692'000;  // 2026-10-22T18:00:00+02:00
  const std::int64_t start = scenario.general.start_utc_s;
  set_events(scenario, {calendar(clock(0, 40), kFirst, clock(3, 30), start),
                        calendar(clock(70, 5), kSecond, clock(82, 0), start),
                        outage(clock(41, 20), 1, 1500), outage(clock(60, 0), 2, 5000)});
  return scenario;
}

TEST(TariffRun, BothRoadsEndWithTheRegistersThatTheScenarioAsksFor) {
  const Scenario scenario = four_days(2, 2);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("calendar_orders_done"), 8);
  EXPECT_EQ(run.kpi("tariff_judged"), 4 * 36);
  EXPECT_EQ(run.kpi("tariff_mismatches"), 0);
  EXPECT_EQ(run.kpi("demand_judged"), 4 * 22);
  EXPECT_EQ(run.kpi("demand_mismatches"), 0);
}

// What is judged is what the meter does: one that changes one rate of the day half an hour late is
// found, though all its totals are right.
TEST(TariffRun, AFirmwareThatIsLateAtOneChangeoverIsFound) {
  Scenario scenario = four_days(0, 2);
  scenario.concentrators.clear();
  scenario.groups.clear();
  scenario.meters.firmware = LATE_CHANGEOVER_SO;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("truth_mismatches"), 0);
  EXPECT_GE(run.kpi("tariff_mismatches"), 2);
}

// From the evening before a month over its first day, so that every interval since the billing
// period began is of the period that was set: half an hour, an hour, a day.
Scenario longer_periods() {
  Scenario scenario = street(3, 31);
  scenario.general.start_utc_s = 1'769'882'400;  // 2026-01-31T18:00:00Z
  std::vector<Event> events{
      calendar(clock(0, 40), kFirst, clock(2, 0), scenario.general.start_utc_s)};
  const char* const periods_s[] = {"1800", "3600", "86400"};
  for (std::uint32_t meter = 1; meter <= 3; ++meter) {
    Event set;
    set.at = clock(0, 30);
    set.type = EventType::parameter;
    set.meters = MeterSet::one(meter);
    set.plan = std::string("5/1.0.1.4.0:8=double-long-unsigned ") + periods_s[meter - 1];
    events.push_back(set);
  }
  set_events(scenario, events);
  return scenario;
}

TEST(Demand, LongerPeriodsHaveTheirMaximaAndDaysAndMonthsTheirAverages) {
  const Folder folder;
  const Finished run = run_in_child(longer_periods(), folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("parameter_orders_done"), 3);
  EXPECT_EQ(run.kpi("calendar_orders_done"), 3);
  EXPECT_EQ(run.kpi("demand_judged"), 3 * 22);
  EXPECT_EQ(run.kpi("demand_mismatches"), 0);
}

TEST(Demand, FirmwaresWhoseIntervalsOrAveragesAreWrongAreFound) {
  for (const char* mutant : {"shifted", "averages"}) {
    Scenario scenario = longer_periods();
    scenario.meters.firmware = std::string(MUTANT_FOLDER) + "/mutant_" + mutant + ".so";
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.kpi("parameter_orders_done"), 3);
    EXPECT_EQ(run.kpi("truth_mismatches"), 0);
    EXPECT_EQ(run.kpi("tariff_mismatches"), 0);
    EXPECT_GE(run.kpi("demand_mismatches"), 2) << mutant;
  }
}

// A plan that a meter cannot be is refused by it, and the order says so.
TEST(TariffRun, APlanThatIsNotWholeFailsAsAnOrderOnEitherRoad) {
  Scenario scenario = hamlet(1, 1, 4);
  const std::string plan = std::string(kFirst) + "day 9 00:00=1\n";
  set_events(scenario,
             {calendar(clock(0, 40), plan.c_str(), clock(3, 0), scenario.general.start_utc_s)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("calendar_orders_done"), 0);
  EXPECT_EQ(run.kpi("orders_failed"), 2);
}

TEST(TariffRun, APlanIsCheckedBeforeTheRun) {
  const Folder folder;
  const std::string head =
      "[scenario]\nstart = 2026-03-01T00:00:00Z\nduration_h = 5\n[meters]\n"
      "count = 1\n[[event]]\nat = \"01:00:00\"\nmeter = \"all\"\n"
      "type = \"calendar\"\nactivate_at = ";
  const struct {
    const char* rest;
    const char* says;
  } cases[] = {{"\"02:00:00\"\n", "either file or plan"},
               {"\"02:00:00\"\nplan = '''\nplan p\nday 1 25:00=1\n'''\n", "line 2"},
               {"\"02:00:00\"\nplan = '''\nplan p\nday 1 25:00=1\n'''\n",
                "event.plan = \"plan p ...\": line 2: \"day 1 25:00=1\", allowed: day ID"},
               {"\"02:00:00\"\nfile = \"none.plan\"\n", "none.plan"},
               {"\"02:00:00\"\nfile = \"/tmp\"\n", "event.file = \"/tmp\": "},
               {"\"02:00:00\"\nfile = \"/dev/zero\"\n", "event.file = \"/dev/zero\": "},
               {"\"02:00:00\"\nplan = '''\nplan p\nplan q\n'''\n", "line 2: \"plan q\", allowed"},
               {"\"02:00:00\"\nplan = '''\nplan p\nspecial 1 easter day 1\n"
                "special 1 *-12-25 day 2\n'''\n",
                "line 3: \"special 1 *-12-25 day 2\", allowed: special INDEX DATE day ID, each "
                "index once"},
               {"\"02:00:00\"\nplan = '''\nplan p\nactivate 2026-03-01T02:00:00Z\n"
                "activate 2026-03-02T02:00:00Z\n'''\n",
                "line 3: \"activate 2026-03-02"},
               {"\"00:30:00\"\nplan = \"plan p\"\n", "later than at"}};
  for (const auto& one : cases) {
    const ProgramRun ran = amitwin({"check", folder.write("bad.toml", head + one.rest)});
    EXPECT_EQ(ran.exit_code, 2) << one.rest;
    EXPECT_NE(ran.err.find(one.says), std::string::npos) << ran.err;
  }
}

// One that meters would refuse is a doubt, not an error: to see it refused is a scenario, too.
TEST(TariffRun, APlanThatMetersWouldRefuseIsWarnedOf) {
  const auto refusal = [](const std::string& lines) {
    const auto parsed = protocol::tariff::parse_plan("plan p\n" + lines);
    EXPECT_TRUE(parsed.plan) << parsed.fault;
    return protocol::tariff::refusal_of(parsed.plan.value_or(protocol::tariff::Plan{}));
  };
  EXPECT_EQ(refusal("season s summer-end week W\nweek W 1 1 1 1 1 1 1\nday 1 00:00=6\n"
                    "day 2 00:00=1\nspecial 1 easter day 2\n"),
            "");
  EXPECT_EQ(refusal(""), "no season");
  EXPECT_EQ(refusal("season s *-01-01 week W\n"), "season s names week W, which is not there");
  EXPECT_EQ(refusal("season s *-02-29 week W\n"), "season s begins on no one day of each year");
  EXPECT_EQ(refusal("season s *-01-01 week W\nweek W 1 1 1 1 1 1 2\nday 1 00:00=1\n"),
            "week W names day 2, which is not there");
  EXPECT_EQ(refusal("day 1 00:00=7\n"), "day 1 names rate 7, there are 1 to 6");
  EXPECT_EQ(refusal("day 1 06:00=1 05:00=2\n"), "day 1 goes back in time");
  EXPECT_EQ(refusal("day 1 06:00=1\nday 1 05:00=2\n"), "two days of one id");
  std::string days;
  for (int k = 0; k < 8; ++k) days += "day " + std::to_string(k) + " 00:00=1\n";
  EXPECT_EQ(refusal(days), "more than 7 days");

  const Folder folder;
  const ProgramRun ran = amitwin(
      {"check", folder.write("doubt.toml",
                             "[scenario]\nstart = 2026-03-01T00:00:00Z\n[meters]\ncount = 1\n"
                             "[[event]]\nat = \"01:00:00\"\nmeter = \"none\"\n"
                             "type = \"calendar\"\nactivate_at = \"02:00:00\"\n"
                             "plan = \"plan p\"\n")});
  EXPECT_EQ(ran.exit_code, 0) << ran.err;
  EXPECT_NE(ran.err.find("doubt.toml:10:8: event.plan = \"plan p\": meters will refuse it: no "
                         "season"),
            std::string::npos)
      << ran.err;
  EXPECT_NE(ran.err.find("event.meter = \"none\": no effect as it names no meter"),
            std::string::npos)
      << ran.err;
}

}  // namespace
