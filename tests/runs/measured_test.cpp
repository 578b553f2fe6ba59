// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Every register of measured quantities, read by a client at the end of a run and judged by the
// phasors at the meter's terminals.
#include <gtest/gtest.h>

#include "meter/fw/device/firmware.h"
#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::Scenario;

Event diverted(EventType type, kernel::TimeNs at, std::uint32_t meter, double duration_s,
               double residual) {
  Event event;
  event.at = at;
  event.type = type;
  event.meters.ranges = {{meter, meter}};
  event.duration_s = duration_s;
  event.residual = residual;
  return event;
}

// Single-phase meters and three-phase ones, plants and all quadrants.
Scenario measured_street(double frequency_hz) {
  Scenario scenario = hamlet(3, 3, 2);
  scenario.general.start_utc_s = 1'718'877'600;  // 2024-06-20T10:00:00Z
  scenario.meters.pv_share = 0.6;
  scenario.grid.frequency_hz = frequency_hz;
  scenario.sim.read_measured = true;
  return scenario;
}

TEST(MeasuredRun, EveryRegisterIsRightAtAnyFrequency) {
  for (const double frequency_hz : {49.5, 50.0, 50.5}) {
    Scenario scenario = measured_street(frequency_hz);
    set_events(scenario, {relay(clock(0, 40), 1, sim::run::RelayOrder::open),
                          relay(clock(1, 10), 1, sim::run::RelayOrder::close),
                          sag(clock(0, 45, 7.06), 2, 700, 0.6), outage(clock(1, 5), 3, 700),
                          diverted(EventType::bypass, clock(1, 30), 4, 7200, 0.6),
                          diverted(EventType::neutral_fault, clock(1, 20), 3, 7200, 0.4)});
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    ASSERT_EQ(run.error, "");
    EXPECT_EQ(run.kpi("measured_mismatches"), 0) << frequency_hz;
    // Of a three-phase meter up to 71, of a single-phase one 18.
    EXPECT_GE(run.kpi("measured_judged"), 5 * 15 + 57) << frequency_hz;
  }
}

// Both tiers have the same samples, so what is made of samples is the same to the last digit.
TEST(MeasuredRun, BothTiersShowTheSame) {
  Scenario scenario = measured_street(50);
  scenario.concentrators.clear();
  scenario.meters.count = 3;  // the third has three phases
  scenario.general.duration_h = 0.5;
  scenario.general.collect_h = 0;
  const Folder fleet_folder, detailed_folder;
  const Finished fleet = run_in_child(scenario, fleet_folder);
  scenario.meters.detailed = sim::run::MeterSet::all();
  const Finished detailed = run_in_child(scenario, detailed_folder);
  ASSERT_EQ(fleet.error + detailed.error, "");
  EXPECT_EQ(detailed.kpi("measured_mismatches"), 0);
  const auto a = column_of(fleet_folder / "result.h5", "measured", "value");
  const auto b = column_of(detailed_folder / "result.h5", "measured", "value");
  ASSERT_EQ(a.size(), b.size());
  ASSERT_GE(a.size(), 300u);  // spectra included
  for (std::size_t k = 0; k < a.size(); ++k) EXPECT_NEAR(a[k], b[k], 0.001 * std::abs(a[k]) + 1);
}

// Theft past the phases, and a neutral that is not the only way back: found at the end of the
// interval, told as fraud, over when it is over, on the glass meanwhile; nothing at the others.
Scenario stolen_current(double hours) {
  Scenario scenario = measured_street(50);
  scenario.general.duration_h = hours;
  scenario.concentrators.clear();
  scenario.meters.pv_share = 0;
  scenario.hes.event_period_s = 3600;
  scenario.hes.in_time_s = 3600;
  std::vector<Event> events{diverted(EventType::bypass, clock(0, 20), 4, 2400, 0.1),
                            diverted(EventType::neutral_fault, clock(0, 33), 3, 1500, 0.2),
                            outage(clock(0, 51), 4, 60)};
  for (const int minute : {10, 35, 50, 57, 75, 100}) {
    events.push_back(diverted(EventType::look, clock(0, minute, 7), 1, 0, 0.5));
    events.back().meters = sim::run::MeterSet::all();
  }
  set_events(scenario, events);
  return scenario;
}
std::vector<double> fraud_in_flash(const Folder& folder, double code) {
  std::vector<double> stamps;
  const std::string result = folder / "result.h5";
  const auto codes = column_of(result, "log_entries", "code");
  const auto at = column_of(result, "log_entries", "stamp_utc_s");
  for (std::size_t k = 0; k < codes.size(); ++k) {
    if (codes[k] == code) stamps.push_back(at[k]);
  }
  return stamps;
}

TEST(DifferentialCurrent, IsFoundWithinAnIntervalInBothTiers) {
  std::vector<double> of_fleet[2];
  for (const bool detailed : {false, true}) {
    Scenario scenario = stolen_current(2);
    if (detailed) scenario.meters.detailed = sim::run::MeterSet::all();
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    ASSERT_EQ(run.error, "");
    for (const char* wrong : {"event_mismatches", "alarm_mismatches", "measured_mismatches",
                              "display_mismatches", "truth_mismatches"}) {
      EXPECT_EQ(run.kpi(wrong), 0) << wrong << ", detailed: " << detailed;
    }
    EXPECT_GE(run.kpi("looks_judged"), 30);
    for (const int over : {0, 1}) {
      const auto stamps = fraud_in_flash(folder, 234 + over);
      EXPECT_GE(stamps.size(), 4u) << "two meters, flash and head-end at least";
      if (detailed) {
        EXPECT_EQ(stamps, of_fleet[over]);
      }
      of_fleet[over] = stamps;
    }
  }
}

// A firmware that leaves the neutral alone.
TEST(DifferentialCurrent, AFirmwareThatDoesNotLookLacksIt) {
  static meter_firmware blind = *meter_ad11a_firmware();
  blind.on_sums = [](void* instance, const meter_sums* sums, std::uint32_t n) {
    meter_sums without = *sums;
    without.neutral = {};
    meter_ad11a_firmware()->on_sums(instance, &without, n);
  };
  const Folder folder;
  EXPECT_EQ(run_in_child(stolen_current(5), folder).kpi("event_mismatches"), 0);
  sim::run::RunOptions options;
  options.faults.meter = 4;
  options.faults.firmware = &blind;
  const Folder other;
  const Finished run = run_in_child(stolen_current(5), other, options);
  ASSERT_EQ(run.error, "");
  EXPECT_GE(run.kpi("event_mismatches"), 4) << "begun and over, in flash and in the head-end";
  EXPECT_GE(run.kpi("alarm_mismatches"), 1);
  EXPECT_GE(run.kpi("display_mismatches"), 1);
}

// What is judged is what the meter measures: a front end that has moved since it was calibrated.
TEST(MeasuredRun, AnAngleThatIsADegreeOffIsFound) {
  const Scenario scenario = measured_street(50);
  const Folder folder;
  sim::run::RunOptions options;
  options.faults.meter = 3;  // three phases
  options.faults.phase_deg = 1;
  EXPECT_GE(run_in_child(scenario, folder, options).kpi("measured_mismatches"), 3);
}

}  // namespace
