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

// Numbers each end got at most once, and all that were acknowledged.
void expect_exact(const std::map<std::uint32_t, bool>& sent,
                  const std::vector<std::uint32_t>& received, const std::string& replay) {
  std::map<std::uint32_t, unsigned> count;
  for (const std::uint32_t number : received) ++count[number];
  for (const auto& [number, times] : count) {
    EXPECT_EQ(times, 1u) << "LSDU " << number << " twice; " << replay;
    EXPECT_TRUE(sent.contains(number)) << "LSDU " << number << " from nowhere; " << replay;
  }
  for (const auto& [number, delivered] : sent) {
    if (delivered) {
      EXPECT_TRUE(count.contains(number)) << "LSDU " << number << " lost; " << replay;
    }
  }
}

void expect_nothing_lost_or_twice(Network& n) {
  std::map<std::uint32_t, bool> up;
  std::vector<std::uint32_t> at_meters;
  std::vector<std::uint32_t> at_base;
  for (fake::MeterEnd& meter : n.meters) {
    EXPECT_EQ(meter.damaged, 0u) << n.replay();
    up.insert(meter.sent.begin(), meter.sent.end());
    at_meters.insert(at_meters.end(), meter.received.begin(), meter.received.end());
    const auto& received = n.base.received[meter.eui48()];
    at_base.insert(at_base.end(), received.begin(), received.end());
  }
  expect_exact(n.base.sent, at_meters, n.replay());
  expect_exact(up, at_base, n.replay());
  EXPECT_EQ(n.base.damaged, 0u);
  EXPECT_EQ(n.base.unknown, 0u);
}

TEST(Network, SixtyMetersRegisterAndConnect) {
  Network n(fake::test_seed(1), 60);
  n.connect_to_base(0, 60, Link{20, 1800});
  n.connect_groups(0, 60, 0, 60, Link{20, 1800});
  n.power_on();
  EXPECT_TRUE(n.run_until_connected(10 * kMinute)) << n.connected() << "; " << n.replay();
  std::printf("60 meters connected after %.1f s, %llu frames\n",
              static_cast<double>(n.channel.now_us()) / 1e6,
              static_cast<unsigned long long>(n.channel.frames()));
  EXPECT_EQ(n.base.node().registered(), 60u);
  EXPECT_EQ(n.base.node().beacon_slots(), 1u);
  for (fake::MeterEnd& meter : n.meters) {
    EXPECT_EQ(n.base.serials[meter.eui48()], meter.serial());
    EXPECT_EQ(n.base.view(meter.eui48()).level, 0);
  }
  n.base.left.clear();  // three answers to one CON_REQ_S may have been lost
  // They stay: keep-alives keep them through the windows.
  n.channel.run_for(60 * kMinute);
  EXPECT_EQ(n.connected(), 60u) << n.replay();
  EXPECT_TRUE(n.base.left.empty()) << n.replay();
}

TEST(Network, MetersOutOfReachComeInThroughSwitches) {
  Network n(fake::test_seed(2), 40);
  two_rings(n, 20, 20);
  n.power_on();
  EXPECT_TRUE(n.run_until_connected(20 * kMinute)) << n.connected() << "; " << n.replay();
  std::printf("40 meters, 20 of them far: %.1f s, %u switches, %u beacon slots\n",
              static_cast<double>(n.channel.now_us()) / 1e6, n.base.node().counters().promotions,
              n.base.node().beacon_slots());
  unsigned children = 0;
  unsigned below = 20;
  for (unsigned i = 20; i < 40; ++i) {
    const auto view = n.base.view(n.meters[i].eui48());
    EXPECT_EQ(view.level, 1) << n.replay();
    EXPECT_NE(view.sid, 0);
  }
  for (unsigned i = 0; i < 20; ++i) {
    const auto view = n.base.view(n.meters[i].eui48());
    if (view.level == 1) ++below;  // near ones may choose a switch as well
    children += view.children;
    if (view.state == NodeState::switching) {
      EXPECT_TRUE(n.meters[i].station().beaconing());
    }
  }
  EXPECT_EQ(children, below);
  EXPECT_LE(below, 23u) << n.replay();
  n.channel.run_for(60 * kMinute);
  EXPECT_EQ(n.connected(), 40u) << n.replay();
}

