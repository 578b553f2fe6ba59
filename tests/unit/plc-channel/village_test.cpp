// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The concentrator's and the meters' real MACs on the default village's power line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

#include "tests/rigs/plc/line.hpp"
#include "tests/rigs/plc/village.hpp"

namespace {

using plc_test::VillageBase;
using plc_test::VillageMeter;

namespace prime = protocol::prime;

class Village {
 public:
  Village(std::uint32_t n_meters, std::uint64_t seed, bool eager)
      : channel_(plc::make_feeder(feeder(n_meters, seed)), channel_config(seed)),
        medium_(agenda, channel_, plc_test::errors(), medium_config(seed, eager)),
        base(agenda, medium_.add_station(0, 1), 2) {
    for (std::uint32_t n = 1; n <= n_meters; ++n) {
      meters.push_back(
          std::make_unique<VillageMeter>(agenda, medium_.add_station(n, 10 * n), 10 * n + 1, n));
      meters.back()->power(true);
    }
  }
  std::size_t connected() const {
    return static_cast<std::size_t>(
        std::count_if(meters.begin(), meters.end(), [](const auto& m) { return m->connected(); }));
  }
  plc::Medium& medium() { return medium_; }
  const plc::Channel& channel() const { return channel_; }

  kernel::Agenda agenda;

 private:
  static plc::FeederConfig feeder(std::uint32_t n, std::uint64_t seed) {
    plc::FeederConfig config;
    config.n_service_points = n;
    config.seed = seed;
    return config;
  }
  static plc::ChannelConfig channel_config(std::uint64_t seed) {
    plc::ChannelConfig config;
    config.seed = seed;
    return config;
  }
  static plc::MediumConfig medium_config(std::uint64_t seed, bool eager) {
    plc::MediumConfig config;
    config.seed = seed;
    config.eager_beacons = eager;
    return config;
  }
  plc::Channel channel_;
  plc::Medium medium_;

 public:
  VillageBase base;
  std::vector<std::unique_ptr<VillageMeter>> meters;
};

TEST(Village, FormsANetworkOverSwitchesAndAnswers) {
  Village village(60, 3, false);
  village.agenda.run_until(30 * kernel::kNsPerMinute);
  // Some are out of reach of the base node at nominal noise, so this takes switches.
  int beyond = 0;
  for (plc::StationId s = 1; s <= 60; ++s) {
    beyond +=
        std::min(village.channel().mean_snr_db(0, s), village.channel().mean_snr_db(s, 0)) < 2;
  }
  EXPECT_GT(beyond, 0);
  EXPECT_GE(village.connected(), 57u);
  unsigned switches = 0, deepest = 0;
  for (std::size_t n = 0; n < village.base.node().node_capacity(); ++n) {
    dcu::fw::NodeView view;
    if (!village.base.node().node(n, view)) continue;
    switches += view.state == dcu::fw::NodeState::switching;
    deepest = std::max<unsigned>(deepest, view.level);
  }
  EXPECT_GT(switches, 0u);
  EXPECT_GT(deepest, 0u);

  int asked = 0;
  for (int round = 0; round < 3; ++round) {
    for (const auto& meter : village.meters) {
      asked += village.base.ask(meter->eui48(), 250);
      village.agenda.run_until(village.agenda.now() + 5 * kernel::kNsPerSecond);
    }
  }
  village.agenda.run_until(village.agenda.now() + kernel::kNsPerMinute);
  EXPECT_GT(asked, 160);
  EXPECT_EQ(village.base.damaged, 0);
  EXPECT_GT(village.base.answers, asked * 97 / 100);
  RecordProperty("switches", static_cast<int>(switches));
}

struct Story {
  std::vector<std::pair<kernel::TimeNs, prime::Eui48>> joins;
  int answers = 0;
  int leaves = 0;
  std::vector<std::uint64_t> frames;
  std::vector<kernel::TimeNs> airtimes;
  friend bool operator==(const Story&, const Story&) = default;
};

Story tell(bool eager, std::uint64_t seed) {
  Village village(25, seed, eager);
  for (int n = 0; n < 240; ++n) {
    village.agenda.run_until((n + 1) * 15 * kernel::kNsPerSecond);
    village.base.ask(village.meters[static_cast<std::size_t>(n) % 25]->eui48(), 120);
    if (n == 100) village.meters[4]->power(false);
    if (n == 110) village.meters[4]->power(true);
  }
  Story story{village.base.joins, village.base.answers, village.base.leaves, {}, {}};
  for (const plc::KindCounters& kind : village.medium().counters().kinds) {
    story.frames.push_back(kind.frames);
    story.airtimes.push_back(kind.airtime_ns);
  }
  return story;
}

// Everything the MACs do depends on what they hear; one beacon judged otherwise and the whole story
// would be another.
TEST(Village, BeaconsOnDemandOrOneByOneGiveTheSameStory) {
  const Story lazy = tell(false, 2);
  EXPECT_GT(lazy.answers, 150);
  EXPECT_EQ(lazy, tell(true, 2));
  EXPECT_EQ(lazy, tell(false, 2));
  EXPECT_NE(lazy, tell(false, 4));
}

}  // namespace
