// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Pushes from the meter through flash to the head-end, whatever fails in between.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/rigs/cm1/world.hpp"

namespace cm1::fw::test {
namespace {

Octets push(std::uint8_t number, std::size_t n = 300) {
  Octets octets(n, number);
  octets[0] = 0xDB;
  return octets;
}

// The pushes among what the head-end got, repeated ones once, in the order they first came.
std::vector<int> numbers(const World& world) {
  std::vector<int> all;
  for (const Received& message : world.received) {
    if (message.apdu[0] != 0xDB) continue;
    const int number = message.apdu[1];
    if (std::find(all.begin(), all.end(), number) == all.end()) all.push_back(number);
  }
  return all;
}

std::vector<int> upto(int n) {
  std::vector<int> all;
  for (int i = 1; i <= n; ++i) all.push_back(i);
  return all;
}

class PushTest : public testing::Test {
 protected:
  void start() {
    world_.commission(world_.provision);
    world_.power_on();
  }
  void start_connected() {
    start();
    world_.run_for(60 * kSecond);
    ASSERT_TRUE(world_.module().uplink().connected());
  }
  World world_;
};

TEST_F(PushTest, PassesThroughUnchangedOnThePushPorts) {
  start_connected();
  world_.meter.pushes = {push(1, 700)};
  world_.run_for(900 * kSecond);
  ASSERT_EQ(numbers(world_), upto(1));
  const auto message = std::find_if(world_.received.begin(), world_.received.end(),
                                    [](const Received& m) { return m.apdu[0] == 0xDB; });
  EXPECT_EQ(message->apdu, push(1, 700));
  EXPECT_EQ(message->source, 1);
  EXPECT_EQ(message->destination, 102);
  EXPECT_EQ(world_.module().queue().waiting(), 0u);
  EXPECT_EQ(world_.meter.handed_over.size(), 1u);
}

TEST_F(PushTest, PollsOnItsGridByTheMetersClock) {
  world_.run_until(400 * kSecond);  // started at any moment
  world_.meter.utc_at_boot_s = 1'767'225'600 + 123;
  start_connected();
  world_.meter.polls.clear();
  world_.run_for(2 * kHour);
  ASSERT_EQ(world_.meter.polls.size(), 8u);
  for (const auto& [at_us, client] : world_.meter.polls) {
    EXPECT_EQ(client, 102);
    const std::int64_t utc_us = world_.meter.utc_at_boot_s * kSecond + at_us;
    const std::int64_t phase_us = utc_us % (900 * kSecond) - 30 * kSecond;
    EXPECT_GE(phase_us, -kSecond);  // the meter's clock is read to the second
    EXPECT_LE(phase_us, 2 * kSecond);
  }
}

TEST_F(PushTest, PollsByUptimeWhenTheClockCannotBeRead) {
  world_.meter.clock_known = false;
  start_connected();
  world_.meter.polls.clear();
  world_.run_until(kHour);
  ASSERT_EQ(world_.meter.polls.size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) {
    const double due_us = 930e6 + 900e6 * static_cast<double>(i);
    EXPECT_NEAR(static_cast<double>(world_.meter.polls[i].first), due_us, 1e6);
  }
}

TEST_F(PushTest, TakesEverythingTheMeterHasAtOnce) {
  start_connected();
  for (std::uint8_t i = 1; i <= 10; ++i) world_.meter.pushes.push_back(push(i));
  world_.run_until(960 * kSecond);
  EXPECT_EQ(numbers(world_), upto(10));
  EXPECT_TRUE(world_.meter.pushes.empty());
}

TEST_F(PushTest, RequestsGoBetweenPushes) {
  start_connected();
  for (std::uint8_t i = 1; i <= 20; ++i) world_.meter.pushes.push_back(push(i, 900));
  world_.run_until(900 * kSecond);
  world_.associate(world_.head_end_socket(), 1);
  world_.run_until(932 * kSecond);
  const std::size_t before = world_.meter.handed_over.size();
  world_.deliver_message(world_.head_end_socket(), 1, 1, {0xC0, 0x01});
  world_.run_for(5 * kSecond);
  EXPECT_LT(world_.meter.handed_over.size(), 20u) << before;
  const bool answered = std::any_of(world_.received.begin(), world_.received.end(),
                                    [](const Received& m) { return m.apdu[0] == 0xC0; });
  EXPECT_TRUE(answered);
  world_.run_for(60 * kSecond);
  EXPECT_EQ(numbers(world_), upto(20));
}

// What the far end has not acknowledged is still there after a restart; what it has is not.
TEST_F(PushTest, fault_28_the_cursor_moves_with_the_acknowledgement_and_is_saved) {
  start_connected();
  for (std::uint8_t i = 1; i <= 3; ++i) world_.meter.pushes.push_back(push(i));
  world_.acknowledges = false;
  world_.run_until(960 * kSecond);
  ASSERT_EQ(world_.module().queue().in_flight(), 3u);
  ASSERT_TRUE(world_.meter.pushes.empty());
  world_.power_off();
  world_.received.clear();
  world_.acknowledges = true;
  world_.power_on();
  world_.run_for(120 * kSecond);
  EXPECT_EQ(numbers(world_), upto(3));
  EXPECT_EQ(world_.module().queue().waiting(), 0u);
  world_.power_off();
  world_.received.clear();
  world_.power_on();
  world_.run_for(120 * kSecond);
  EXPECT_TRUE(numbers(world_).empty());
}

// The meter lets go of a push when it is in flash, not when it is asked for.
TEST_F(PushTest, fault_28_the_meter_keeps_what_the_flash_does_not_have) {
  start_connected();
  world_.meter.pushes.push_back(push(1));
  world_.cut_power_after_writes(1);
  world_.run_until(960 * kSecond);
  ASSERT_FALSE(world_.powered());
  EXPECT_EQ(world_.meter.pushes.size(), 1u);
  world_.power_on();
  world_.run_for(1000 * kSecond);
  EXPECT_EQ(numbers(world_), upto(1));
}

TEST_F(PushTest, WaitsInFlashThroughANetworkLossAndArrivesInOrderOnce) {
  start_connected();
  world_.cell = false;
  world_.close_from_far_end(world_.head_end_socket(), CM1_CLOSED_NETWORK);
  for (std::uint8_t i = 1; i <= 8; ++i) {
    world_.meter.pushes.push_back(push(i));
    world_.run_for(900 * kSecond);
  }
  EXPECT_TRUE(numbers(world_).empty());
  EXPECT_EQ(world_.module().queue().waiting(), 8u);
  EXPECT_TRUE(world_.meter.pushes.empty());
  world_.cell = true;
  world_.run_for(1300 * kSecond);
  EXPECT_EQ(numbers(world_), upto(8));
  const auto repeats = std::count_if(world_.received.begin(), world_.received.end(),
                                     [](const Received& m) { return m.apdu[0] == 0xDB; });
  EXPECT_EQ(repeats, 8);
  EXPECT_EQ(world_.module().queue().waiting(), 0u);
}

TEST_F(PushTest, WhatWasNotAcknowledgedIsSentAgainOnTheNextConnection) {
  start_connected();
  world_.acknowledges = false;
  world_.meter.pushes = {push(1), push(2)};
  world_.run_until(940 * kSecond);
  EXPECT_EQ(world_.module().queue().in_flight(), 2u);
  EXPECT_EQ(world_.module().queue().waiting(), 2u);
  world_.close_from_far_end(world_.head_end_socket(), CM1_CLOSED_TIMEOUT);
  world_.acknowledges = true;
  world_.run_for(30 * kSecond);
  EXPECT_EQ(numbers(world_), upto(2));
  EXPECT_EQ(world_.module().queue().waiting(), 0u);
}

TEST_F(PushTest, ATooSmallStackIsFilledAgainAsItDrains) {
  start_connected();
  world_.stack_octets = 700;
  for (std::uint8_t i = 1; i <= 12; ++i) world_.meter.pushes.push_back(push(i));
  world_.run_until(1000 * kSecond);
  EXPECT_EQ(numbers(world_), upto(12));
}

TEST_F(PushTest, AFullRingGivesUpTheOldestAndCounts) {
  start_connected();
  world_.cell = false;
  world_.close_from_far_end(world_.head_end_socket(), CM1_CLOSED_NETWORK);
  // 31 pages hold four of 900 octets each.
  for (int i = 1; i <= 200; ++i) {
    world_.meter.pushes.push_back(push(static_cast<std::uint8_t>(i), 900));
  }
  world_.run_for(1500 * kSecond);
  const PushQueue& queue = world_.module().queue();
  EXPECT_GE(queue.waiting(), 30u * 4u - 3u);
  EXPECT_LE(queue.waiting(), 31u * 4u);
  EXPECT_EQ(queue.waiting() + queue.dropped(), 200u);
  const auto dropped = static_cast<int>(queue.dropped());
  world_.cell = true;
  world_.run_for(kHour);
  const std::vector<int> got = numbers(world_);
  ASSERT_EQ(got.size(), static_cast<std::size_t>(200 - dropped));
  EXPECT_EQ(got.front(), dropped + 1);
  EXPECT_EQ(got.back(), 200);
  EXPECT_TRUE(std::is_sorted(got.begin(), got.end()));
  // A day of hourly pushes later every page was used about as often as the others.
  for (std::size_t page = 1; page < CM1_FLASH_PAGES; ++page) EXPECT_LE(world_.erases[page], 3);
}

TEST_F(PushTest, SurvivesAPowerCutWithTheNetworkDown) {
  world_.cell = false;
  start();
  for (std::uint8_t i = 1; i <= 5; ++i) world_.meter.pushes.push_back(push(i));
  world_.run_for(1000 * kSecond);
  EXPECT_EQ(world_.module().queue().waiting(), 5u);
  world_.power_off();
  world_.meter.restart();
  world_.run_for(3600 * kSecond);
  world_.cell = true;
  world_.power_on();
  EXPECT_EQ(world_.module().queue().waiting(), 5u);
  world_.run_for(60 * kSecond);
  EXPECT_EQ(numbers(world_), upto(5));
}

// The supply goes in the middle of the n-th flash write, for every n until the day completes
// without a cut: no push is lost, none comes out of order, none damaged.
TEST_F(PushTest, APowerCutInAnyFlashWriteLosesNothing) {
  bool cut = true;
  int n = 1;
  for (; cut; ++n) {
    ASSERT_LT(n, 500);
    World world(static_cast<std::uint64_t>(n));
    world.commission(world.provision);
    world.power_on();
    world.run_for(60 * kSecond);
    ASSERT_TRUE(world.powered());
    world.cut_power_after_writes(n);
    for (std::uint8_t i = 1; i <= 9; ++i) {
      world.meter.pushes.push_back(push(i, 600 + 100 * (i % 3)));
      if (i == 4 && world.powered()) {
        world.cell = false;
        const int socket = world.head_end_socket();
        if (socket != CM1_SOCKET_NONE) world.close_from_far_end(socket, CM1_CLOSED_NETWORK);
      }
      if (i == 7) world.cell = true;
      world.run_for(900 * kSecond);
    }
    cut = !world.powered();
    if (cut) {
      world.meter.restart();
      world.power_on();
    }
    world.cell = true;
    world.run_for(3600 * kSecond);
    const std::vector<int> got = numbers(world);
    ASSERT_EQ(got, upto(9)) << "cut in write " << n;
    for (const Received& message : world.received) {
      if (message.apdu[0] != 0xDB) continue;
      const int i = message.apdu[1];
      ASSERT_EQ(message.apdu, push(static_cast<std::uint8_t>(i), 600 + 100 * (i % 3)));
    }
    ASSERT_EQ(world.module().queue().waiting(), 0u) << "cut in write " << n;
  }
  EXPECT_GT(n, 30);  // four writes a push, and the pages
}

TEST_F(PushTest, AMeterThatDoesNotAnswerIsPolledAgainSoon) {
  start_connected();
  world_.meter.alive = false;
  world_.run_until(935 * kSecond);
  world_.meter.alive = true;
  world_.meter.pushes = {push(1)};
  world_.run_until(1020 * kSecond);
  EXPECT_EQ(numbers(world_), upto(1));
  EXPECT_GE(world_.module().counters().failed_polls, 1u);
}

}  // namespace
}  // namespace cm1::fw::test