TEST(Network, TwoLevelsOfSwitchesIfTheyAreAllowed) {
  for (const unsigned levels : {1u, 2u}) {
    dcu::fw::Config config;
    config.max_switch_level = static_cast<std::uint8_t>(levels);
    Network n(fake::test_seed(13), 18, config);
    const Link link{10, 1800};
    n.connect_to_base(0, 6, link);
    n.connect_groups(0, 12, 0, 12, link);
    n.connect_groups(6, 18, 6, 18, link);
    n.power_on();
    n.channel.run_for(20 * kMinute);
    EXPECT_EQ(n.connected(), levels == 1 ? 12u : 18u) << n.replay();
    for (unsigned i = 0; i < 6 * (levels + 1); ++i) {
      n.base.send(n.meters[i].eui48(), i + 1, 500);
      n.meters[i].send(1'000'000 + i, 500);
      EXPECT_LE(n.base.view(n.meters[i].eui48()).level, levels);
    }
    n.channel.run_for(3 * kMinute);
    expect_nothing_lost_or_twice(n);
    const auto delivered = std::ranges::count_if(n.base.sent, [](auto& e) { return e.second; });
    EXPECT_GE(delivered, 6 * levels + 5) << n.replay();
  }
}

TEST(Network, NothingAcknowledgedIsLostAndNothingComesTwice) {
  for (const std::uint64_t seed : {3u, 4u}) {
    Network n(fake::test_seed(seed), 24);
    two_rings(n, 16, 80);
    n.power_on();
    ASSERT_TRUE(n.run_until_connected(30 * kMinute)) << n.connected() << "; " << n.replay();
    std::uint32_t number = 0;
    rigs::Draws random(seed);
    for (int round = 0; round < 12; ++round) {
      for (fake::MeterEnd& meter : n.meters) {
        if (random.chance(500)) n.base.send(meter.eui48(), ++number, 6 + random.below(1000));
        if (random.chance(300)) meter.send(1'000'000 + ++number, 6 + random.below(800));
      }
      n.channel.run_for(20 * kSecond);
    }
    n.channel.run_for(5 * kMinute);
    expect_nothing_lost_or_twice(n);
    const auto delivered = std::ranges::count_if(n.base.sent, [](auto& e) { return e.second; });
    EXPECT_GT(delivered, static_cast<long>(n.base.sent.size()) * 8 / 10) << n.replay();
    const auto counters = n.base.node().counters();
    EXPECT_GT(counters.retransmitted, 0u);
    std::printf("%zu LSDUs down, %ld delivered, %u packets again, %u repeated to us\n",
                n.base.sent.size(), static_cast<long>(delivered), counters.retransmitted,
                counters.repeated);
  }
}

TEST(Network, ManyTransfersProceedSideBySideAndAnswersComeBack) {
  Network n(fake::test_seed(5), 20);
  n.connect_to_base(0, 20, Link{10, 2000});
  n.connect_groups(0, 20, 0, 20, Link{10, 2000});
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(10 * kMinute)) << n.replay();
  for (fake::MeterEnd& meter : n.meters) meter.echo_octets = 400;
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_NE(n.base.send(n.meters[i].eui48(), i + 1, 900), dcu::fw::kNotSent);
  }
  const std::int64_t start = n.channel.now_us();
  const bool done = n.channel.run_until(start + 2 * kMinute, [&] {
    return std::ranges::all_of(n.meters, [&](fake::MeterEnd& meter) {
      return n.base.received[meter.eui48()].size() == 1;
    });
  });
  EXPECT_TRUE(done) << n.replay();
  std::printf("20 exchanges of 900 and 400 octets: %.1f s\n",
              static_cast<double>(n.channel.now_us() - start) / 1e6);
  n.channel.run_for(kMinute);
  expect_nothing_lost_or_twice(n);
}

TEST(Network, TheGatewayGoesBeforeScheduledPolls) {
  dcu::fw::Config config;
  config.concurrency = 2;
  Network n(fake::test_seed(6), 10, config);
  n.connect_to_base(0, 10, Link{0, 2000});
  n.connect_groups(0, 10, 0, 10, Link{0, 2000});
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(10 * kMinute)) << n.replay();
  std::vector<std::uint16_t> served;  // LNIDs, as their first data packet is heard
  n.channel.tap = [&](std::size_t from, std::size_t, std::vector<std::uint8_t>& mpdu) {
    protocol::Bytes packets = protocol::Bytes(mpdu).subspan(protocol::prime::kGenericHeaderOctets);
    const auto packet = protocol::prime::take_packet(packets);
    const bool generic = (mpdu[0] & 0x30) == 0;
    const bool data =
        generic && from == n.base.station().number() && packet.ok() && !packet->control;
    if (data && std::ranges::find(served, packet->lnid) == served.end()) {
      served.push_back(packet->lnid);
    }
    return true;
  };
  for (unsigned i = 0; i < 10; ++i) n.base.send(n.meters[i].eui48(), i + 1, 1000);
  n.base.send(n.meters[9].eui48(), 100, 1000, dcu::fw::Priority::high);
  n.channel.run_for(kMinute);
  ASSERT_EQ(served.size(), 10u) << n.replay();
  // The two polls under way at most go before it.
  const auto urgent = std::ranges::find(served, n.base.view(n.meters[9].eui48()).lnid);
  EXPECT_LT(urgent - served.begin(), 3) << n.replay();
  EXPECT_EQ(n.base.order_sent.size(), 11u);
}

