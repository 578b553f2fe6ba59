// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/household.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace {

using models::DayType;
using models::HomeLoad;
using models::Household;
using models::HouseholdConfig;

constexpr std::int64_t kDay = 1440;

// 2024-01-08 00:00 CET, a Monday; 2024-07-08 00:00 CEST, a Monday.
constexpr std::int64_t kWinterMonday = 1704668400;
constexpr std::int64_t kSummerMonday = 1720389600;

HouseholdConfig config_at(std::int64_t start_utc_s, double pv_share = 0) {
  HouseholdConfig config;
  config.place.start_utc_s = start_utc_s;
  config.pv_share = pv_share;
  return config;
}

// Mean power by hour over homes and the days of one kind, per kind of day, over a week.
struct WeekMeans {
  std::array<std::array<double, 24>, 3> hourly{};
  double mean_w = 0;
};
WeekMeans week_means(std::int64_t start_utc_s, std::uint32_t n_homes) {
  WeekMeans means;
  const HouseholdConfig config = config_at(start_utc_s);
  constexpr std::array<double, 3> kDaysOfKind = {5, 1, 1};
  for (std::uint32_t home = 0; home < n_homes; ++home) {
    const Household household(config, home);
    for (std::int64_t step = 0; step < 7 * kDay; ++step) {
      const double p = household.at(step).active_w;
      const std::int64_t day = step / kDay;
      const std::size_t kind = day < 5 ? 0 : day == 5 ? 1 : 2;
      means.hourly[kind][static_cast<std::size_t>(step % kDay / 60)] +=
          p / (60 * n_homes * kDaysOfKind[kind]);
      means.mean_w += p / (7.0 * kDay * n_homes);
    }
  }
  return means;
}

double mean(const std::array<double, 24>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / 24;
}

// Root mean square over the hours of the difference of two shapes, each over its mean.
double shape_distance(const std::array<double, 24>& a, const std::array<double, 24>& b) {
  double sum = 0;
  for (std::size_t h = 0; h < 24; ++h) sum += std::pow(a[h] / mean(a) - b[h] / mean(b), 2);
  return std::sqrt(sum / 24);
}

TEST(Household, ManyHomesDrawTheShapeAndTheEnergyOfH0) {
  for (const std::int64_t start : {kWinterMonday, kSummerMonday}) {
    const bool winter = start == kWinterMonday;
    const WeekMeans means = week_means(start, 300);
    // 3500 kWh a year are 399.5 W; BDEW's dynamic factor is near 1.2 in January, 0.8 in July.
    EXPECT_NEAR(means.mean_w, 399.5 * (winter ? 1.2 : 0.8), 30) << winter;
    for (const DayType type : {DayType::work, DayType::saturday, DayType::sunday}) {
      const auto kind = static_cast<std::size_t>(type);
      const auto h0 = models::h0_shape(type, winter ? 10 : 190);
      EXPECT_LT(shape_distance(means.hourly[kind], h0), 0.10) << winter << ' ' << kind;
    }
    EXPECT_GT(mean(means.hourly[1]), mean(means.hourly[0]));
  }
}

// The published profile, kept outside the product.
std::map<std::string, std::array<std::array<double, 24>, 3>> published_h0(std::istream& file) {
  std::map<std::string, std::array<std::array<double, 24>, 3>> table;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    std::string time, period, weekday, h0;
    std::getline(fields, time, ',');
    std::getline(fields, period, ',');
    std::getline(fields, weekday, ',');
    std::getline(fields, h0, ',');
    const int day = std::stoi(weekday);
    const std::size_t kind = day <= 5 ? 0 : day == 6 ? 1 : 2;
    table[period][kind][static_cast<std::size_t>(std::stoi(time.substr(11, 2)))] +=
        std::stod(h0) / (kind == 0 ? 20 : 4);
  }
  return table;
}

