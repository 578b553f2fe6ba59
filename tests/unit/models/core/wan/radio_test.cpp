// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <vector>

#include "models/core/wan/radio.hpp"

namespace {

using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using models::wan::Direction;
using models::wan::draw_link;
using models::wan::Passage;
using models::wan::Radio;
using models::wan::RadioConfig;
using models::wan::RadioLink;
using models::wan::Traffic;

RadioLink plain_link(int coding_scheme) {
  RadioLink link;
  link.seed = 7;
  link.coding_scheme = static_cast<std::uint8_t>(coding_scheme);
  link.ready_until_ns = 3600 * kNsPerSecond;
  link.tbf_until_ns = {3600 * kNsPerSecond, 3600 * kNsPerSecond};
  return link;
}

TEST(RadioLinkDraw, QualityFollowsLevelAndIsTheModulesOwn) {
  const RadioConfig config;
  std::set<int> schemes;
  std::array<double, 5> csq_sum{};
  std::array<int, 5> count{};
  for (std::uint32_t module = 0; module < 2000; ++module) {
    const RadioLink link = draw_link(config, 1, module);
    ASSERT_LE(link.csq, 31);
    ASSERT_GE(link.block_loss_permille, 2u);
    ASSERT_LE(link.block_loss_permille, 300u);
    schemes.insert(link.coding_scheme);
    csq_sum[link.coding_scheme] += link.csq;
    ++count[link.coding_scheme];
    EXPECT_EQ(link.csq, draw_link(config, 1, module).csq);
  }
  EXPECT_EQ(schemes, (std::set<int>{1, 2, 3, 4}));
  EXPECT_LT(csq_sum[1] / count[1], csq_sum[4] / count[4]);
  EXPECT_NE(draw_link(config, 2, 5).csq, draw_link(config, 1, 5).csq);
}

// GSM 05.03: 9.05, 13.4, 15.6 and 21.4 kbit/s a slot.
TEST(RadioCarry, LoneTransferTakesItsOctetsOverItsSlots) {
  const std::array<double, 5> kbit = {0, 9.05, 13.4, 15.6, 21.4};
  for (int scheme = 1; scheme <= 4; ++scheme) {
    RadioConfig config;
    config.packet_loss = 0;
    config.latency_up_min_ns = config.latency_up_max_ns = 0;
    Traffic traffic;
    Radio radio(config, traffic);
    RadioLink link = plain_link(scheme);
    const Passage passage = radio.carry(link, Direction::kUp, 0, 1000, 2);
    ASSERT_TRUE(passage.carried);
    const double expected_s = 8.0 * (1000 + 2 * 11) / (kbit[scheme] * 1000 * config.multislot_up);
    EXPECT_NEAR(static_cast<double>(passage.arrival_ns) / kNsPerSecond, expected_s, 1e-6);
  }
}

TEST(RadioCarry, ManyTransfersTogetherNeverExceedTheCellsSlots) {
  RadioConfig config;
  config.packet_loss = 0;
  config.pdch_patience_ns = 1000 * kNsPerSecond;
  Traffic traffic;
  Radio radio(config, traffic);
  kernel::TimeNs last = 0;
  constexpr int kTransfers = 50;
  for (int n = 0; n < kTransfers; ++n) {
    RadioLink link = plain_link(2);
    link.module = static_cast<std::uint32_t>(n);
    last = std::max(last, radio.carry(link, Direction::kUp, 0, 989, 1).arrival_ns);
  }
  const double work_s = kTransfers * 8.0 * 1000 / (13400.0 * config.n_pdch);
  EXPECT_GE(static_cast<double>(last) / kNsPerSecond, work_s);
  EXPECT_LE(static_cast<double>(last) / kNsPerSecond, work_s + 0.5);
}

TEST(RadioCarry, OverflowingQueueDropsPackets) {
  RadioConfig config;
  Traffic traffic;
  Radio radio(config, traffic);
  int dropped = 0;
  for (std::uint32_t n = 0; n < 200; ++n) {
    RadioLink link = plain_link(1);
    link.module = n;
    if (!radio.carry(link, Direction::kDown, 0, 1400, 1).carried) ++dropped;
  }
  EXPECT_GT(dropped, 100);
}

// Head-end reference 3.4: 600 to 1000 ms warm, 0.3 to 1.5 s more from standby.
TEST(RadioCarry, RoundTripsLieInTheRangeOfGprs) {
  RadioConfig config;
  config.packet_loss = 0;
  Traffic traffic;
  Radio radio(config, traffic);
  std::vector<double> ready;
  std::vector<double> standby;
  for (std::uint32_t n = 0; n < 300; ++n) {
    RadioLink link = draw_link(config, 3, n);
    const kernel::TimeNs start = 100 * kNsPerSecond * (n + 1);
    link.ready_until_ns = start + 20 * kNsPerSecond;
    const Passage up = radio.carry(link, Direction::kUp, start, 80, 1);
    const Passage down = radio.carry(link, Direction::kDown, up.arrival_ns, 80, 1);
    ASSERT_TRUE(up.carried && down.carried);
    ready.push_back(static_cast<double>(down.arrival_ns - start) / kNsPerMs);
    RadioLink sleeper = draw_link(config, 3, n);
    const kernel::TimeNs later = start + 50 * kNsPerSecond;
    const Passage page = radio.carry(sleeper, Direction::kDown, later, 80, 1);
    const Passage answer = radio.carry(sleeper, Direction::kUp, page.arrival_ns, 80, 1);
    standby.push_back(static_cast<double>(answer.arrival_ns - later) / kNsPerMs);
  }
  std::sort(ready.begin(), ready.end());
  std::sort(standby.begin(), standby.end());
  EXPECT_GT(ready.front(), 500);
  EXPECT_NEAR(ready[150], 850, 150);
  EXPECT_LT(ready[290], 1300);
  EXPECT_GT(standby[150] - ready[150], 300);
  EXPECT_LT(standby[150] - ready[150], 1500);
}

TEST(RadioCarry, LossesComeAtTheStatedRate) {
  RadioConfig config;
  config.packet_loss = 0.05;
  Traffic traffic;
  Radio radio(config, traffic);
  RadioLink link = plain_link(4);
  std::uint64_t lost = 0;
  constexpr std::uint32_t kBursts = 3000, kPackets = 8;
  for (std::uint32_t n = 0; n < kBursts; ++n) {
    link.tbf_until_ns[0] = kNsPerSecond * 3600 * 24;
    const Passage passage =
        radio.carry(link, Direction::kUp, 10 * kNsPerSecond * n, 4000, kPackets);
    lost += passage.lost;
    if (passage.lost > 0) {
      EXPECT_LT(passage.first_lost, kPackets);
    }
  }
  const double mean = 0.05 * kBursts * kPackets;
  EXPECT_NEAR(static_cast<double>(lost), mean, 4 * std::sqrt(mean));
}

// 17 immediate assignments a second: whatever is asked for at once is granted at that pace, and
// beyond the patience of the network rejected.
TEST(RadioAccess, GrantsComeAtTheRateOfTheGrantChannel) {
  RadioConfig config;
  config.rach_per_s = 1e9;  // no collisions
  Traffic traffic;
  Radio radio(config, traffic);
  int granted = 0;
  kernel::TimeNs last = 0;
  for (std::uint32_t module = 0; module < 300; ++module) {
    RadioLink link = draw_link(config, 1, module);
    const auto access = radio.request_access(link, 0);
    if (!access.granted) {
      EXPECT_GE(access.at_ns, 5 * kNsPerSecond);
      continue;
    }
    ++granted;
    last = std::max(last, access.at_ns);
  }
  EXPECT_NEAR(granted, 17 * 5, 2);
  EXPECT_NEAR(static_cast<double>(last) / kNsPerSecond, 5.0, 0.2);
}

TEST(RadioAccess, CollisionsGrowWithTheLoad) {
  RadioConfig config;
  config.agch_per_s = 1e6;
  Traffic calm, storm;
  Radio calm_radio(config, calm), storm_radio(config, storm);
  for (std::uint32_t module = 0; module < 400; ++module) {
    RadioLink link = draw_link(config, 1, module);
    calm_radio.request_access(link, 10 * kNsPerSecond * module);
    link = draw_link(config, 1, module);
    storm_radio.request_access(link, kNsPerMs * module);
  }
  std::uint64_t calm_requests = 0;
  for (const auto& hour : calm.hours()) calm_requests += hour.access_requests;
  EXPECT_LT(calm_requests, 405u);
  EXPECT_GT(storm.hours()[0].access_requests, 600u);
}

}  // namespace
