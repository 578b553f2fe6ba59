// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "plc-channel/feeder/feeder.hpp"
#include "tests/unit/plc-channel/feeder_svg.hpp"

namespace {

using plc::Feeder;
using plc::FeederConfig;

bool same(const Feeder& a, const Feeder& b) {
  if (a.buses.size() != b.buses.size() || a.stations.size() != b.stations.size()) return false;
  for (std::size_t s = 0; s < a.stations.size(); ++s) {
    if (a.stations[s].bus != b.stations[s].bus || a.stations[s].phases != b.stations[s].phases ||
        a.stations[s].distance_m != b.stations[s].distance_m) {
      return false;
    }
  }
  return true;
}

TEST(Feeder, SameConfigurationSameNetwork) {
  FeederConfig config;
  EXPECT_TRUE(same(make_feeder(config), make_feeder(config)));
  FeederConfig other = config;
  other.seed = 2;
  EXPECT_FALSE(same(make_feeder(config), make_feeder(other)));
  other = config;
  other.number = 1;
  EXPECT_FALSE(same(make_feeder(config), make_feeder(other)));
}

TEST(Feeder, IsATreeWithEveryServicePointOnIt) {
  for (const std::uint32_t n : {1u, 7u, 60u, 400u}) {
    FeederConfig config;
    config.n_service_points = n;
    const Feeder feeder = make_feeder(config);
    ASSERT_EQ(feeder.stations.size(), n + 1);
    EXPECT_EQ(feeder.stations[plc::kBaseStation].bus, 0u);
    for (std::size_t b = 1; b < feeder.buses.size(); ++b) {
      const plc::Bus& bus = feeder.buses[b];
      ASSERT_LT(bus.parent, b);
      EXPECT_NEAR(bus.distance_m, feeder.buses[bus.parent].distance_m + bus.length_m, 1e-9);
    }
    for (std::size_t s = 1; s < feeder.stations.size(); ++s) {
      const plc::Station& station = feeder.stations[s];
      ASSERT_LT(station.bus, feeder.buses.size());
      EXPECT_GT(station.bus, 0u);
      EXPECT_GT(station.distance_m, feeder.buses[station.bus].distance_m);
    }
  }
}

TEST(Feeder, SinglePhaseMetersSpreadOverThePhases) {
  FeederConfig config;
  config.n_service_points = 300;
  config.three_phase.assign(300, false);
  config.three_phase[4] = true;
  const Feeder feeder = make_feeder(config);
  std::array<int, 8> count{};
  for (std::size_t s = 1; s < feeder.stations.size(); ++s) ++count[feeder.stations[s].phases];
  EXPECT_EQ(count[plc::kAllPhases], 1);
  EXPECT_EQ(feeder.stations[5].phases, plc::kAllPhases);
  for (const int phase : {1, 2, 4}) EXPECT_GT(count[phase], 60);
}

TEST(Feeder, MeanNumberOfCustomersAPointIsAsAskedFor) {
  for (const double mean : {1.0, 1.2, 1.7, 2.0, 4.0, 6.3, 12.0}) {
    FeederConfig config;
    config.n_service_points = 4000;
    config.n_feeders = 1;
    config.customers_per_point = mean;
    const Feeder feeder = make_feeder(config);
    const double found = 4000.0 / static_cast<double>(feeder.buses.size() - 1);
    EXPECT_NEAR(found, mean, 0.06 * mean);
    std::vector<unsigned> at(feeder.buses.size(), 0);
    for (std::size_t s = 1; s < feeder.stations.size(); ++s) ++at[feeder.stations[s].bus];
    EXPECT_LE(*std::ranges::max_element(at), std::ceil(2 * mean) - 1);
  }
}

TEST(Feeder, PictureShowsEveryMeter) {
  const Feeder feeder = plc::make_feeder({});
  const std::string svg = feeder_svg(feeder);
  std::size_t circles = 0;
  for (std::size_t at = svg.find("<circle"); at != std::string::npos;
       at = svg.find("<circle", at + 1)) {
    ++circles;
  }
  EXPECT_EQ(circles, feeder.stations.size() - 1);
}

}  // namespace
