// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Clocks that are moved, zones that change, supply that fails: the rows are those of
// docs/meter-clock.md, in the meter and in the head-end.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/keyed_stream.hpp"
#include "tests/runs/harness.hpp"

namespace {

using namespace scenario_test;
using sim::run::Event;
using sim::run::HeldRow;
using sim::run::MeterSet;
using sim::run::RelayOrder;
using sim::run::Scenario;

constexpr std::uint8_t kNotValid = 0x04, kSeason = 0x08, kAdjusted = 0x20, kPowerDown = 0x80;

// Minutes since the start of the stamps, in the order of the store.
std::vector<std::int64_t> minutes(const Scenario& scenario, const std::vector<HeldRow>& rows) {
  std::vector<std::int64_t> stamps;
  for (const HeldRow& row : rows) {
    stamps.push_back((row.stamp_utc_s - scenario.general.start_utc_s) / 60);
  }
  return stamps;
}
const HeldRow& row_at(const Scenario& scenario, const std::vector<HeldRow>& rows, int minute,
                      unsigned ordinal = 0) {
  static const HeldRow none;
  const std::int64_t stamp = scenario.general.start_utc_s + 60 * minute;
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const HeldRow& row) {
    return row.stamp_utc_s == stamp && row.ordinal == ordinal;
  });
  if (found == rows.end()) ADD_FAILURE() << "no row at minute " << minute << '/' << ordinal;
  return found == rows.end() ? none : *found;
}

using Minutes = std::vector<std::int64_t>;

// ---- Clock set by order: shift_time reaches 900 s, three periods of 5 minutes ----

Scenario five_minutes(double hours) {
  Scenario scenario = street(1, hours);
  scenario.meters.capture_period_s = 300;
  return scenario;
}

TEST(ClockSet, ForwardOverBoundariesLeavesOneRowAtTheLastOfThem) {
  Scenario scenario = five_minutes(1);
  set_events(scenario, {clock_shift(clock(0, 16), 1, 900)});  // 00:16 -> 00:31
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_EQ(run.kpi("clock_orders_done"), 1);
  const auto rows = head_end_rows(scenario, folder, 1);
  const Minutes first = {5, 10, 15, 30, 35, 40, 45, 50, 55, 60};
  const Minutes found = minutes(scenario, rows);
  ASSERT_GE(found.size(), first.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), found.begin()));
  EXPECT_EQ(row_at(scenario, rows, 30).status, kAdjusted | kNotValid);
  EXPECT_EQ(row_at(scenario, rows, 35).status, 0);
}

TEST(ClockSet, BackwardOverBoundariesRepeatsThemAndKeepsBothRows) {
  Scenario scenario = five_minutes(1);
  set_events(scenario, {clock_shift(clock(0, 32), 1, -900)});  // 00:32 -> 00:17
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  const auto rows = head_end_rows(scenario, folder, 1);
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const HeldRow& r) { return r.ordinal > 0; }),
            3);
  EXPECT_EQ(row_at(scenario, rows, 20, 1).status, kAdjusted);
  EXPECT_EQ(row_at(scenario, rows, 25, 1).status, 0);
  EXPECT_GE(row_at(scenario, rows, 20, 1).registers[sim::run::kActiveImport],
            row_at(scenario, rows, 30).registers[sim::run::kActiveImport]);
}

TEST(ClockSet, InsideAnIntervalMarksItsRowOnly) {
  Scenario scenario = street(1, 2);
  set_events(scenario, {clock_shift(clock(0, 35), 1, 120), clock_shift(clock(1, 6), 1, -120)});
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  const auto rows = head_end_rows(scenario, folder, 1);
  EXPECT_EQ(row_at(scenario, rows, 30).status, 0);
  EXPECT_EQ(row_at(scenario, rows, 45).status, kAdjusted);
  EXPECT_EQ(row_at(scenario, rows, 60).status, 0);
  EXPECT_EQ(row_at(scenario, rows, 75).status, kAdjusted);
}

// ---- Clock that goes wrong by itself ----

