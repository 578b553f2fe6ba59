// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// New keys on both roads, also when the supply goes between any two of the messages: the meter is
// read under them afterwards, and no row is lost by the change.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/runs/village.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::EventType;
using sim::run::MeterSet;
using sim::run::Scenario;

Event new_keys(kernel::TimeNs at, std::uint32_t first, std::uint32_t last) {
  Event made;
  made.at = at;
  made.type = EventType::key;
  made.meters.ranges = {{first, last}};
  return made;
}
// How often meters say so: 48 keys changed; 46 and 49 attempts with others.
std::ptrdiff_t told(const Folder& folder, std::initializer_list<double> codes) {
  const auto all = column_of(folder.path() + "/result.h5", "log_entries", "code");
  return std::ranges::count_if(
      all, [&](double code) { return std::ranges::find(codes, code) != codes.end(); });
}

TEST(NewKeys, OverGprsWhateverAnswerIsLost) {
  constexpr std::uint32_t kMeters = 16;
  Scenario scenario = street(kMeters, 3);
  scenario.hes.in_time_s = 3600;
  std::vector<Event> events = {new_keys(clock(0, 20), 1, kMeters),
                               new_keys(clock(1, 20), 1, kMeters)};
  // Between question and reading back, each a quarter of a second later than the one before, all
  // but the last four lose their supply for a minute.
  for (std::uint32_t meter = 1; meter <= kMeters - 4; ++meter) {
    events.push_back(outage(clock(0, 20, 2.5 + 0.25 * meter), meter, 60));
  }
  set_events(scenario, events);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("key_orders_done"), 2 * kMeters);
  // Both happened: the keys did not come and were given again, and they came before the supply
  // went, so that the answer or the reading back was lost.
  const std::string result = folder.path() + "/result.h5";
  EXPECT_GT(std::ranges::count(column_of(result, "orders", "attempts"), 2), 0);
  const auto meter = column_of(result, "log_entries", "meter");
  const auto code = column_of(result, "log_entries", "code");
  const auto stamp = column_of(result, "log_entries", "stamp_utc_s");
  int taken = 0;
  for (std::size_t k = 0; k < meter.size(); ++k) {
    const double at = stamp[k] - static_cast<double>(scenario.general.start_utc_s);
    taken += code[k] == 48 && meter[k] <= kMeters - 4 && at < 1210 ? 1 : 0;
  }
  EXPECT_GT(taken, 0);
}

TEST(NewKeys, OnThePowerLineAndBesideIt) {
  Scenario scenario = hamlet(4, 2, 8);
  set_events(scenario, {new_keys(clock(2, 0), 1, 6)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 4);
  EXPECT_EQ(run.kpi("key_orders_done"), 6);
  EXPECT_GT(told(folder, {48}), 0);
  EXPECT_EQ(told(folder, {46, 49}), 0) << "nobody tries others where no answer is lost";
}

TEST(NewKeys, OnThePowerLineWhenMetersAndConcentratorLoseTheirSupply) {
  Scenario scenario = hamlet(6, 0, 8);
  std::vector<Event> events = {new_keys(clock(2, 0), 1, 6), new_keys(clock(4, 0), 1, 6)};
  for (std::uint32_t meter = 1; meter <= 4; ++meter) {
    events.push_back(outage(clock(2, 0, 1.0 * meter), meter, 60));
  }
  Event dark;
  dark.type = EventType::concentrator_outage;
  dark.at = clock(4, 0, 2.5);
  dark.duration_s = 60;
  events.push_back(dark);
  set_events(scenario, events);
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_village_well(run, 6, 0.9);
  EXPECT_EQ(run.kpi("key_orders_done"), 12);
}

// One refuses them, the other says that it took both and took one: neither is done, and the first
// goes on under the old ones.
TEST(NewKeys, AFirmwareThatDoesNotTakeThemIsFound) {
  for (const bool refuses : {true, false}) {
    Scenario scenario = street(1, 2);
    scenario.meters.firmware = refuses ? MUTANT_REFUSES : MUTANT_HALF;
    set_events(scenario, {new_keys(clock(0, 20), 1, 1)});
    const Folder folder;
    const Finished run = run_in_child(scenario, folder);
    if (refuses) {
      expect_nothing_wrong(run, {"orders_failed"});
      EXPECT_EQ(run.kpi("orders_failed"), 1);
    } else {
      ASSERT_EQ(run.error, "");
      EXPECT_GT(run.kpi("intervals_lost"), 0);
    }
    EXPECT_EQ(run.kpi("key_orders_done"), 0) << refuses;
  }
}

}  // namespace