TEST(Network, ABroadcastReachesMetersOnBothLevels) {
  Network n(fake::test_seed(7), 16);
  two_rings(n, 8, 20);
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  constexpr std::uint32_t kBroadcasts = 10;
  for (std::uint32_t number = 1; number <= kBroadcasts; ++number) {
    const auto lsdu = fake::make_lsdu(number, 100 * number);
    ASSERT_TRUE(n.base.node().broadcast(1, 3, lsdu));
    n.base.station().touched();
    n.channel.run_for(20 * kSecond);
  }
  std::size_t reached = 0;
  std::size_t reached_far = 0;
  for (unsigned i = 0; i < 16; ++i) {
    auto numbers = n.meters[i].broadcasts;
    reached += numbers.size();
    if (i >= 8) reached_far += numbers.size();
    std::ranges::sort(numbers);
    EXPECT_EQ(std::ranges::adjacent_find(numbers), numbers.end()) << "twice; " << n.replay();
    EXPECT_EQ(n.meters[i].damaged, 0u);
  }
  std::printf("%zu of 160 broadcasts arrived, %zu of 80 at far meters\n", reached, reached_far);
  EXPECT_GE(reached, 112u) << n.replay();  // unacknowledged: collisions cost some
  EXPECT_GE(reached_far, 40u) << n.replay();
}

TEST(Network, TheSameSeedGivesTheSameTrace) {
  const auto run = [](std::uint64_t seed) {
    Network n(seed, 20);
    two_rings(n, 12, 50);
    n.power_on();
    n.channel.run_for(10 * kMinute);
    for (unsigned i = 0; i < 20; ++i) n.base.send(n.meters[i].eui48(), i + 1, 500);
    n.channel.run_for(kMinute);
    return n.channel.trace_digest();
  };
  EXPECT_EQ(run(8), run(8));
  EXPECT_NE(run(8), run(9));
}

// Damage on the way: as if lost, but counted.
TEST(Network, DamagedFramesAreCountedAndTheDataStaysWhole) {
  const std::uint64_t seed = fake::test_seed(10);
  Network n(seed, 10);
  n.connect_to_base(0, 10, Link{0, 2000});
  n.connect_groups(0, 10, 0, 10, Link{0, 2000});
  rigs::Draws random(seed);
  std::uint32_t damaged_to_base = 0;
  n.channel.tap = [&](std::size_t, std::size_t to, std::vector<std::uint8_t>& mpdu) {
    if (!random.chance(100)) return true;
    // Behind the eight octets a modem looks at, so that it wakes its MAC.
    const auto at = 8 + random.below(static_cast<std::uint32_t>(mpdu.size() - 8));
    mpdu[at] ^= static_cast<std::uint8_t>(1 + random.below(255));
    const bool uplink =
        (mpdu[0] & 0x30) == 0x10 || ((mpdu[0] & 0x30) == 0 && (mpdu[1] & 0x7F) == 0);
    if (to == n.base.station().number() && uplink && n.base.station().beaconing()) {
      ++damaged_to_base;
    }
    return true;
  };
  n.power_on();
  ASSERT_TRUE(n.run_until_connected(20 * kMinute)) << n.replay();
  for (unsigned i = 0; i < 10; ++i) n.base.send(n.meters[i].eui48(), i + 1, 900);
  for (unsigned i = 0; i < 10; ++i) n.meters[i].send(1'000'000 + i, 700);
  n.channel.run_for(5 * kMinute);
  expect_nothing_lost_or_twice(n);
  EXPECT_GT(damaged_to_base, 0u);
  EXPECT_EQ(n.base.node().counters().damaged, damaged_to_base) << n.replay();
}

}  // namespace
