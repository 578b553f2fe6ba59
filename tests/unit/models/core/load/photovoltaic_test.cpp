// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/photovoltaic.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace {

using models::Photovoltaic;
using models::Place;
using models::RoofPlant;

// 2024-06-21 and 2024-12-21, 00:00 UTC.
constexpr std::int64_t kJune = 1718928000;
constexpr std::int64_t kDecember = 1734739200;

std::vector<double> day_of(std::int64_t start_utc_s, std::uint64_t seed, double azimuth_deg = 0) {
  Place place;
  place.start_utc_s = start_utc_s;
  RoofPlant plant;
  plant.peak_w = 5000;
  plant.azimuth_deg = azimuth_deg;
  const Photovoltaic roof(plant, place, seed, 1);
  std::vector<double> power_w;
  for (std::int64_t step = 0; step < 1440; ++step) {
    power_w.push_back(roof.power_w(step, models::local_time(place, step).day_of_year));
  }
  return power_w;
}

double kwh(const std::vector<double>& power_w) {
  double sum = 0;
  for (const double p : power_w) sum += p / 60000;
  return sum;
}

TEST(Photovoltaic, FollowsTheSun) {
  const std::vector<double> june = day_of(kJune, 1);
  for (int hour : {0, 1, 2, 21, 22, 23}) EXPECT_EQ(june[static_cast<std::size_t>(hour) * 60], 0);
  EXPECT_GT(june[11 * 60], 0);
  EXPECT_LE(*std::max_element(june.begin(), june.end()), 4750);
  const std::vector<double> december = day_of(kDecember, 1);
  EXPECT_EQ(december[7 * 60], 0);  // sunrise 07:20 UTC at 50.5 N, 9 E
  EXPECT_GT(december[11 * 60], 0);
  EXPECT_EQ(december[16 * 60], 0);
}

// A 5 kW roof in Germany: 25 to 33 kWh on the clearest June days, some 1000 kWh/kW a year.
TEST(Photovoltaic, YieldsWhatRoofsYield) {
  double best = 0, june = 0, december = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const double day = kwh(day_of(kJune, seed));
    best = std::max(best, day);
    june += day / 60;
    december += kwh(day_of(kDecember, seed)) / 60;
  }
  EXPECT_GT(best, 25);
  EXPECT_LT(best, 36);
  EXPECT_GT(june, 13);
  EXPECT_LT(june, 24);
  EXPECT_GT(december, 2);
  EXPECT_LT(december, 8);
}

TEST(Photovoltaic, AnEastRoofPeaksBeforeAWestRoof) {
  const auto centre = [](const std::vector<double>& p) {
    double weighted = 0;
    for (std::size_t m = 0; m < p.size(); ++m) weighted += static_cast<double>(m) * p[m];
    return weighted / (kwh(p) * 60000);
  };
  EXPECT_LT(centre(day_of(kJune, 3, -60)), centre(day_of(kJune, 3, 60)) - 30);
}

TEST(Photovoltaic, NeighboursShareTheWeather) {
  Place place;
  place.start_utc_s = kJune;
  RoofPlant plant;
  plant.peak_w = 5000;
  double difference = 0, size = 0;
  const Photovoltaic a(plant, place, 5, 1);
  const Photovoltaic b(plant, place, 5, 2);
  for (std::int64_t step = 480; step < 960; ++step) {
    difference += std::abs(a.power_w(step, 172) - b.power_w(step, 172));
    size += a.power_w(step, 172);
  }
  EXPECT_GT(difference, 0);
  EXPECT_LT(difference, 0.2 * size);
}

}  // namespace