TEST(ClockError, ForwardOverABoundaryLeavesARowOfDoubtfulLengthAtOnce) {
  Scenario scenario = street(2, 3);
  set_events(scenario, {clock_error(clock(0, 35), 1, 1'200), clock_error(clock(0, 35), 2, 2'700),
                        clock_shift(clock(1, 40), 1, -900), clock_shift(clock(1, 42), 1, -300)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_LT(run.kpi("push_latency_p95_s"), 1'000) << "since the capture, not since the stamp";
  for (const double latency_s : column_of(folder / "result.h5", "messages", "latency_s")) {
    EXPECT_FALSE(latency_s < 0) << latency_s;
  }
  const auto rows = head_end_rows(scenario, folder, 1);  // 00:35 -> 00:55
  EXPECT_EQ(row_at(scenario, rows, 45).status, kNotValid) << "nobody set the clock";
  EXPECT_EQ(row_at(scenario, rows, 60).status, 0);
  const auto far = head_end_rows(scenario, folder, 2);  // 00:35 -> 01:20
  EXPECT_EQ(row_at(scenario, far, 75).status, kNotValid);
}

// Also a few seconds back over a boundary just passed, which is passed again before anybody asks
// the meter anything.
TEST(ClockError, BackwardRepeatsTheBoundaries) {
  Scenario scenario = street(3, 3);
  scenario.cm1.poll_s = 600;
  set_events(scenario, {clock_error(clock(0, 50), 1, -1'200), clock_error(clock(0, 45, 4), 2, -8),
                        clock_error(clock(0, 50), 3, -3'000), clock_shift(clock(1, 35), 1, 900),
                        clock_shift(clock(1, 37), 1, 300)});
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  const auto rows = head_end_rows(scenario, folder, 2);
  EXPECT_EQ(row_at(scenario, rows, 45, 1).status, kNotValid);
  EXPECT_EQ(std::count_if(rows.begin(), rows.end(), [](const HeldRow& r) { return r.ordinal > 0; }),
            1);
}

TEST(ClockError, WhileTheSupplyIsAwayIsSeenAtTheNextStart) {
  Scenario scenario = street(2, 3);
  set_events(scenario, {outage(clock(0, 35), 1, 600), outage(clock(0, 35), 2, 600),
                        clock_error(clock(0, 40), 1, 1'500), clock_error(clock(0, 40), 2, -1'500)});
  const Folder folder;
  const Finished run = run_in_child(scenario, folder);
  expect_nothing_wrong(run);
  EXPECT_TRUE(std::isnan(run.kpi("clock_worst_s"))) << "nobody has looked";
}

// ---- Zones ----

Scenario berlin(std::int64_t start_utc_s) {
  Scenario scenario = street(2, 26);
  scenario.general.start_utc_s = start_utc_s;
  scenario.meters.time_zone = "Europe/Berlin";
  scenario.meters.push_period_s = 3600;
  return scenario;
}

// Rows of the local day, by the deviation each row carries.
std::int64_t rows_of_day(const std::vector<HeldRow>& rows, std::int64_t local_midnight_s) {
  return std::count_if(rows.begin(), rows.end(), [&](const HeldRow& row) {
    const std::int64_t local_s = row.stamp_utc_s - row.deviation_min * 60;
    return local_s > local_midnight_s && local_s <= local_midnight_s + 86'400;
  });
}

TEST(DaylightSaving, TheSpringDayHas92RowsAndClosesAtLocalMidnight) {
  const Scenario scenario = berlin(1'711'839'600);  // 2024-03-30T23:00:00Z, local midnight
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  const auto rows = head_end_rows(scenario, folder, 1);
  EXPECT_EQ(rows_of_day(rows, 1'711'843'200), 92);
  EXPECT_EQ(row_at(scenario, rows, 105).status, 0);
  EXPECT_EQ(row_at(scenario, rows, 120).status, kSeason) << "02:00 is 03:00 at once";
  const auto closings = head_end_closings(scenario, folder, 1);
  ASSERT_EQ(closings.size(), 1u);
  EXPECT_EQ(closings[0].stamp_utc_s, 1'711'922'400);  // 2024-03-31T22:00:00Z
  EXPECT_EQ(closings[0].deviation_min, -120);
}

TEST(DaylightSaving, TheAutumnDayHas100RowsAndNoneIsMistakenForAnother) {
  const Scenario scenario = berlin(1'729'980'000);  // 2024-10-26T22:00:00Z, local midnight
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  const auto rows = head_end_rows(scenario, folder, 1);
  EXPECT_EQ(rows_of_day(rows, 1'729'987'200), 100);
  EXPECT_EQ(row_at(scenario, rows, 165).status, kSeason);
  EXPECT_EQ(row_at(scenario, rows, 180).status, 0);
  const auto closings = head_end_closings(scenario, folder, 1);
  ASSERT_EQ(closings.size(), 1u);
  EXPECT_EQ(closings[0].stamp_utc_s, 1'730'070'000);  // 2024-10-27T23:00:00Z
}

TEST(DaylightSaving, ClocksMoveOverTheChange) {
  for (const std::int64_t start : {1'711'839'600, 1'729'980'000}) {
    Scenario scenario = berlin(start);
    scenario.general.duration_h = 6;
    scenario.meters.count = 4;
    // Local midnight is 1 h (spring) or 2 h (autumn) before the change of 01:00 UTC at hour 2 or 3.
    set_events(scenario, {clock_shift(clock(1, 55), 1, 900), clock_shift(clock(3, 5), 2, -900),
                          outage(clock(1, 50), 3, 5'400), clock_error(clock(2, 10), 4, -3'600),
                          clock_error(clock(4, 20), 4, 3'600)});
    const Folder folder;
    expect_nothing_wrong(run_in_child(scenario, folder));
  }
}

// ---- Supply ----

TEST(Supply, AnOutageOverBoundariesLeavesNoRowsForThem) {
  Scenario scenario = street(1, 2);
  set_events(scenario, {outage(clock(0, 35), 1, 2'400)});  // until 01:15
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  const auto rows = head_end_rows(scenario, folder, 1);
  const Minutes first = {15, 30, 90, 105, 120};
  const Minutes found = minutes(scenario, rows);
  ASSERT_GE(found.size(), first.size());
  EXPECT_TRUE(std::equal(first.begin(), first.end(), found.begin()));
  EXPECT_EQ(row_at(scenario, rows, 90).status, kPowerDown);
  EXPECT_EQ(row_at(scenario, rows, 105).status, 0);
}

TEST(Supply, ADeepSagIsAnOutageAndAShallowOneIsNot) {
  Scenario scenario = street(3, 2);
  set_events(scenario, {sag(clock(0, 35), 1, 2'000, 0.1), sag(clock(0, 35), 2, 2'000, 0.6),
                        sag(clock(0, 35), 3, 25, 0.0)});
  const Folder folder;
  expect_nothing_wrong(run_in_child(scenario, folder));
  EXPECT_EQ(row_at(scenario, head_end_rows(scenario, folder, 1), 45).status, kPowerDown);
  EXPECT_EQ(row_at(scenario, head_end_rows(scenario, folder, 2), 45).status, 0);
  EXPECT_EQ(row_at(scenario, head_end_rows(scenario, folder, 3), 45).status, 0)
      << "the capacitor carries 30 ms";
}

// ---- Everything together, drawn ----

std::vector<Event> drawn_events(std::uint64_t seed, std::uint32_t meters, double hours) {
  kernel::KeyedStream draw(seed, 0, 0);
  std::vector<Event> events;
  const auto second = [&] {
    return static_cast<kernel::TimeNs>(draw.below(unsigned(hours * 3600)));
  };
  for (std::uint32_t meter = 1; meter <= meters; ++meter) {
    for (int n = 0; n < 4; ++n) {
      const kernel::TimeNs at =
          second() * kernel::kNsPerSecond + kernel::TimeNs(draw.below(1'000'000'000));
      const double sign = draw.below(2) == 0 ? -1 : 1;
      switch (draw.below(6)) {
        case 0:
          events.push_back(clock_shift(at, meter, sign * (1 + draw.below(100))));
          break;
        case 1:
          events.push_back(clock_shift(at, meter, sign * (1 + draw.below(900))));
          break;
        case 2:
          events.push_back(clock_error(at, meter, sign * (1 + draw.below(2'500))));
          break;
        case 3:
          events.push_back(outage(at, meter, 0.001 + draw.below(4'000'000) * 1e-3));
          break;
        case 4:
          events.push_back(sag(at, meter, 1 + draw.below(3'000), draw.below(90) / 100.0));
          break;
        default:
          events.push_back(
              relay(at, meter, draw.below(2) == 0 ? RelayOrder::open : RelayOrder::close));
      }
    }
  }
  events.push_back(network_loss(second() * kernel::kNsPerSecond, 60 + draw.below(1'200)));
  return events;
}

TEST(Drawn, WhateverHappensToClocksAndSupplyEveryRowIsAccountedFor) {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    Scenario scenario = street(6, 5);
    scenario.general.seed = static_cast<std::int64_t>(seed);
    scenario.general.collect_h = 2;
    scenario.meters.time_zone = "Europe/Berlin";
    scenario.general.start_utc_s = seed % 2 == 0 ? 1'711'839'600 : 1'729'980'000;
    set_events(scenario, drawn_events(seed, 6, 5));
    SCOPED_TRACE("seed " + std::to_string(seed));
    const Folder folder;
    expect_nothing_wrong(run_in_child(scenario, folder));
  }
}

}  // namespace
