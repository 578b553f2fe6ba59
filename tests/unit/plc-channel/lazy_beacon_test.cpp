// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Beacons judged on demand and judged one by one: the same upcalls at the same times.
#include <gtest/gtest.h>

#include "tests/rigs/plc/line.hpp"

namespace {

using plc::StationId;
using plc_test::base_plan;
using plc_test::beacon;
using plc_test::kMs;
using plc_test::Line;
using plc_test::quiet_with;
using plc_test::straight_line;
using protocol::prime::BeaconPlan;
using protocol::prime::HeardBeacon;

namespace prime = protocol::prime;

prime::BeaconWatch lazy_watch_of(const plc::BeaconMpdu& mpdu) {
  return {mpdu, prime::kMissedBeacons};
}

struct Happening {
  kernel::TimeNs at;
  StationId station;
  int what;
  friend bool operator==(const Happening&, const Happening&) = default;
};

// A line with poor links and everything that can change: three sources, contents that change,
// stations that lose their supply, noise by the quarter of an hour.
std::vector<Happening> busy_day(bool eager, std::uint64_t& events) {
  plc::MediumConfig config;
  config.eager_beacons = eager;
  const plc::Feeder feeder = straight_line(9, 40);
  plc::ChannelConfig channel = quiet_with(feeder, 0, 5, 4);
  channel.noise.epoch_sigma_db = 1.5;
  channel.noise.interferers_per_day = 3;
  channel.noise.impulses_per_s = 0.5;
  Line line(feeder, channel, config);
  BeaconPlan base = base_plan(20 * kMs);
  line.modem(0).set_beacon(&base);
  const auto at_base = lazy_watch_of(base.mpdu);
  for (StationId s = 1; s <= 5; ++s) line.modem(s).watch(&at_base);
  for (StationId s = 6; s <= 9; ++s) line.modem(s).search(true);
  BeaconPlan plan;
  plan.mpdu = beacon(3, 1, 1);
  plan.sequence_offset = 1;
  line.modem(3).set_beacon(&plan);
  plan.mpdu = beacon(4, 2, 0);
  line.modem(5).set_beacon(&plan);
  const auto at_switch = lazy_watch_of(plan.mpdu);
  line.modem(7).watch(&at_switch);
  std::uint32_t state = 5;
  for (int n = 0; n < 150; ++n) {
    line.agenda.run_until(line.agenda.now() + 97 * kernel::kNsPerSecond + n * kMs);
    state = state * 1664525u + 1013904223u;
    const StationId s = 1 + (state >> 20) % 9;
    switch ((state >> 10) % 6) {
      case 0:
        base.mpdu = beacon(0, 0, 0, static_cast<std::uint8_t>(1 + n % 7));
        line.modem(0).set_beacon(&base);
        break;
      case 1:
        line.modem(s).power(false);
        line.modem(s).power(true);
        line.modem(s).search(true);
        break;
      case 2: {
        const auto again = lazy_watch_of(base.mpdu);
        line.modem(s).watch(&again);
        break;
      }
      case 3:
        line.modem(s).search(n % 2 == 0);
        break;
      case 4: {
        std::array<HeardBeacon, 4> heard;
        line.modem(s).heard(heard);
        break;
      }
      default:
        plan.mpdu = beacon(4, 2, static_cast<std::uint8_t>(n % 3));
        line.modem(5).set_beacon(n % 5 == 0 ? nullptr : &plan);
    }
  }
  events = line.agenda.events();
  std::vector<Happening> all;
  for (StationId s = 0; s <= 9; ++s) {
    for (const kernel::TimeNs at : line.at(s).beacon_times) all.push_back({at, s, 1});
    for (const HeardBeacon& b : line.at(s).beacons) all.push_back({b.start_us, s, b.mpdu[5]});
    for (const kernel::TimeNs at : line.at(s).lost) all.push_back({at, s, 2});
    const plc::BeaconCounters counters = line.medium.beacons(s);
    all.push_back({static_cast<kernel::TimeNs>(counters.received), s, 3});
    all.push_back({static_cast<kernel::TimeNs>(counters.missed), s, 4});
    all.push_back({static_cast<kernel::TimeNs>(counters.sent), s, 5});
  }
  return all;
}

TEST(Beacons, LazyEqualsEager) {
  std::uint64_t lazy_events = 0;
  std::uint64_t eager_events = 0;
  const auto lazy = busy_day(false, lazy_events);
  const auto eager = busy_day(true, eager_events);
  EXPECT_GT(lazy.size(), 80u);
  ASSERT_EQ(lazy.size(), eager.size());
  for (std::size_t n = 0; n < lazy.size(); ++n) {
    EXPECT_EQ(lazy[n], eager[n]) << "station " << lazy[n].station << " what " << lazy[n].what
                                 << " at " << lazy[n].at << " and " << eager[n].at;
  }
  EXPECT_LT(lazy_events * 20, eager_events);
}

}  // namespace
