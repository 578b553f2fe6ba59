// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The concentrator is destroyed at drawn instants, inside store writes too, and built anew from its
// disk. Nothing is lost, and nothing comes twice under a new identity. A failing seed replays with
// --gtest_filter and the seed printed.
#include <gtest/gtest.h>

#include "tests/rigs/concentrator/world.hpp"
#include "tests/unit/dcu/app/seeds.hpp"

namespace dcu_test {
namespace {

using protocol::p32::ReportKind;
using Seen = std::vector<std::tuple<std::int64_t, std::uint64_t, unsigned>>;

template <typename Rows>
Seen seen(const Rows& rows, std::int64_t until_s) {
  Seen result;
  for (const auto& row : rows) {
    if (row.at.utc_s > until_s) continue;
    result.emplace_back(row.at.utc_s, row.values[0], row.status);
  }
  std::sort(result.begin(), result.end());
  return result;
}

void expect_complete(const World& world, std::int64_t until_s) {
  for (unsigned k = 0; k < world.meters.size(); ++k) {
    EXPECT_EQ(seen(world.reported(k, ReportKind::load_profile), until_s),
              seen(world.meters[k]->load, until_s))
        << "load profile of meter " << k;
    EXPECT_EQ(seen(world.reported(k, ReportKind::daily_closing), until_s - 12 * 3600),
              seen(world.meters[k]->daily, until_s - 12 * 3600))
        << "closings of meter " << k;
  }
  EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
}

// Most of the writes are around the collections: kills go where work is.
void live_dangerously(World& world, Draws& draws, std::int64_t until_s) {
  while (world.now_s() < until_s) {
    const std::int64_t of_run = (world.now_s() - kStartS) % (4 * 3600);
    const bool busy = of_run < 900;
    world.run_for(1 + static_cast<std::int64_t>(draws.below(busy ? 60 : 3000)));
    switch (draws.below(4)) {
      case 0:
        world.kill(1 + static_cast<std::int64_t>(draws.below(120)));
        break;
      case 1:
        world.disk.cut_at_write = world.disk.writes + 1 + draws.below(6);
        world.disk.cut_after_octets = draws.below(Disk::kPageOctets + 1);
        break;
      case 2:
        world.drop_uplink();
        break;
      default:
        break;
    }
  }
}

class CrashTest : public testing::TestWithParam<std::uint64_t> {};

TEST_P(CrashTest, NothingIsLostOrTwice) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Draws draws(seed);
  World world({.meters = 5, .disk_pages = 256, .seed = seed});
  live_dangerously(world, draws, kStartS + 26 * 3600);
  world.disk.cut_at_write = 0;
  world.run_until(kStartS + 33 * 3600);
  RecordProperty("kills", static_cast<int>(world.kills));
  EXPECT_GT(world.kills, 10u);
  expect_complete(world, kStartS + 32 * 3600);
}

INSTANTIATE_TEST_SUITE_P(Seeds, CrashTest, testing::Range<std::uint64_t>(1, 1 + seeds(24)));

// The same with a clock that is moved, so that stamps come twice.
TEST_P(CrashTest, StampsLivedTwiceSurviveToo) {
  const std::uint64_t seed = GetParam();
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Draws draws(seed + 1000);
  World world({.meters = 3, .disk_pages = 256, .seed = seed, .change = [](Commission& c) {
                 c.parameters.clock_threshold_s = 90'000;
               }});
  live_dangerously(world, draws, kStartS + 9 * 3600);
  for (auto& meter : world.meters) {
    meter->live_until(world.now_s());
    meter->move_clock(-3600 - static_cast<std::int64_t>(draws.below(3600)));
  }
  live_dangerously(world, draws, kStartS + 22 * 3600);
  world.disk.cut_at_write = 0;
  world.run_until(kStartS + 29 * 3600);
  for (unsigned k = 0; k < world.meters.size(); ++k) {
    EXPECT_EQ(seen(world.reported(k, ReportKind::load_profile), kStartS + 24 * 3600),
              seen(world.meters[k]->load, kStartS + 24 * 3600))
        << "meter " << k;
  }
}

TEST(Crash, AlarmsAreReportedOnce) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    World world({.meters = 3, .seed = seed});
    world.run_for(120);
    unsigned told = 0;
    for (int k = 0; k < 20; ++k) {
      if (!world.alive()) {
        world.run_for(60);
        continue;
      }
      const auto apdu = world.meters[1]->spontaneous(62);
      const std::uint64_t writes = world.disk.writes;
      world.inject(1, 3, apdu);
      // A meter keeps an event until the line has acknowledged it: what the concentrator had
      // stored counts, what it had not comes again.
      if (world.alive() && world.disk.writes > writes) ++told;
      world.run_for(static_cast<std::int64_t>(draws.below(4)));
      if (draws.below(3) == 0) world.kill();
      world.run_for(60);
    }
    world.run_for(1200);
    unsigned alarms = 0;
    for (const auto& message : world.head_end.reports) {
      const auto& report = std::get<p32::Report>(message.body);
      if (report.kind() != ReportKind::alarms) continue;
      for (const auto& meter : std::get<p32::MeterEventsReport>(report.body).meters) {
        alarms += static_cast<unsigned>(meter.events.size());
      }
    }
    EXPECT_EQ(alarms, told);
    EXPECT_GT(told, 5u);
  }
}

// A whole store: the oldest acknowledged rows make room, an event says so, and collection goes on.
TEST(Crash, AFullStoreDropsTheOldestAcknowledgedRows) {
  World world({.meters = 40, .disk_pages = 64, .change = [](Commission& c) {
                 c.parameters.sessions_max = 40;
               }});
  world.run_for(8 * 86'400);
  const auto rows = world.reported(3, ReportKind::load_profile);
  EXPECT_EQ(seen(rows, kStartS + 7 * 86'400), seen(world.meters[3]->load, kStartS + 7 * 86'400));
  bool said = false;
  for (const auto& message : world.head_end.reports) {
    const auto& report = std::get<p32::Report>(message.body);
    if (report.kind() != ReportKind::concentrator_events) continue;
    for (const auto& event : std::get<p32::ConcentratorEventsReport>(report.body).events) {
      said |= event.group == p32::EventGroup::standard && event.code == 4;
    }
  }
  EXPECT_TRUE(said);
}

}  // namespace
}  // namespace dcu_test
