// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Power line, concentrator and P3.2Ex in whole runs: what issue and laws ask of a village.
#include "tests/runs/village.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>

#include "hes-stub/store/database.hpp"

namespace {

using namespace scenario_test;
using sim::run::HeldRow;
using sim::run::MeterSet;
using sim::run::RelayOrder;
using sim::run::Scenario;

// From the meter to the result: each meter's rows by the number that it gave them.
void expect_numbers_rise(const std::string& result) {
  for (const char* table : {"rows", "flash_rows", "closings"}) {
    const auto meters = column_of(result, table, "meter");
    const auto numbers = column_of(result, table, "capture_counter");
    EXPECT_FALSE(numbers.empty());
    std::map<double, double> last;
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      EXPECT_GT(numbers[i], last[meters[i]]) << table << " row " << i;
      last[meters[i]] = numbers[i];
    }
  }
}

TEST(Village, AllItsExpectationsHold) {
  const Folder folder;
  const ProgramRun run =
      amitwin({"run", "scenarios/village.toml", "--quiet", "--out", folder / "village"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  const auto kpis = kpis_in(folder / "village/summary.json");
  EXPECT_EQ(kpis.at("plc_meters"), 60);
  EXPECT_EQ(kpis.at("closings_expected"), 100);
  EXPECT_GE(kpis.at("plc_switches"), 1) << "nobody is out of the base node's reach";
  EXPECT_GE(kpis.at("plc_levels"), 1);
  EXPECT_EQ(kpis.at("status_mismatches"), 0);
  const std::string result = folder / "village/result.h5";
  EXPECT_EQ(column_of(result, "nodes", "meter").size(), 61u);
  EXPECT_FALSE(column_of(result, "airtime", "airtime_s").empty());
  expect_numbers_rise(result);
}

// Ten meters of both roads close their month once, one twice, as its clock went back; two are dark.
TEST(Village, MonthsAreClosedAndCollectedOnBothRoads) {
  const Folder folder;
  const ProgramRun run =
      amitwin({"run", "scenarios/month-end.toml", "--quiet", "--out", folder / "month"});
  EXPECT_EQ(run.exit_code, 0) << run.out << run.err;
  const std::string result = folder / "month/result.h5";
  std::map<double, int> closed;
  for (const double meter : column_of(result, "monthly_closings", "meter")) ++closed[meter];
  EXPECT_EQ(
      closed,
      (std::map<double, int>{
          {1, 1}, {2, 1}, {4, 1}, {5, 1}, {6, 1}, {7, 1}, {8, 2}, {10, 1}, {11, 1}, {12, 1}}));
  for (const double stamp : column_of(result, "monthly_closings", "stamp_utc_s")) {
    EXPECT_EQ(stamp, 1'711'922'400);  // 2024-03-31T22:00:00Z
  }
}

TEST(Village, TheSameSeedGivesTheSameDigestAndAnotherSeedAnother) {
  Scenario scenario = hamlet(9, 3, 3);
  const Folder a, b, c;
  const Finished first = run_in_child(scenario, a);
  const Finished again = run_in_child(scenario, b);
  scenario.general.seed = 2;
  const Finished other = run_in_child(scenario, c);
  expect_village_well(first, 9);
  expect_village_well(other, 9);
  EXPECT_EQ(first.digest, again.digest);
  EXPECT_NE(first.digest, other.digest);
}

TEST(Village, QuarterHourlyCollectionLosesNothing) {
  const Folder folder;
  const Finished run = run_in_child(hamlet(12, 0, 4, 900), folder);
  expect_village_well(run, 12);
  EXPECT_LT(run.kpi("collection_latency_p95_s"), 900);
}

TEST(Village, AConcentratorOnGprsAsksForWorkAndGetsIt) {
  Scenario scenario = hamlet(9, 0, 4);
  scenario.concentrators[0].uplink = sim::run::Uplink::gprs;
  set_events(scenario,
             {relay(clock(1, 20), 2, RelayOrder::open), relay(clock(2, 20), 2, RelayOrder::close),
              clock_error(clock(0, 30), 3, -20), clock_shift(clock(1, 50), 3, 20)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 9);
  EXPECT_EQ(run.kpi("relay_orders_done"), 2);
  EXPECT_EQ(run.kpi("clock_orders_done"), 1);
}

TEST(Village, AConcentratorOnGprsComesBackAfterANetworkLoss) {
  Scenario scenario = hamlet(6, 0, 4);
  scenario.concentrators[0].uplink = sim::run::Uplink::gprs;
  set_events(scenario, {network_loss(clock(0, 0), 300), network_loss(clock(1, 0), 60),
                        network_loss(clock(2, 30), 1800)});
  const Folder folder;
  expect_village_well(run_in_child(scenario, folder), 6);
}

TEST(Village, ManyConcentratorsOnOneCellAllGetThrough) {
  Scenario scenario = street(20, 3);
  for (std::uint32_t meter = 1; meter <= 20; ++meter) {
    sim::run::ConcentratorRow row;
    row.meters = MeterSet::one(meter);
    row.uplink = sim::run::Uplink::gprs;
    row.collect_period_s = 3600;
    scenario.concentrators.push_back(row);
  }
  const Folder folder;
  expect_village_well(run_in_child(scenario, folder), 20);
}

TEST(Village, MetersThatWereWithoutSupplyComeBackAndCatchUp) {
  Scenario scenario = hamlet(9, 0, 5);
  set_events(scenario, {outage(clock(1, 10), 4, 1800), outage(clock(2, 5), 8, 600)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 9);
  EXPECT_GE(run.kpi("plc_registrations"), 11);
}

TEST(Village, DamagedFramesAreCountedAndDropped) {
  // Long enough to have a weak end, noisy enough to lose frames whatever the timing: without, 0.2
  // to 1.2 % are lost, by the seed.
  Scenario scenario = hamlet(30, 0, 3);
  scenario.plc.noise_db = 9;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 30);
  EXPECT_GT(run.kpi("plc_noise_loss_share"), 0.01);
  EXPECT_GT(run.kpi("malformed"), 0);
}

// ---- Law 2 ----

sim::run::RegisterValues registers_of(const HeldRow& row) {
  sim::run::RegisterValues values;
  std::copy(row.registers.begin(), row.registers.end(), values.begin());
  return values;
}

TEST(LawTwo, AThreePhaseMetersDetailedAndFleetRowsAreEqualToTheBitWithoutNoise) {
  Scenario scenario = street(1, 2);
  scenario.meters.model = sim::run::MeterModel::ad13a;
  scenario.sim.noise = false;
  scenario.sim.sampled = true;
  scenario.meters.adc_spread_ppm = 0;
  scenario.grid.frequency_spread_hz = 0;
  const Folder fleet_folder, detailed_folder;
  expect_nothing_wrong(run_in_child(scenario, fleet_folder));
  scenario.meters.detailed = MeterSet::all();
  expect_nothing_wrong(run_in_child(scenario, detailed_folder));
  const auto fleet = head_end_rows(scenario, fleet_folder, 1);
  const auto detailed = head_end_rows(scenario, detailed_folder, 1);
  ASSERT_EQ(fleet.size(), detailed.size());
  ASSERT_GE(fleet.size(), 8u);
  for (std::size_t i = 0; i < fleet.size(); ++i) {
    EXPECT_EQ(registers_of(fleet[i]), registers_of(detailed[i])) << "row " << i;
  }
  EXPECT_GT(registers_of(fleet.back())[0], 0);
}

TEST(LawTwo, OnADetailedPowerLineRowsAreEqualToTheBitWithoutNoise) {
  Scenario scenario = hamlet(4, 0, 2);
  scenario.sim.noise = false;
  scenario.sim.sampled = true;
  scenario.meters.adc_spread_ppm = 0;
  scenario.grid.frequency_spread_hz = 0;
  set_events(scenario,
             {relay(clock(0, 40), 2, RelayOrder::open), relay(clock(1, 10), 2, RelayOrder::close)});
  const Folder fleet_folder, detailed_folder;
  expect_village_well(run_in_child(scenario, fleet_folder), 4);
  scenario.meters.detailed.ranges = {{2, 3}};  // single-phase and three-phase
  scenario.trace.meter = 2;
  const Finished run = run_in_child(scenario, detailed_folder);
  expect_village_well(run, 4);
  EXPECT_EQ(run.kpi("relay_orders_done"), 2);
  for (const std::uint32_t meter : {2u, 3u}) {
    const auto fleet = head_end_rows(scenario, fleet_folder, meter);
    const auto detailed = head_end_rows(scenario, detailed_folder, meter);
    ASSERT_EQ(fleet.size(), detailed.size());
    ASSERT_GE(fleet.size(), 8u);
    for (std::size_t i = 0; i < fleet.size(); ++i) {
      EXPECT_EQ(registers_of(fleet[i]), registers_of(detailed[i])) << meter << " row " << i;
    }
  }
  const std::string trace = read_text(detailed_folder / "trace.vcd");
  for (const char* signal : {"relay_closed", "frame_kind", "station", "running", "registered"}) {
    EXPECT_NE(trace.find(signal), std::string::npos) << signal;
  }
}

// ---- Law 3 ----

TEST(LawThree, BeaconsAndWindowsOneByOneGiveTheSameDigest) {
  Scenario scenario = hamlet(9, 2, 3);
  set_events(scenario, {outage(clock(1, 10), 4, 900)});
  const Folder lazy_folder, eager_folder;
  const Finished lazy = run_in_child(scenario, lazy_folder);
  expect_village_well(lazy, 9);
  scenario.sim.lazy = false;
  const Finished eager = run_in_child(scenario, eager_folder);
  EXPECT_EQ(eager.error, "");
  EXPECT_EQ(lazy.digest, eager.digest);
}

// ---- Law 5 ----

std::vector<std::string> profile_days(const std::string& store) {
  hes::Database database(store);
  std::vector<std::string> rows;
  hes::Statement query = database.prepare(
      "SELECT meter || '|' || profile || '|' || day || '|' || rows || '|' || hex(blob) "
      "FROM profile_day ORDER BY 1");
  while (query.step()) rows.push_back(query.text(0));
  return rows;
}

constexpr const char* kHamlet = R"([scenario]
name = "hamlet"
duration_h = 3
collect_h = 1
[meters]
count = 8
push_period_s = 900
[[group]]
meters = [3, 6]
model = "AD13A"
[[concentrator]]
meters = "1-4"
collect_period_s = 3600
[[concentrator]]
meters = "5-6"
uplink = "gprs"
collect_period_s = 1800
[[event]]
at = "01:20:00"
type = "relay"
meter = 2
value = "open"
[[event]]
at = "02:20:00"
type = "relay"
meter = 5
value = "open"
[[event]]
at = "02:00:30"
type = "concentrator_outage"
duration_s = 60
[[expect]]
kpi = "intervals_lost"
equals = 0
[[expect]]
kpi = "relay_orders_done"
equals = 2
)";

TEST(LawFive, FreeAndLockstepLeaveTheSameRowsOfTwoConcentrators) {
  const Folder folder;
  const std::string hamlet = folder.write("hamlet.toml", kHamlet);
  for (const char* mode : {"free", "lockstep"}) {
    const ProgramRun run =
        amitwin({"run", hamlet, "--quiet", "--mode", mode, "--out", folder / mode});
    EXPECT_EQ(run.exit_code, 0) << mode << run.out << run.err;
  }
  const auto rows = profile_days(folder / "free/hes.sqlite");
  EXPECT_EQ(rows, profile_days(folder / "lockstep/hes.sqlite"));
  EXPECT_FALSE(rows.empty());
  EXPECT_EQ(digest_of(folder / "free/result.h5"), digest_of(folder / "lockstep/result.h5"));
  EXPECT_EQ(digest_of(folder / "free/result.h5").size(), 64u);
}

// ---- Law 6 ----

TEST(LawSix, AVillageAtASummerNoonIsRightOnEveryPhaseAndMovesEveryRegister) {
  Scenario scenario = hamlet(12, 0, 10);
  scenario.general.start_utc_s = 1'718'856'000;  // 2024-06-20T04:00:00Z
  scenario.meters.pv_share = 0.8;
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 12);
  for (const char* name : {"ap_total_wh", "am_total_wh", "r1_total_varh", "r2_total_varh",
                           "r3_total_varh", "r4_total_varh"}) {
    EXPECT_GT(run.kpi(name), 0) << name;
  }
}

}  // namespace
