// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <optional>

#include "hes-stub/engine.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::Recorder;
using hes_test::World;

class OrdersTest : public testing::Test {
 protected:
  OrdersTest()
      : inventory_(hes_test::fake_inventory(2)),
        world_(2),
        store_(StoreOptions{":memory:", false, false}),
        head_end_(EngineConfig{}, inventory_, {hes_test::fake_type()}, store_, world_, log_,
                  random_, seen_, world_.now) {
    world_.attach(head_end_);
  }
  void submit(OrderKind kind, std::int64_t value_s = 0, UtcNs valid_until = kNever,
              UtcNs valid_from = 0) {
    Order order;
    order.meter = 0;
    order.kind = kind;
    order.value_s = value_s;
    order.valid_until = valid_until;
    order.valid_from = valid_from;
    order.attribute = {classes::Clock::kId, kClock, 2};
    head_end_.submit(order);
    head_end_.advance(world_.now);
  }
  void keep_alive(ConnectionId line, int hours) {
    for (int i = 1; i <= hours * 12; ++i) {
      world_.at(world_.now + 300 * i * kNsPerSecond,
                [this, line] { world_.send_up(line, meter().heartbeat()); });
    }
  }
  hes_test::FakeMeter& meter() { return *world_.meters[0]; }

  Inventory inventory_;
  World world_;
  Store store_;
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{7};
  Recorder seen_;
  LocalHeadEnd head_end_;
};

TEST_F(OrdersTest, ARelayOrderIsDoneAtOnceWhenTheMeterIsThere) {
  world_.connect(0);
  world_.run_for_s(30);
  submit(OrderKind::relay_open);
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_FALSE(meter().relay_closed);
  EXPECT_LE(seen_.orders[0].finished - seen_.orders[0].submitted, 30 * kNsPerSecond);
  EXPECT_GT(seen_.orders[0].first_sent, seen_.orders[0].submitted);
  submit(OrderKind::relay_close);
  world_.run_for_s(60);
  EXPECT_TRUE(meter().relay_closed);
  EXPECT_EQ(seen_.orders[1].id, 2u);
}

TEST_F(OrdersTest, AnOrderWaitsForTheMeterToConnect) {
  submit(OrderKind::relay_open);
  world_.run_for_s(3600);
  EXPECT_TRUE(seen_.orders.empty());
  world_.connect(0);
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
}

TEST_F(OrdersTest, AnOrderIsTriedAgainUntilItsTimeIsOver) {
  const ConnectionId line = world_.connect(0);
  keep_alive(line, 5);
  meter().deaf = true;
  submit(OrderKind::relay_open, 0, world_.now + 4 * 3600 * kNsPerSecond);
  world_.run_for_s(2 * 3600);
  EXPECT_TRUE(seen_.orders.empty());
  meter().deaf = false;
  world_.run_for_s(2 * 3600 + 200);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(meter().relay_actions, 1);
}

TEST_F(OrdersTest, AnOrderOutOfDateExpires) {
  submit(OrderKind::relay_open, 0, world_.now + 600 * kNsPerSecond);
  world_.run_for_s(700);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  EXPECT_EQ(seen_.orders[0].finished, World::kBegin + 600 * kNsPerSecond);
  world_.connect(0);
  world_.run_for_s(60);
  EXPECT_EQ(meter().relay_actions, 0);
}

TEST_F(OrdersTest, AnOrderDoesNotRunBeforeItsTime) {
  const ConnectionId line = world_.connect(0);
  keep_alive(line, 1);
  submit(OrderKind::relay_open, 0, kNever, world_.now + 1800 * kNsPerSecond);
  world_.run_for_s(1799);
  EXPECT_EQ(meter().relay_actions, 0);
  world_.run_for_s(60);
  EXPECT_EQ(meter().relay_actions, 1);
}

TEST_F(OrdersTest, AReconnectionBringsTheOrderAgain) {
  const ConnectionId line = world_.connect(0);
  world_.run_for_s(30);
  submit(OrderKind::relay_open);
  world_.run_for_s(2);
  world_.disconnect(line);
  world_.run_for_s(60);
  EXPECT_TRUE(seen_.orders.empty());
  world_.connect(0);
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_GE(seen_.orders[0].attempts, 1u);
}

TEST_F(OrdersTest, WhatTheMeterRefusesIsNotTriedAgain) {
  meter().refuses_relay = true;
  world_.connect(0);
  submit(OrderKind::relay_open);
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[0].access_result, protocol::cosem::AccessResult::read_write_denied);
}

TEST_F(OrdersTest, AClockShiftIsDoneOnceEvenWhenItsAnswerIsLost) {
  const ConnectionId line = world_.connect(0);
  keep_alive(line, 2);
  world_.run_for_s(30);
  // The answers are lost from the moment the shift is done until the head-end has given up once.
  submit(OrderKind::clock_shift, 37);
  while (meter().shifts == 0) {
    if (world_.now > World::kBegin + 3600 * kNsPerSecond) FAIL() << "never shifted";
    world_.run_until(world_.now + kNsPerSecond / 4);
  }
  // The answer is on the line now: cut it.
  world_.cut = true;
  world_.run_for_s(2);
  world_.cut = false;
  world_.run_for_s(3600);
  EXPECT_EQ(meter().shifts, 1);
  EXPECT_EQ(meter().clock_offset_s, 37);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_GE(seen_.orders[0].attempts, 2u);
}

TEST_F(OrdersTest, ClockSetAndRead) {
  meter().clock_offset_s = -5000;
  world_.connect(0);
  submit(OrderKind::clock_set, 37);
  submit(OrderKind::read);
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 2u);
  EXPECT_NEAR(static_cast<double>(meter().clock_offset_s), 37.0, 2.0);
  protocol::axdr::Cursor in(seen_.orders[1].data);
  const auto time = protocol::cosem::decode_date_time(in.date_time());
  ASSERT_TRUE(time.ok());
  EXPECT_NEAR(static_cast<double>(time->utc_s - kFebruary), 37.0, 30.0);
}

TEST_F(OrdersTest, NonsenseIsInvalidAtOnce) {
  submit(OrderKind::clock_shift, 0);
  submit(OrderKind::clock_shift, 901);
  Order order;
  order.meter = 99;
  head_end_.submit(order);
  head_end_.advance(world_.now);
  ASSERT_EQ(seen_.orders.size(), 3u);
  for (const OrderResult& result : seen_.orders) EXPECT_EQ(result.outcome, OrderOutcome::invalid);
}

}  // namespace
}  // namespace hes
