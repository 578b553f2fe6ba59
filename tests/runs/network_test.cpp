// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The way from the meter to the head-end breaks: rows come late and orders wait, but none is lost.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <map>
#include <set>
#include <string>

#include "models/core/grid/electrical.hpp"
#include "sim/assembly/world.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::RelayOrder;
using sim::run::Scenario;

TEST(Network, LossInTheMiddleOfPushesDelaysRowsAndLosesNone) {
  Scenario scenario = street(8, 4);
  std::vector<Event> events;
  // Pushes leave within two minutes after the quarter hour, and take the polls' minute.
  for (int quarter = 1; quarter <= 12; ++quarter) {
    events.push_back(network_loss(clock(0, 15 * quarter, 7.0 * quarter), 3.5 + 17 * quarter));
  }
  set_events(scenario, events);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("interval_success"), 1);
  const Folder quiet_folder;
  scenario.events.clear();
  const Finished quiet = run_in_child(scenario, quiet_folder);
  EXPECT_GT(run.kpi("sessions"), quiet.kpi("sessions")) << "the losses must have hit something";
  EXPECT_GT(run.kpi("push_latency_p95_s"), quiet.kpi("push_latency_p95_s"));
}

TEST(Network, AnHourWithoutNetworkIsMadeUpForAfterwards) {
  Scenario scenario = street(4, 3);
  set_events(scenario, {network_loss(clock(0, 50), 3'600)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("interval_success"), 1);
}

TEST(Network, ALossUntilTheEndIsNotExcused) {
  Scenario scenario = street(2, 2);
  set_events(scenario, {network_loss(clock(1, 7), 7'200)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run, {"intervals_lost"});
  EXPECT_EQ(run.kpi("intervals_lost"), 2 * 4) << "01:15 to 02:00";
  EXPECT_EQ(run.kpi("interval_success"), 0.5);
}

TEST(Network, AModuleThatLosesItsSupplyWithRowsInHandLosesNoRow) {
  Scenario scenario = street(6, 3);
  std::vector<Event> events;
  // The module lives on its meter's 12 V: outages of seconds while it has just taken over a push.
  for (std::uint32_t meter = 1; meter <= 6; ++meter) {
    for (int quarter = 1; quarter <= 10; ++quarter) {
      const double second = 20.0 * meter + 9.7 * quarter;
      events.push_back(outage(clock(0, 15 * quarter, second), meter, 0.2 + 1.3 * quarter));
    }
  }
  set_events(scenario, events);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("interval_success"), 1);
}

// A module takes the assumed time for every frame between meter and network.
TEST(Network, TheAssumedServiceTimeOfAModuleDelaysItsPushes) {
  Scenario scenario = street(4, 2);
  double p50_s[2];
  for (const double assumed_ms : {3.0, 1000.0}) {
    scenario.cm1.service_assumed_ms = assumed_ms;
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    expect_nothing_wrong(run);
    EXPECT_EQ(run.kpi("interval_success"), 1);
    p50_s[assumed_ms > 3] = run.kpi("push_latency_p50_s");
  }
  EXPECT_GT(p50_s[1], p50_s[0] + 0.9);
  EXPECT_LT(p50_s[1], p50_s[0] + 60);
}

// Whatever the number of its phases, a home has a voltage of its own.
TEST(Street, SinglePhaseHomesHaveAPlaceOnTheFeeder) {
  const Scenario scenario = street(12, 1);
  const auto voltages_differ = [&] {
    const sim::run::World world(scenario, nullptr);
    std::set<double> volts;
    for (const auto& home : world.homes()) {
      volts.insert(models::voltage_rms_v(home->supply->state(0, {}), 0));
    }
    const double spread = *volts.rbegin() / *volts.begin() - 1;
    std::fprintf(stderr, "%zu voltages, spread %.4f\n", volts.size(), spread);
    std::_Exit(volts.size() == 12 && spread > 0.01 && spread < 0.05 ? 0 : 1);
  };
  EXPECT_EXIT(voltages_differ(), testing::ExitedWithCode(0), "12 voltages");
}

TEST(Orders, GivenWhileTheNetworkIsDownAreExecutedAfterwards) {
  Scenario scenario = street(2, 3);
  scenario.load.annual_kwh = 8'000;
  set_events(scenario, {network_loss(clock(0, 40), 2'400), relay(clock(1, 0), 1, RelayOrder::open),
                        relay(clock(1, 1), 2, RelayOrder::close)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("relay_orders"), 2);
  EXPECT_EQ(run.kpi("relay_orders_done"), 2);
  for (const double done_s : column_of(folder / "result.h5", "orders", "done_s")) {
    EXPECT_GT(done_s, 80 * 60);
    EXPECT_LT(done_s, 110 * 60);
  }
  const auto rows = head_end_rows(scenario, folder, 1);
  ASSERT_GE(rows.size(), 12u);
  EXPECT_GT(rows[4].registers[sim::run::kActiveImport], rows[3].registers[sim::run::kActiveImport])
      << "01:00 to 01:15: still closed";
  EXPECT_EQ(rows[11].registers[sim::run::kActiveImport], rows[8].registers[sim::run::kActiveImport])
      << "open: nothing flows";
}

TEST(Orders, ToAMeterWithoutSupplyWaitForIt) {
  Scenario scenario = street(2, 3);
  set_events(scenario, {outage(clock(0, 50), 1, 2'000), relay(clock(1, 0), 1, RelayOrder::open)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("relay_orders_done"), 1);
  const auto done_s = column_of(folder / "result.h5", "orders", "done_s");
  ASSERT_EQ(done_s.size(), 1u);
  EXPECT_GT(done_s[0], 50 * 60 + 2'000);
}

TEST(Orders, ToAMeterThatNeverComesBackAreCountedAsFailed) {
  Scenario scenario = street(2, 2);
  set_events(scenario, {outage(clock(0, 50), 1, 20'000), relay(clock(1, 0), 1, RelayOrder::open)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  EXPECT_EQ(run.kpi("relay_orders"), 1);
  EXPECT_EQ(run.kpi("relay_orders_done"), 0);
  EXPECT_EQ(run.kpi("orders_failed"), 1);
}

// From request to answer, by the result's table of messages.
double order_latency_s(const std::string& result) {
  const std::string csv = amitwin({"export", result, "messages"}).out;
  const std::size_t row = csv.find(",order,2,");
  double received_s = 0, latency_s = 0;
  EXPECT_NE(row, std::string::npos) << csv;
  if (row == std::string::npos) return 0;
  EXPECT_EQ(std::sscanf(csv.c_str() + row, ",order,2,%lf,%lf", &received_s, &latency_s), 2);
  return latency_s;
}

// What a module is assumed to take for a frame is in the answer once, and costs no row.
TEST(Module, ItsAssumedTurnRoundIsInEveryAnswer) {
  std::map<double, double> latency_s;  // by the assumption
  for (const double assumed_ms : {0.0, 3.0, 300.0}) {
    Scenario scenario = street(2, 2);
    scenario.cm1.service_assumed_ms = assumed_ms;
    set_events(scenario, {relay(clock(1, 0), 2, RelayOrder::open)});
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    expect_nothing_wrong(run);
    EXPECT_EQ(run.kpi("relay_orders_done"), 1);
    latency_s[assumed_ms] = order_latency_s(folder / "result.h5");
  }
  EXPECT_NEAR(latency_s[3] - latency_s[0], 0.003, 1e-6);
  // Then a poll of the line may be under way when the request comes.
  constexpr double kPollS = 0.015;
  EXPECT_GE(latency_s[300] - latency_s[0], 0.3 - 1e-6);
  EXPECT_LE(latency_s[300] - latency_s[0], 0.3 + kPollS);
}

}  // namespace
