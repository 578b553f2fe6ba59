// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Power limits on both roads: ordered, read back, and every movement of every relay judged by the
// scenario alone; firmwares that are late or never act.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::ContactFate;
using sim::run::Event;
using sim::run::EventType;
using sim::run::LoadTable;
using sim::run::MeterSet;
using sim::run::Scenario;

Event limit(kernel::TimeNs at, std::uint32_t meter, const std::string& text) {
  Event made;
  made.at = at;
  made.type = EventType::limit;
  made.meters = MeterSet::one(meter);
  made.limit = *protocol::limits::parse_limit(text).limit;
  return made;
}
Event contact(kernel::TimeNs at, std::uint32_t meter, ContactFate fate) {
  Event made;
  made.at = at;
  made.type = EventType::contact;
  made.meters = MeterSet::one(meter);
  made.board.contact = fate;
  return made;
}

// 1 kW, and so much for the ten minutes from 00:50 on.
LoadTable peak_load(const Scenario& scenario, double active_w) {
  LoadTable table = steady_load(scenario, 1000);
  table.interval_s = 600;
  table.n_intervals = 3 * table.n_intervals;
  for (LoadTable::Home& home : table.homes) {
    home.energy_wh.assign(table.n_intervals, 1000.0 / 6);
    home.energy_wh[5] = active_w / 6;
  }
  return table;
}

Scenario limited(std::int64_t n_plc, std::int64_t n_gprs) {
  Scenario scenario = n_plc == 0 ? street(n_gprs, 1.5) : hamlet(n_plc, n_gprs, 1.5);
  scenario.hes.in_time_s = 1200;
  std::vector<Event> events;
  for (std::uint32_t meter = 1; meter <= n_plc + n_gprs; ++meter) {
    events.push_back(limit(clock(0, 25), meter, "threshold=3000 over_s=60 under_s=50 mode=6"));
  }
  set_events(scenario, events);
  return scenario;
}

// Over at 50:00, off at 51:00, on at 51:51, off at 52:52 ... : five times off and on again.
constexpr double kMoves = 10;

TEST(Limits, BothRoadsEndWithEveryMovementWhenItMustBe) {
  const Scenario scenario = limited(2, 2);
  const LoadTable load = peak_load(scenario, 4000);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder, {}, &load);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("limit_orders_done"), 4);
  EXPECT_EQ(run.kpi("limit_mismatches"), 0);
  EXPECT_EQ(run.kpi("relay_moves"), 4 * kMoves);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

TEST(Limits, AFirmwareThatIsLateOrNeverActsIsFound) {
  for (const char* firmware : {LATE_LIMITER_SO, DEAF_LIMITER_SO}) {
    Scenario scenario = limited(0, 1);
    scenario.meters.firmware = firmware;
    const LoadTable load = peak_load(scenario, 4000);
    const Folder folder;
    const Finished run = run_in_child(scenario, folder, {}, &load);
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.kpi("limit_orders_done"), 1);
    EXPECT_EQ(run.kpi("truth_mismatches"), 0);
    EXPECT_GE(run.kpi("limit_mismatches"), kMoves / 2) << firmware;
    EXPECT_GE(run.kpi("event_mismatches"), kMoves / 2) << firmware;
  }
}

