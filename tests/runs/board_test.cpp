// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Heat, cold and the backup battery: what a scenario does to the boards of its meters, and what
// must come of it.
#include <gtest/gtest.h>

#include "meter/fw/device/firmware.h"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterGroup;
using sim::run::MeterModel;
using sim::run::MeterSet;
using sim::run::Scenario;

Event temperature(kernel::TimeNs at, const MeterSet& meters, double celsius, double ramp_s = 0) {
  Event made;
  made.at = at;
  made.type = EventType::temperature;
  made.meters = meters;
  made.board.celsius = celsius;
  made.board.ramp_s = ramp_s;
  return made;
}
Event battery(kernel::TimeNs at, std::uint32_t meter, double charge_percent) {
  Event made;
  made.at = at;
  made.type = EventType::battery;
  made.meters = MeterSet::one(meter);
  made.board.charge_percent = charge_percent;
  return made;
}

void make_three_phase(Scenario& scenario, std::uint32_t meter) {
  MeterGroup group;
  group.meters = MeterSet::one(meter);
  group.model = MeterModel::ad13a;
  scenario.groups.push_back(group);
}

// Four meters outdoors; frost comes slowly to two of them, a fire beside the third.
Scenario outdoors() {
  Scenario scenario = street(4, 5);
  scenario.sim.read_measured = true;
  scenario.meters.board.celsius = 10;
  scenario.meters.board.swing_k = 15;
  scenario.meters.detailed = MeterSet::one(4);
  make_three_phase(scenario, 2);
  set_events(scenario, {temperature(clock(1, 5), {{{1, 2}}}, -30, 3600),
                        temperature(clock(1, 30), MeterSet::one(3), 85)});
  return scenario;
}

TEST(Board, HeatAndColdMoveNeitherEnergyNorClockBeyondTheirLimits) {
  const Folder folder;
  const Finished run = run_in_child(outdoors(), folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("clock_judged"), 4);
  EXPECT_EQ(run.kpi("clock_mismatches"), 0);
  EXPECT_LT(run.kpi("clock_gain_worst_s"), 0.5) << "at any temperature";
  EXPECT_GT(run.kpi("measured_judged"), 100);
  EXPECT_EQ(run.kpi("measured_mismatches"), 0);
}

// The product's firmware with one ear shut: to the production line, or to a part of its board.
meter_firmware& shut() {
  static meter_firmware firmware = *meter_ad11a_firmware();
  return firmware;
}
template <meter_calibration_step shut_to>
int deaf_calibrate(void* instance, meter_calibration_step step, const meter_sums* sums,
                   const meter_reference* reference) {
  if (step == shut_to) return -1;
  return meter_ad11a_firmware()->calibrate(instance, step, sums, reference);
}
Finished run_shut(const Scenario& scenario, std::uint32_t meter,
                  const sim::run::LoadTable* load = nullptr) {
  const Folder folder;
  sim::run::RunOptions options;
  options.faults.meter = meter;
  options.faults.firmware = &shut();
  const Finished run = run_in_child(scenario, folder, options, load);
  EXPECT_EQ(run.error, "");
  return run;
}

TEST(Board, AFirmwareWithoutTrimIsFound) {
  shut() = *meter_ad11a_firmware();
  shut().calibrate = deaf_calibrate<METER_CALIBRATE_CLOCK>;
  Scenario scenario = outdoors();
  scenario.meters.board.clock_spread_ppm = 100;
  const Finished run = run_shut(scenario, 1);
  EXPECT_EQ(run.kpi("clock_mismatches"), 1);
  EXPECT_EQ(run.kpi("measured_mismatches"), 0);
}

TEST(Board, AFirmwareWithoutCompensationIsFound) {
  shut() = *meter_ad11a_firmware();
  shut().calibrate = deaf_calibrate<METER_CALIBRATE_TEMPERATURE>;
  const Scenario scenario = outdoors();
  const sim::run::LoadTable load = steady_load(scenario, 8'000);
  const Finished run = run_shut(scenario, 3, &load);
  EXPECT_EQ(run.kpi("clock_mismatches"), 0);
  EXPECT_GT(run.kpi("truth_mismatches"), 10);
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder, {}, &load));
}

// 1: low, and replaced; 2: dead, and the supply fails; 3: three phases, dead while it is dark.
Scenario old_batteries() {
  Scenario scenario = street(3, 6);
  scenario.hes.event_period_s = 3600;
  scenario.hes.in_time_s = 3600;
  scenario.hes.clock_threshold_s = 10;
  scenario.sim.read_measured = true;
  make_three_phase(scenario, 3);
  set_events(scenario, {battery(clock(0, 40), 1, 4), battery(clock(3, 10), 1, 100),
                        battery(clock(0, 50), 2, 0), outage(clock(2, 5), 2, 1800),
                        battery(clock(4, 0), 2, 100), outage(clock(1, 5), 3, 1200),
                        battery(clock(1, 10), 3, 0), outage(clock(3, 0), 1, 600)});
  return scenario;
}

// Starts 3; 1: low, an outage; 2: dead, an outage, the clock lost and set; 3: an outage, the clock
// lost and set, dead.
constexpr double kBoardEvents = 3 + (1 + 2) + (1 + 2 + 1 + 2) + (2 + 1 + 2 + 1);

TEST(Board, ADeadBatteryIsToldAndTheNextOutageCostsTheClock) {
  const Folder folder;
  const Finished run = run_in_child(old_batteries(), folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("events_expected"), kBoardEvents);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
  EXPECT_EQ(run.kpi("alarm_mismatches"), 0);
  EXPECT_EQ(run.kpi("measured_mismatches"), 0);
}

TEST(Board, AFirmwareThatNeverLooksAtItsBatteryIsFound) {
  shut() = *meter_ad11a_firmware();
  shut().init = [](void* instance, const meter_hal* hal) {
    static meter_hal blind;
    blind = *hal;
    blind.battery = nullptr;
    meter_ad11a_firmware()->init(instance, &blind);
  };
  const Finished run = run_shut(old_batteries(), 1);
  EXPECT_GT(run.kpi("event_mismatches"), 0);
  EXPECT_EQ(run.kpi("measured_mismatches"), 1) << "the voltage";
}

}  // namespace
