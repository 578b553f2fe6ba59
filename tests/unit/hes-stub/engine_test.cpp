// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hes-stub/engine_fixture.hpp"

namespace hes {
namespace {

using hes_test::fake_inventory;
using hes_test::fake_type;
using hes_test::kFebruary;
using hes_test::Octets;
using hes_test::Recorder;
using hes_test::row;
using hes_test::World;

TEST_F(EngineTest, PushesAreStoredWithoutAnAssociation) {
  start();
  const ConnectionId line = world_->connect(0);
  world_->live(0, line, 6, hes_test::kAll);
  world_->run_for_s(6 * 3600 + 120);
  EXPECT_EQ(store_->rows(), 24u);
  EXPECT_EQ(seen_.rows, 24);
  EXPECT_EQ(missing(0, 6), 0u);
  EXPECT_EQ(counters().pushes, 6u);
  EXPECT_GE(counters().heartbeats, 72u);
  EXPECT_EQ(counters().associations, 0u);
  EXPECT_EQ(seen_.opened, 1);
  EXPECT_EQ(seen_.count(MessageKind::push), 6u);
}

TEST_F(EngineTest, ALostPushIsPulledByRange) {
  start();
  const ConnectionId line = world_->connect(0);
  world_->live(0, line, 8, [](int hour) { return hour != 2 && hour != 5; });
  world_->run_for_s(8 * 3600 + 3600);
  EXPECT_EQ(missing(0, 8), 0u);
  EXPECT_EQ(store_->rows(), 32u);
  EXPECT_EQ(store_->duplicates(), 0u);
  EXPECT_EQ(counters().pulls, 2u);
  EXPECT_EQ(seen_.count(MessageKind::pull), 2u);
  EXPECT_GT(seen_.count(MessageKind::association), 0u);
}

TEST_F(EngineTest, ALongGapComesInPartsThroughBlockTransfer) {
  config_.max_rows_per_pull = 48;
  start();
  const ConnectionId line = world_->connect(0);
  world_->live(0, line, 30, hes_test::kNone);
  world_->run_for_s(33 * 3600);
  EXPECT_EQ(missing(0, 30), 0u);
  EXPECT_EQ(store_->rows(), 120u);
}

TEST_F(EngineTest, APushThatWasPulledMeanwhileIsADuplicate) {
  start();
  const ConnectionId line = world_->connect(0);
  std::vector<Octets> queue;
  hes_test::FakeMeter& meter = *world_->meters[0];
  for (const Row& r : hes_test::quarters(kFebruary + 900, 8)) meter.rows.push_back(r);
  queue.push_back(meter.push(0, 4));
  queue.push_back(meter.push(4, 4));
  world_->at((kFebruary + 5 * 3600) * kNsPerSecond, [&] {
    for (const Octets& message : queue) world_->send_up(line, message);
  });
  for (int i = 1; i < 70; ++i) {
    world_->at((kFebruary + 300 * i) * kNsPerSecond,
               [&] { world_->send_up(line, meter.heartbeat()); });
  }
  world_->run_for_s(5 * 3600 + 30);
  EXPECT_EQ(store_->rows(), 8u);
  EXPECT_EQ(store_->duplicates(), 8u);
  EXPECT_EQ(seen_.rows, 8);
}

// The part that is missing is empty, and the meter has not passed it for all we know: asked again
// without an end, its later rows say that it has.
TEST_F(EngineTest, RowsThatTheMeterDoesNotHaveAreAskedForUntilItHasPassedThem) {
  start();
  const ConnectionId line = world_->connect(0);
  hes_test::FakeMeter& meter = *world_->meters[0];
  // Without power from 01:00 to 02:00; it pushes at 01:01, 03:01, 04:01.
  std::vector<Row> written = hes_test::quarters(kFebruary + 900, 16);
  written.erase(written.begin() + 4, written.begin() + 8);
  meter.rows = written;
  for (const std::size_t hour : {1, 3, 4}) {
    world_->at((kFebruary + 3600 * static_cast<int>(hour) + 60) * kNsPerSecond,
               [&, hour] { world_->send_up(line, meter.push(hour == 1 ? 0 : 4 * (hour - 2), 4)); });
  }
  for (int i = 1; i < 60; ++i) {
    world_->at((kFebruary + 300 * i) * kNsPerSecond,
               [&] { world_->send_up(line, meter.heartbeat()); });
  }
  world_->run_for_s(5 * 3600);
  EXPECT_EQ(counters().pulls, 2u);
  EXPECT_EQ(store_->rows(), 12u);
  const auto runs = store_->missing(0, kFebruary, kFebruary + 4 * 3600);
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_TRUE(runs[0].asked);
  EXPECT_EQ(runs[0].count, 4u);
}

TEST_F(EngineTest, AReplayedPushIsRefused) {
  start();
  const ConnectionId line = world_->connect(0);
  hes_test::FakeMeter& meter = *world_->meters[0];
  meter.rows = hes_test::quarters(kFebruary + 900, 8);
  const Octets first = meter.push(0, 4);
  const Octets second = meter.push(4, 4);
  world_->send_up(line, first);
  world_->send_up(line, first);
  world_->send_up(line, second);
  world_->send_up(line, first);
  world_->run_for_s(10);
  EXPECT_EQ(counters().replayed, 2u);
  EXPECT_EQ(store_->rows(), 8u);
  EXPECT_EQ(store_->duplicates(), 0u);
  // Also after a restart of the head-end.
  restart();
  const ConnectionId again = world_->connect(0);
  world_->send_up(again, second);
  world_->run_for_s(10);
  EXPECT_EQ(counters().replayed, 1u);
}

TEST_F(EngineTest, APushWithForeignKeysOrOfAnotherMeterIsDropped) {
  start(2);
  const ConnectionId line = world_->connect(0);
  world_->meters[1]->rows = hes_test::quarters(kFebruary + 900, 4);
  world_->send_up(line, world_->meters[1]->push(0, 4));
  world_->meters[0]->rows = world_->meters[1]->rows;
  Octets forged = world_->meters[0]->push(0, 4);
  forged.back() ^= 1;
  world_->send_up(line, forged);
  world_->run_for_s(10);
  EXPECT_EQ(counters().foreign, 1u);
  EXPECT_EQ(counters().not_authentic, 1u);
  EXPECT_EQ(store_->rows(), 0u);
  // A forged push must not move the counter.
  world_->send_up(line, world_->meters[0]->push(0, 4));
  world_->run_for_s(10);
  EXPECT_EQ(store_->rows(), 4u);
}

TEST_F(EngineTest, ANewerConnectionReplacesTheOlder) {
  start();
  const ConnectionId older = world_->connect(0);
  world_->run_for_s(5);
  const ConnectionId newer = world_->connect(0);
  world_->run_for_s(15);
  ASSERT_EQ(world_->closed_by_head_end.size(), 1u);
  EXPECT_EQ(world_->closed_by_head_end[0], older);
  EXPECT_EQ(world_->line.count(newer), 1u);
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(seen_.opened, 2);
  EXPECT_EQ(seen_.closed, 1);
}

TEST_F(EngineTest, SilentAndUnknownConnectionsAreClosed) {
  start();
  world_->connect(0);
  world_->connect_silently(0);
  const ConnectionId stranger = world_->connect_silently(0);
  world_->send_up(stranger, hes_test::FakeMeter(77).announce());
  world_->run_for_s(10);
  EXPECT_EQ(counters().unknown_title, 1u);
  EXPECT_EQ(world_->closed_by_head_end.size(), 1u);
  world_->run_for_s(config_.announce_timeout_s + 1);
  EXPECT_EQ(world_->closed_by_head_end.size(), 2u);
  world_->run_for_s(config_.heartbeat_timeout_s + 1);
  EXPECT_EQ(world_->closed_by_head_end.size(), 3u);
  EXPECT_EQ(head_end_->engine().connections(), 0u);
}

TEST_F(EngineTest, ClosingAndClockAreReadOnceADayAfterMidnight) {
  start(3);
  std::vector<ConnectionId> lines;
  for (std::size_t m = 0; m < 3; ++m) {
    lines.push_back(world_->connect(m));
    world_->meters[m]->clock_offset_s = 5 + static_cast<int>(m);
    world_->live(m, lines[m], 52, hes_test::kAll);
    for (const std::int64_t day : {0, 1, 2}) {
      // Local midnight in winter is 23:00 UTC.
      world_->at((kFebruary + 86'400 * day + 23 * 3600) * kNsPerSecond, [this, m, day] {
        world_->meters[m]->closings.push_back(
            row(kFebruary + 86'400 * day + 23 * 3600, 1000 * day));
      });
    }
  }
  world_->run_for_s(52 * 3600);
  EXPECT_EQ(seen_.closings, 6);
  EXPECT_EQ(seen_.count(MessageKind::closing), 6u);
  ASSERT_EQ(seen_.deviations.size(), 6u);
  for (const UtcNs deviation : seen_.deviations) {
    EXPECT_GE(deviation, 4 * kNsPerSecond);
    EXPECT_LE(deviation, 8 * kNsPerSecond);
  }
  EXPECT_EQ(world_->meters[0]->shifts, 0);  // not told to correct
}

TEST_F(EngineTest, TheClockIsCorrectedOnlyWhenToldAndBeyondTheThreshold) {
  config_.clock_correct = true;
  start(2);
  world_->meters[0]->clock_offset_s = 100;
  world_->meters[1]->clock_offset_s = 10;
  for (std::size_t m = 0; m < 2; ++m) world_->live(m, world_->connect(m), 27, hes_test::kAll);
  world_->run_for_s(27 * 3600);
  EXPECT_EQ(world_->meters[0]->shifts, 1);
  EXPECT_NEAR(static_cast<double>(world_->meters[0]->clock_offset_s), 0.0, 2.0);
  EXPECT_EQ(world_->meters[1]->shifts, 0);
}

TEST_F(EngineTest, ATypeWithoutTemplateIsLearntAndItsPushesAreKept) {
  start(3, false);
  for (std::size_t m = 0; m < 3; ++m) world_->live(m, world_->connect(m), 4, hes_test::kAll);
  world_->run_for_s(4 * 3600 + 600);
  EXPECT_EQ(store_->rows(), 48u);
  EXPECT_EQ(seen_.count(MessageKind::learn), 1u);
  const auto types = store_->load_types();
  ASSERT_EQ(types.size(), 1u);
  EXPECT_EQ(to_json(types[0]).size(), to_json(fake_type()).size() + 5);  // "learnt", "1"
  EXPECT_EQ(types[0].profile(kLoadProfile)->columns[2].unit, 30);
}

TEST_F(EngineTest, TheStoreIsCommittedOnceAMinuteAndOnlyWhenThereIsSomething) {
  start(20);
  const std::uint64_t before = store_->commits();
  for (std::size_t m = 0; m < 20; ++m) world_->live(m, world_->connect(m), 3, hes_test::kAll);
  world_->run_for_s(3 * 3600 + 300);
  EXPECT_EQ(store_->rows(), 240u);
  EXPECT_GT(store_->commits(), before);
  EXPECT_LE(store_->commits() - before, 8u);  // start, connections, three pushes' minutes
}

TEST_F(EngineTest, OnlySoManyMetersAreServedAtOnce) {
  config_.max_sessions = 4;
  start(30);
  for (std::size_t m = 0; m < 30; ++m) world_->live(m, world_->connect(m), 6, hes_test::kNone);
  world_->run_for_s(8 * 3600);
  for (MeterIndex m = 0; m < 30; ++m) EXPECT_EQ(missing(m, 6), 0u) << m;
  EXPECT_EQ(counters().gave_up, 0u);
}

TEST_F(EngineTest, AMeterThatDoesNotAnswerIsTriedAgainAndThenLeftAlone) {
  start();
  const ConnectionId line = world_->connect(0);
  world_->live(0, line, 10, hes_test::kNone);
  world_->meters[0]->deaf = true;
  world_->run_for_s(4 * 3600);
  EXPECT_GE(counters().timeouts, 3u);
  EXPECT_LE(counters().timeouts, 30u);
  EXPECT_GE(counters().gave_up, 1u);
  world_->meters[0]->deaf = false;
  world_->run_for_s(8 * 3600);
  EXPECT_EQ(missing(0, 10), 0u);
}

TEST_F(EngineTest, AMeterThatRefusesItsProfileIsAskedAtTheNextCheckNotAtOnce) {
  start();
  world_->live(0, world_->connect(0), 6, hes_test::kNone);
  world_->meters[0]->refuses_rows = true;
  world_->run_for_s(5 * 3600);
  EXPECT_LE(world_->meters[0]->gets, 40);
  EXPECT_GE(world_->meters[0]->gets, 4);
  EXPECT_EQ(counters().gave_up, 0u);
  world_->meters[0]->refuses_rows = false;
  world_->run_for_s(4 * 3600);
  EXPECT_EQ(missing(0, 6), 0u);
}

// The clock is an hour ahead and set right at 02:05; the push of the stamps that come again is
// lost. No stamp is missing, and still rows are.
TEST_F(EngineTest, AfterAClockSetBackTheStampsLivedTwiceAreLookedAt) {
  start();
  const ConnectionId line = world_->connect(0);
  hes_test::FakeMeter& meter = *world_->meters[0];
  meter.clock_offset_s = 3600;
  meter.rows = hes_test::quarters(kFebruary + 900, 12);  // 00:15 to 03:00, by 02:00
  std::vector<Row> again = hes_test::quarters(kFebruary + 9 * 900, 8, 500);  // 02:15 to 04:00
  again[0].status = 0x20;
  const auto at = [this](std::int64_t s, std::function<void()> action) {
    world_->at((kFebruary + s) * kNsPerSecond, std::move(action));
  };
  at(7260, [&] { world_->send_up(line, meter.push(0, 12)); });
  at(7500, [&] {
    head_end_->submit(order(OrderKind::clock_set));
    head_end_->deliver(world_->now);
  });
  at(10'801, [&] {
    meter.rows.insert(meter.rows.end(), again.begin(), again.begin() + 4);
    static_cast<void>(meter.push(12, 4));  // lost
  });
  at(14'401, [&] {
    meter.rows.insert(meter.rows.end(), again.begin() + 4, again.end());
    world_->send_up(line, meter.push(16, 4));
  });
  for (int i = 1; i < 100; ++i) at(300 * i, [&] { world_->send_up(line, meter.heartbeat()); });
  world_->run_for_s(6 * 3600);
  EXPECT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(store_->rows(), 20u);
  // Four of the late first push, pulled before; six stamps of the second look were known.
  EXPECT_EQ(store_->duplicates(), 10u);
  std::vector<Row> stored;
  store_->for_each_row(0, store_->profile(kLoadProfile),
                       [&](const Row& r, unsigned) { stored.push_back(r); });
  ASSERT_EQ(stored.size(), meter.rows.size());
  for (std::size_t i = 0; i < stored.size(); ++i) {
    EXPECT_TRUE(same_capture(stored[i], meter.rows[i])) << i;
  }
  world_->run_for_s(3600);
  EXPECT_EQ(store_->duplicates(), 10u);  // looked at once
}

}  // namespace
}  // namespace hes
