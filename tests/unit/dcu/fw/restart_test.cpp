// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/rigs/base_node/network.hpp"

namespace {

using dcu::fw::NodeState;
using fake::kMinute;
using fake::kSecond;
using fake::Link;
using fake::Network;
using fake::two_rings;

// Each meter connected, and both ends of every connection mean the same meter.
void expect_sound(Network& n) {
  EXPECT_EQ(n.connected(), n.meters.size()) << n.replay();
  EXPECT_EQ(n.base.joined.size(), n.meters.size()) << n.replay();
  std::uint32_t number = 5000;
  for (fake::MeterEnd& meter : n.meters) n.base.send(meter.eui48(), ++number, 100);
  n.channel.run_for(2 * kMinute);
  number = 5000;
  for (fake::MeterEnd& meter : n.meters) {
    EXPECT_EQ(std::ranges::count(meter.received, ++number), 1)
        << "known to have come: " << n.base.sent[number] << "; " << n.replay();
  }
}

void restart(Network& n, std::int64_t off_us, std::uint64_t seed) {
  n.base.power_off();
  n.channel.run_for(off_us);
  n.base.power_on(seed);
}

TEST(Restart, EveryMeterFindsBackWhenTheBaseNodeForgotThem) {
  const std::uint64_t seed = fake::test_seed(21);
  for (const std::int64_t off_us : {std::int64_t{0}, 100'000l, 2 * kSecond, 10 * kMinute}) {
    Network n(seed, 24);
    two_rings(n, 14, 20);
    n.power_on();
    ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
    const std::int64_t before = n.channel.now_us();
    restart(n, off_us, seed + 1);
    EXPECT_EQ(n.base.joined.size(), 0u);
    EXPECT_TRUE(n.run_until_connected(20 * kMinute))
        << n.connected() << " after " << off_us << "; " << n.replay();
    std::printf("off for %.1f s: all back %.1f s later\n", static_cast<double>(off_us) / 1e6,
                static_cast<double>(n.channel.now_us() - before - off_us) / 1e6);
    expect_sound(n);
  }
}

// Without the quiet frames a node may keep its beacons, if they come at the same time of the
// frame: what it says then tells it.
TEST(Restart, WithoutQuietFramesTheyAreToldWhenTheySpeak) {
  const std::uint64_t seed = fake::test_seed(22);
  dcu::fw::Config config;
  config.quiet_frames = 0;
  config.alive_time_code = 1;  // 64 s
  Network n(seed, 12, config);
  two_rings(n, 12, 0);
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  // Exactly three frames off: the beacons go on where they were expected.
  protocol::prime::FrameTime frame;
  ASSERT_TRUE(n.base.station().frame_time(frame));
  n.channel.run_until(frame.start_us + protocol::prime::kFrameUs - 1000);
  n.base.power_off();
  n.channel.run_until(frame.start_us + 4 * protocol::prime::kFrameUs);
  n.base.power_on(seed + 1);
  for (fake::MeterEnd& meter : n.meters) meter.send(100 + meter.station().number(), 50);
  n.channel.run_for(10 * kMinute);
  EXPECT_GT(n.base.node().counters().stray, 0u) << "they all noticed: nothing was tested";
  expect_sound(n);
}

TEST(Restart, InTheMiddleOfTransfersNothingIsDeliveredTwice) {
  const std::uint64_t seed = fake::test_seed(23);
  Network n(seed, 12);
  two_rings(n, 8, 50);
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  for (int round = 0; round < 3; ++round) {
    for (unsigned i = 0; i < 12; ++i) {
      n.base.send(n.meters[i].eui48(), 100u * static_cast<unsigned>(round) + i + 1, 900);
      n.meters[i].send(1'000'000 + 100u * static_cast<unsigned>(round) + i, 900);
    }
    n.channel.run_for(2 * kSecond);
    restart(n, kSecond, seed + 1 + static_cast<unsigned>(round));
    ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.connected() << "; " << n.replay();
  }
  n.channel.run_for(kMinute);
  for (fake::MeterEnd& meter : n.meters) {
    auto numbers = meter.received;
    std::ranges::sort(numbers);
    EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end()) << n.replay();
    auto at_base = n.base.received[meter.eui48()];
    std::ranges::sort(at_base);
    EXPECT_EQ(std::ranges::adjacent_find(at_base), at_base.end()) << n.replay();
    for (const auto& [number, delivered] : meter.sent) {
      if (delivered) {
        EXPECT_TRUE(std::ranges::binary_search(at_base, number)) << n.replay();
      }
    }
    EXPECT_LE(meter.buffers_out(), 2u) << "buffers leak";
  }
}

TEST(Vanished, TheNodesOfADeadSwitchComeBackThroughAnother) {
  const std::uint64_t seed = fake::test_seed(24);
  dcu::fw::Config config;
  config.alive_time_code = 3;  // 256 s
  Network n(seed, 16, config);
  two_rings(n, 10, 10);
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  std::vector<unsigned> switches;
  for (unsigned i = 0; i < 10; ++i) {
    if (n.base.view(n.meters[i].eui48()).children > 0) switches.push_back(i);
  }
  ASSERT_FALSE(switches.empty());
  for (const unsigned dead : switches) n.meters[dead].power_off();
  const std::int64_t cut = n.channel.now_us();
  const auto alive = 16 - static_cast<unsigned>(switches.size());
  const bool back = n.channel.run_until(cut + 30 * kMinute, [&] {
    return n.channel.now_us() > cut + 2 * kMinute && n.connected() == alive;
  });
  EXPECT_TRUE(back) << n.connected() << " of " << alive << "; " << n.replay();
  std::printf("%zu switches dead: %u back after %.1f s\n", switches.size(), alive,
              static_cast<double>(n.channel.now_us() - cut) / 1e6);
  n.channel.run_for(10 * kMinute);
  for (const unsigned dead : switches) {
    EXPECT_EQ(n.base.view(n.meters[dead].eui48()).state, NodeState::disconnected) << n.replay();
  }
  EXPECT_EQ(n.connected(), alive) << n.replay();

  for (const unsigned dead : switches) n.meters[dead].power_on();
  EXPECT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  expect_sound(n);
}

TEST(Vanished, AMeterThatComesAndGoesIsNeverTwoMeters) {
  const std::uint64_t seed = fake::test_seed(25);
  Network n(seed, 10);
  two_rings(n, 10, 30);
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  rigs::Draws random(seed);
  for (int round = 0; round < 30; ++round) {
    fake::MeterEnd& meter = n.meters[random.below(10)];
    meter.power_off();
    n.channel.run_for(random.below(40) * kSecond);
    meter.power_on();
    n.channel.run_for(random.below(60) * kSecond);
  }
  EXPECT_TRUE(n.run_until_connected(20 * kMinute)) << n.connected() << "; " << n.replay();
  expect_sound(n);
  EXPECT_EQ(n.base.unknown, 0u);
}

}  // namespace