// A relay that has its life behind it welds at an operation that its draw says, in truth as well.
TEST(Limits, AWornRelayWelds) {
  Scenario scenario = street(1, 1.5);
  scenario.meters.variant.relay_operations = 20'000;
  set_events(scenario, {relay(clock(0, 10), 1, sim::run::RelayOrder::open),
                        relay(clock(0, 20), 1, sim::run::RelayOrder::close),
                        relay(clock(0, 30), 1, sim::run::RelayOrder::open)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("relay_moves"), 2);
  EXPECT_EQ(run.kpi("limit_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

TEST(Limits, BlowsAreToldAtOnceAndAfterAnOutage) {
  Scenario scenario = street(2, 2);
  set_events(scenario, {contact(clock(0, 10), 1, ContactFate::opens), outage(clock(0, 30), 2, 600),
                        contact(clock(0, 33), 2, ContactFate::opens)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("relay_moves"), 4);
  EXPECT_EQ(run.kpi("limit_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

// In control mode 0 the load is always connected: the order to open fails, and nothing moves. A
// second limit changes the threshold once.
TEST(Limits, InModeZeroAnOrderIsRefusedAndASecondLimitIsOneChange) {
  Scenario scenario = street(2, 2);
  set_events(scenario, {limit(clock(0, 10), 1, "threshold=90000 over_s=60 mode=0"),
                        limit(clock(0, 10), 2, "threshold=90000 over_s=60"),
                        limit(clock(0, 40), 2, "threshold=80000 over_s=60"),
                        relay(clock(1, 0), 1, sim::run::RelayOrder::open)});
  scenario.hes.in_time_s = 600;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("limit_orders_done"), 3);
  EXPECT_EQ(run.kpi("relay_orders_done"), 0);
  EXPECT_EQ(run.kpi("orders_failed"), 1);
  EXPECT_EQ(run.kpi("relay_moves"), 0);
  EXPECT_EQ(run.kpi("limit_mismatches"), 0);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

// A limit that is crossed every few seconds fills a log within minutes: what has rolled out is
// asked of nobody, what is there is judged.
TEST(Limits, WhatAFullLogHasLetGoIsNotMissing) {
  Scenario scenario = limited(0, 1);
  set_events(scenario, {limit(clock(0, 25), 1, "threshold=3000 over_s=3 under_s=3 mode=6")});
  const LoadTable load = peak_load(scenario, 4000);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder, {}, &load);
  ASSERT_EQ(run.error, "");
  EXPECT_GT(run.kpi("relay_moves"), 100);
  EXPECT_GT(run.kpi("events_expected"), 150);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
}

// A limit is looked at once a second, but by nobody who sleeps on the battery.
TEST(Limits, AMeterWithALimitSleepsThroughAnOutage) {
  Scenario scenario = street(1, 2);
  set_events(scenario, {limit(clock(0, 10), 1, "threshold=90000 over_s=60 under_s=60"),
                        outage(clock(1, 0), 1, 600)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("limit_orders_done"), 1);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
}

// What the product ships: every relay of the page moves when it must.
TEST(Limits, TheScenarioOfPowerLimitsHolds) {
  const Folder folder;
  const ProgramRun ran =
      amitwin({"run", "scenarios/power-limit.toml", "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  const auto kpis = kpis_in(folder / "out/summary.json");
  EXPECT_EQ(kpis.at("relay_moves"), 22);
  EXPECT_EQ(kpis.at("limit_mismatches"), 0);
  EXPECT_NE(read_text(folder / "out/report.html").find("<h2>Relays</h2>"), std::string::npos);
}

// What a meter does not take, or shows otherwise than it was set, is no order done.
TEST(Parameters, ARegisterThatNobodyMaySetIsRefusedOnBothRoads) {
  Scenario scenario = hamlet(2, 2, 8);  // meters 1 and 2 on the power line
  const auto order = [](std::uint32_t meter, const char* settings) {
    Event made;
    made.at = clock(2, 0);
    made.type = sim::run::EventType::parameter;
    made.meters = sim::run::MeterSet::one(meter);
    made.plan = settings;
    return made;
  };
  const char* const good = "1/0.0.96.13.1:2=text Hello; 71/0.0.17.0.0:6=double-long-unsigned 90";
  const char* const bad = "1/0.0.96.13.1:2=text Hello; 3/1.0.1.8.0:2=double-long-unsigned 0";
  set_events(scenario, {order(1, good), order(2, bad), order(3, good), order(4, bad)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run, {"orders_failed"});
  EXPECT_EQ(run.kpi("parameter_orders_done"), 2);
  EXPECT_EQ(run.kpi("orders_failed"), 2);
}

// Tariffs, limits, covers, outages and displays do not stand in each other's way.
TEST(MeterDay, EveryFunctionHasItsTurn) {
  const Folder folder;
  const ProgramRun ran =
      amitwin({"run", "scenarios/meter-day.toml", "--out", folder / "out", "--quiet"});
  EXPECT_EQ(ran.exit_code, 0) << ran.out << ran.err;
  const auto kpis = kpis_in(folder / "out/summary.json");
  for (const char* judged :
       {"tariff_judged", "demand_judged", "monthly_expected", "relay_moves", "events_expected",
        "alarms_expected", "looks_judged", "measured_judged", "calendar_orders_done",
        "limit_orders_done", "parameter_orders_done", "key_orders_done", "clock_judged",
        "pulses_judged", "image_orders_done", "firmwares_judged"}) {
    EXPECT_GT(kpis.at(judged), 0) << judged;
  }
  const auto codes = column_of(folder / "out/result.h5", "log_entries", "code");
  for (const double code : {234, 235}) {  // two thefts, in flash and in the head-end
    EXPECT_GE(std::ranges::count(codes, code), 4) << code;
  }
}

TEST(Limits, TheTextOfALimitIsReadAsItIsWritten) {
  namespace limits = protocol::limits;
  for (const char* text : {"threshold=3000 over_s=60 under_s=300 mode=6", "threshold=none",
                           "threshold=0,action=none", "threshold=16000 quantity=current",
                           "threshold=5,emergency=4,from=2026-03-01T18:00:00Z,for_s=60,id=7"}) {
    const limits::ParsedLimit parsed = limits::parse_limit(text);
    ASSERT_TRUE(parsed.limit) << text << ": " << parsed.fault;
    const limits::ParsedLimit again = limits::parse_limit(limits::text_of(*parsed.limit));
    ASSERT_TRUE(again.limit) << again.fault;
    limits::PowerLimit limit = *parsed.limit;
    limit.quantity = limits::quantity_of(limit);
    EXPECT_EQ(*again.limit, limit) << text;
  }
  for (const char* text :
       {"", "over_s=5", "threshold=x", "threshold=5 mode=7", "threshold=5 what=1",
        "threshold=5 emergency=4", "threshold=5 quantity=voltage over_s=5", "threshold=4294967296",
        "threshold=65535 quantity=voltage", "threshold=5 from=2026-03-01T18:00:00Z for_s=60",
        "threshold=5 threshold=6", "threshold=5 mode=4 mode=4"}) {
    EXPECT_FALSE(limits::parse_limit(text).limit) << text;
    EXPECT_NE(limits::parse_limit(text).fault.find("allowed"), std::string::npos) << text;
  }
}

TEST(Limits, ALimitIsCheckedBeforeTheRun) {
  const Folder folder;
  const std::string head =
      "[scenario]\nstart = 2026-03-01T00:00:00Z\nduration_h = 5\n[meters]\ncount = 1\n[[event]]\n"
      "at = \"01:00:00\"\nmeter = \"all\"\ntype = \"limit\"\n";
  const struct {
    const char* rest;
    const char* says;
  } cases[] = {
      {"", "one of threshold_w, threshold_a, threshold_v"},
      {"threshold_w = 5\nthreshold_a = 5\n", "one of threshold_w"},
      {"threshold_a = 5\nemergency_w = 5\nemergency_at = \"02:00:00\"\n", "with threshold_w only"},
      {"threshold_w = 5\nemergency_w = 5\nemergency_at = \"00:30:00\"\n", "later than at"},
      {"threshold_w = 5\nemergency_w = 5\n", "event.emergency_at: missing beside emergency_w"},
      {"plan = \"threshold=5 emergency=4 from=2026-03-01T00:30:00Z for_s=60\"\n", "later than at"},
      {"plan = \"threshold=5 emergency=4 from=0001-03-01T00:30:00Z for_s=60\"\n", "later than at"},
      {"threshold_w = 5\ncontrol_mode = 7\n", "control_mode"}};
  for (const auto& one : cases) {
    const ProgramRun ran = amitwin({"check", folder.write("bad.toml", head + one.rest)});
    EXPECT_EQ(ran.exit_code, 2) << one.rest;
    EXPECT_NE(ran.err.find(one.says), std::string::npos) << ran.err;
  }
  // What does nothing is said, once; what is wrong by itself is no missing threshold, too.
  const ProgramRun idle =
      amitwin({"check", folder.write("idle.toml", head + "threshold_a = 5\nover_s = 5\n"
                                                         "emergency_s = 5\n")});
  EXPECT_EQ(idle.exit_code, 0) << idle.err;
  EXPECT_NE(idle.err.find("event.over_s = 5: no effect without threshold_w"), std::string::npos)
      << idle.err;
  EXPECT_NE(idle.err.find("event.emergency_s = 5: no effect"), std::string::npos) << idle.err;
  // What comes after the run is said, too.
  for (const char* late :
       {"threshold_w = 5\nemergency_w = 5\nemergency_at = \"09:00:00\"\n",
        "plan = \"threshold=5 emergency=4 from=9999-03-01T09:00:00Z for_s=60\"\n"}) {
    const ProgramRun never = amitwin({"check", folder.write("late.toml", head + late)});
    EXPECT_EQ(never.exit_code, 0) << never.err;
    EXPECT_NE(never.err.find("after the end of the scenario: it never comes"), std::string::npos)
        << late << never.err;
  }
  const ProgramRun wrong = amitwin({"check", folder.write("w.toml", head + "threshold_w = -1\n")});
  EXPECT_EQ(wrong.err.find("no threshold"), std::string::npos) << wrong.err;
}

}  // namespace
