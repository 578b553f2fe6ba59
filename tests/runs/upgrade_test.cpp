// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Firmware over the air: what runs afterwards is the scenario's shared object, and what runs where
// is judged by the scenario alone.
#include <gtest/gtest.h>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::ImageFlaw;
using sim::run::ImageRow;
using sim::run::MeterModel;
using sim::run::MeterSet;
using sim::run::Scenario;

Event image(kernel::TimeNs at, std::uint32_t meter, const std::string& name,
            kernel::TimeNs activate_at = 0) {
  Event made;
  made.at = at;
  made.type = EventType::image;
  made.meters = MeterSet::one(meter);
  made.file = name;
  made.activate_at = activate_at;
  return made;
}
ImageRow row(const std::string& name, const std::string& file, const std::string& version) {
  ImageRow made;
  made.name = name;
  made.file = file;
  made.version = version;
  made.size_octets = 100'000;
  return made;
}

Scenario with_images(Scenario scenario) {
  scenario.hes.images = {
      row("new", NEXT_FIRMWARE_SO, "1.1.0"), row("broken", BROKEN_FIRMWARE_SO, "1.2.0"),
      row("forged", NEXT_FIRMWARE_SO, "1.1.0"), row("damaged", NEXT_FIRMWARE_SO, "1.1.0"),
      row("other", NEXT_FIRMWARE_SO, "1.1.0")};
  scenario.hes.images[1].kept = false;
  scenario.hes.images[2].flaw = ImageFlaw::signature;
  scenario.hes.images[3].flaw = ImageFlaw::code;
  scenario.hes.images[4].variant = MeterModel::ad13a;
  scenario.hes.in_time_s = 3600;
  return scenario;
}

TEST(Upgrades, OverGprsEachMeterEndsWithWhatTheScenarioSays) {
  Scenario scenario = with_images(street(6, 4));
  set_events(scenario,
             {image(clock(0, 10), 1, "new"), image(clock(0, 10), 2, "broken"),
              image(clock(0, 10), 3, "forged"), image(clock(0, 10), 4, "damaged"),
              image(clock(0, 10), 5, "other"), image(clock(0, 10), 6, "new", clock(1, 30))});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run, {"orders_failed"});
  EXPECT_EQ(run.kpi("image_orders_done"), 2);
  EXPECT_EQ(run.kpi("orders_failed"), 4);
  EXPECT_EQ(run.kpi("firmwares_judged"), 6);
  EXPECT_EQ(run.kpi("firmware_mismatches"), 0);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
}

// One object for both models is the same code twice; each meter runs what was made for it.
TEST(Upgrades, OneVersionForBothModelsReachesBoth) {
  Scenario scenario = street(2, 4);
  sim::run::MeterGroup three_phase;
  three_phase.meters = MeterSet::one(2);
  three_phase.model = MeterModel::ad13a;
  scenario.groups = {three_phase};
  scenario.hes.images = {row("one", "builtin", "1.0.0"), row("three", "builtin", "1.0.0")};
  scenario.hes.images[1].variant = MeterModel::ad13a;
  scenario.hes.in_time_s = 3600;
  set_events(scenario, {image(clock(0, 10), 1, "one"), image(clock(0, 10), 2, "three")});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("image_orders_done"), 2);
  EXPECT_EQ(run.kpi("firmwares_judged"), 2);
  EXPECT_EQ(run.kpi("firmware_mismatches"), 0);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);  // it was activated, not refused
}

// Behind a concentrator, while it reads the meters every quarter of an hour: each meter ends with
// what the scenario says, one that was dark in the middle of its transfer too.
TEST(Upgrades, OverThePowerLineEachMeterEndsWithWhatTheScenarioSays) {
  Scenario scenario = with_images(street(5, 4));
  sim::run::ConcentratorRow row;
  row.meters = MeterSet::all();
  row.collect_period_s = 900;
  scenario.concentrators.push_back(row);
  for (ImageRow& made : scenario.hes.images) made.size_octets = 20'000;
  set_events(scenario,
             {image(clock(0, 10), 1, "new"), image(clock(0, 10), 2, "new"),
              image(clock(0, 10), 3, "damaged"), image(clock(0, 10), 4, "new", clock(1, 30)),
              image(clock(0, 10), 5, "broken"), outage(clock(0, 10, 12), 2, 1200)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run, {"orders_failed"});
  EXPECT_EQ(run.kpi("image_orders_done"), 3);
  EXPECT_EQ(run.kpi("orders_failed"), 2);
  EXPECT_EQ(run.kpi("firmwares_judged"), 5);
  EXPECT_EQ(run.kpi("firmware_mismatches"), 0);
  EXPECT_EQ(run.kpi("event_mismatches"), 0);
  // The meter that was dark got the rest behind it: one long job, the image once.
  const std::string result = folder / "result.h5";
  const auto meters = column_of(result, "polls", "meter");
  const auto octets = column_of(result, "polls", "bytes_down");
  const auto seconds = column_of(result, "polls", "duration_s");
  int transfers = 0;
  for (std::size_t k = 0; k < meters.size(); ++k) {
    if (meters[k] != 2 || octets[k] < 20'000) continue;
    ++transfers;
    EXPECT_LT(octets[k], 24'000);
    EXPECT_GT(seconds[k], 1200);
  }
  EXPECT_EQ(transfers, 1);
}

// What says 1.1.0 is expected to be another one.
TEST(Upgrades, AnotherFirmwareThanTheScenarioSaysIsFound) {
  Scenario scenario = with_images(street(1, 3));
  scenario.hes.images[0].version = "1.1.1";
  set_events(scenario, {image(clock(0, 10), 1, "new")});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  ASSERT_EQ(run.error, "");
  EXPECT_EQ(run.kpi("image_orders_done"), 0);
  EXPECT_EQ(run.kpi("firmwares_judged"), 1);
  EXPECT_EQ(run.kpi("firmware_mismatches"), 1);
}

}  // namespace
