// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/rigs/concentrator/world.hpp"

namespace dcu_test {
namespace {

using protocol::p32::ProfileRow;
using protocol::p32::ReportKind;

// What the head-end has of a meter is what the meter wrote, in its order, once.
void expect_all_rows(const World& world, unsigned number, std::int64_t until_s) {
  const std::vector<ProfileRow> rows = world.reported(number, ReportKind::load_profile);
  std::vector<Row> written = world.meters[number]->load;
  std::erase_if(written, [&](const Row& row) { return row.at.utc_s > until_s; });
  std::vector<std::pair<std::int64_t, std::uint64_t>> expected;
  std::vector<std::pair<std::int64_t, std::uint64_t>> found;
  for (const Row& row : written) expected.emplace_back(row.at.utc_s, row.values[0]);
  for (const ProfileRow& row : rows) {
    if (row.at.utc_s <= until_s) found.emplace_back(row.at.utc_s, row.values[0]);
  }
  std::sort(expected.begin(), expected.end());
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, expected) << "meter " << number;
}

TEST(Collect, EveryRowReachesTheHeadEndOnce) {
  World world({});
  world.run_for(26 * 3600);
  EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
  for (unsigned k = 0; k < 4; ++k) expect_all_rows(world, k, kStartS + 24 * 3600);
  EXPECT_EQ(world.count(&dcu::app::Counters::values_unreadable), 0u);
  EXPECT_EQ(world.count(&dcu::app::Counters::timeouts), 0u);
  EXPECT_GT(world.count(&dcu::app::Counters::acks), 7u);
}

TEST(Collect, RowsAreAsCaptured) {
  World world({});
  world.run_for(5 * 3600);
  const auto rows = world.reported(1, ReportKind::load_profile);
  ASSERT_FALSE(rows.empty());
  const Row& first = world.meters[1]->load.front();
  EXPECT_EQ(rows.front().at, first.at);
  EXPECT_EQ(rows.front().values, first.values);
}

TEST(Collect, ClosingsComeAfterMidnight) {
  World world({});
  world.run_for(3 * 3600);
  EXPECT_EQ(world.reported(0, ReportKind::daily_closing).size(), 1u);
  world.run_for(24 * 3600);
  EXPECT_EQ(world.reported(0, ReportKind::daily_closing).size(), 2u);
}

TEST(Collect, AMeterThatComesBackIsReadAtOnce) {
  World world({});
  world.run_for(3600);
  world.leave(2);
  world.run_for(5 * 3600);
  world.meters[2]->live_until(world.now_s());
  const std::size_t before = world.reported(2, ReportKind::load_profile).size();
  world.join(2);
  world.run_for(300);
  EXPECT_GT(world.reported(2, ReportKind::load_profile).size(), before + 10);
}

TEST(Collect, ADeafMeterIsLeftAloneForAWhileAndMadeUpForLater) {
  World world({});
  world.meters[1]->deaf = true;
  world.run_for(8 * 3600);
  EXPECT_GT(world.count(&dcu::app::Counters::timeouts), 5u);
  EXPECT_LT(world.count(&dcu::app::Counters::timeouts), 60u);
  world.meters[1]->deaf = false;
  world.run_for(6 * 3600);
  expect_all_rows(world, 1, kStartS + 12 * 3600);
  expect_all_rows(world, 0, kStartS + 12 * 3600);
}

TEST(Collect, WhatIsNoProfileIsCountedAndNotStored) {
  World world({});
  world.meters[0]->talks_rubbish = true;
  world.run_for(6 * 3600);
  EXPECT_GT(world.count(&dcu::app::Counters::values_unreadable), 0u);
  EXPECT_TRUE(world.reported(0, ReportKind::load_profile).empty());
  expect_all_rows(world, 1, kStartS + 4 * 3600);
}

// Stamps that were lived twice, also in a home that draws nothing.
TEST(Collect, AClockSetBackKeepsBothRowsOfAStamp) {
  World world({.change = [](Commission& c) { c.parameters.clock_threshold_s = 90'000; }});
  world.run_for(6 * 3600 + 200);
  for (auto& meter : world.meters) {
    meter->live_until(world.now_s());
    meter->move_clock(-2 * 3600);
  }
  world.run_for(24 * 3600);
  for (unsigned k = 0; k < 4; ++k) expect_all_rows(world, k, kStartS + 20 * 3600);
  EXPECT_GT(world.count(&dcu::app::Counters::reread), 0u);
}

TEST(Collect, AClockSetForwardLosesNoRow) {
  World world({.change = [](Commission& c) { c.parameters.clock_threshold_s = 90'000; }});
  world.run_for(6 * 3600 + 200);
  for (auto& meter : world.meters) {
    meter->live_until(world.now_s());
    meter->move_clock(3 * 3600);
  }
  world.run_for(24 * 3600);
  for (unsigned k = 0; k < 4; ++k) expect_all_rows(world, k, kStartS + 24 * 3600);
}

TEST(Collect, AClockThatIsOffIsCorrectedOnce) {
  World world({});
  world.meters[0]->clock_offset_s = 40;
  world.run_for(3 * 3600);
  EXPECT_EQ(world.meters[0]->shifts, 1);
  EXPECT_LE(std::abs(world.meters[0]->clock_offset_s), 1);
  EXPECT_EQ(world.meters[1]->shifts, 0);
}

// The answer to a shift is lost: the clock tells whether it was done.
TEST(Collect, AShiftIsNotDoneTwice) {
  World world({});
  FakeMeter& meter = *world.meters[0];
  meter.clock_offset_s = 40;
  world.run_for(3590);
  for (int k = 0; k < 3000; ++k) {
    world.run_for(1);
    meter.forgets_answers = meter.shifts == 1 && k < 1500;
  }
  EXPECT_EQ(meter.shifts, 1);
  EXPECT_LE(std::abs(meter.clock_offset_s), 1);
}

TEST(Collect, TheOrderOfMetersTurnsRoundEveryDay) {
  World world({.meters = 6, .change = [](Commission& c) { c.parameters.sessions_max = 1; }});
  const auto order_of_day = [&](int day) {
    world.run_until(kStartS + day * 86'400 + 4 * 3600);
    world.started.clear();
    world.run_for(1800);
    std::vector<MeterIndex> order;
    for (const auto& [meter, job] : world.started) {
      if (job == "loadProfile") order.push_back(meter);
    }
    return order;
  };
  const std::vector<MeterIndex> first = order_of_day(0);
  std::vector<MeterIndex> second = order_of_day(1);
  ASSERT_EQ(first.size(), 6u);
  std::reverse(second.begin(), second.end());
  EXPECT_EQ(first, second);
}

TEST(Collect, SessionsAtOnceAreBounded) {
  World world({.meters = 12, .change = [](Commission& c) { c.parameters.sessions_max = 3; }});
  world.run_for(5 * 3600);
  for (unsigned k = 0; k < 12; ++k) expect_all_rows(world, k, kStartS + 4 * 3600);
}

TEST(Collect, ASpontaneousEventIsAnAlarmOnce) {
  World world({});
  world.run_for(60);
  const Octets apdu = world.meters[1]->spontaneous(68);
  world.inject(1, 3, apdu);
  world.inject(1, 3, apdu);  // a replay
  Octets damaged = world.meters[1]->spontaneous(62);
  damaged.back() ^= 1;
  world.inject(1, 3, damaged);
  world.run_for(60);
  EXPECT_EQ(world.count(&dcu::app::Counters::alarms), 1u);
  EXPECT_EQ(world.count(&dcu::app::Counters::alarms_dropped), 2u);
  unsigned alarms = 0;
  for (const auto& message : world.head_end.reports) {
    const auto& report = std::get<protocol::p32::Report>(message.body);
    if (report.kind() == ReportKind::alarms) ++alarms;
  }
  EXPECT_EQ(alarms, 1u);
}

}  // namespace
}  // namespace dcu_test