TEST(Household, TheHourlyTableIsThePublishedProfile) {
  std::ifstream file("../shared/data/bdew/selp_series.csv");
  if (!file) GTEST_SKIP() << "../shared/data/bdew is not there";
  const auto table = published_h0(file);
  ASSERT_EQ(table.size(), 3u);
  for (const auto& [period, kinds] : table) {
    const int day = period == "winter" ? 10 : period == "summer" ? 193 : 101;
    for (const DayType type : {DayType::work, DayType::saturday, DayType::sunday}) {
      const auto& published = kinds[static_cast<std::size_t>(type)];
      EXPECT_LT(shape_distance(models::h0_shape(type, day), published),
                period == "transition" ? 0.06 : 0.006)
          << period;
    }
  }
}

TEST(Household, TheHourlyTableHasTheShapeOfAHome) {
  const auto work = models::h0_shape(DayType::work, 10);
  EXPECT_NEAR(mean(work), 1, 0.01);
  EXPECT_LT(work[3], 0.4);
  EXPECT_GT(work[19], 1.7);  // winter evening
  const auto sunday = models::h0_shape(DayType::sunday, 10);
  EXPECT_GT(sunday[12], sunday[19]);  // Sunday lunch
}

TEST(Household, IsAPureFunctionOfTheStep) {
  const HouseholdConfig config = config_at(kSummerMonday, 1);
  const Household forward(config, 7);
  const Household jumping(config, 7);
  std::vector<HomeLoad> loads;
  for (std::int64_t step = 0; step < 4 * kDay; ++step) loads.push_back(forward.at(step));
  for (std::int64_t n = 0; n < 4 * kDay; ++n) {
    const std::int64_t step = n * 2477 % (4 * kDay);
    const HomeLoad load = jumping.at(step);
    ASSERT_EQ(load.active_w, loads[static_cast<std::size_t>(step)].active_w) << step;
    ASSERT_EQ(load.reactive_var, loads[static_cast<std::size_t>(step)].reactive_var) << step;
  }
}

TEST(Household, HomesDiffer) {
  const HouseholdConfig config = config_at(kWinterMonday, 0.25);
  double smallest = 1e9, largest = 0;
  int with_pv = 0;
  for (std::uint32_t home = 0; home < 400; ++home) {
    const Household household(config, home);
    smallest = std::min(smallest, household.mean_w());
    largest = std::max(largest, household.mean_w());
    with_pv += household.has_pv();
  }
  EXPECT_LT(smallest, 200);
  EXPECT_GT(largest, 700);
  EXPECT_NEAR(with_pv, 100, 40);
  EXPECT_NE(Household(config, 1).at(600).active_w, Household(config, 2).at(600).active_w);
}

TEST(Household, LoadIsPlausibleAtEveryMinute) {
  for (std::uint32_t home = 0; home < 30; ++home) {
    const Household household(config_at(kWinterMonday), home);
    for (std::int64_t step = 0; step < 2 * kDay; ++step) {
      const HomeLoad load = household.at(step);
      ASSERT_TRUE(load.known);
      ASSERT_GT(load.active_w, 5);
      ASSERT_LT(load.active_w, 20000);
      ASSERT_LT(std::abs(load.reactive_var), 5000);
      ASSERT_TRUE(load.harmonic_ratio >= 0 && load.harmonic_ratio <= 0.8);
    }
  }
}

// A street with roofs fills all six registers within a summer day.
TEST(Household, AStreetUsesAllFourQuadrants) {
  std::array<int, 4> minutes{};
  for (std::uint32_t home = 0; home < 40; ++home) {
    const Household household(config_at(kSummerMonday, 0.5), home);
    for (std::int64_t step = 0; step < kDay; ++step) {
      const HomeLoad load = household.at(step);
      const bool import = load.active_w >= 0;
      const bool inductive = load.reactive_var >= 0;
      ++minutes[import ? (inductive ? 0 : 3) : (inductive ? 1 : 2)];
    }
  }
  for (const int m : minutes) EXPECT_GT(m, 40 * kDay / 50);
}

}  // namespace
