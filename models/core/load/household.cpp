// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/household.hpp"

#include <algorithm>
#include <cstddef>

#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace models {
namespace {

// Hourly means of the published quarter-hours, rounded to a hundredth of the day's mean. The
// profile's transition days lie halfway between its winter and summer days.
constexpr HourlyShape kWinter[3] = {
    {0.55, 0.41, 0.37, 0.36, 0.37, 0.44, 0.85, 1.21, 1.25, 1.16, 1.09, 1.11,
     1.23, 1.22, 1.08, 0.98, 0.99, 1.21, 1.56, 1.75, 1.58, 1.32, 1.10, 0.81},
    {0.56, 0.44, 0.35, 0.33, 0.32, 0.33, 0.44, 0.68, 1.00, 1.18, 1.23, 1.29,
     1.38, 1.38, 1.28, 1.20, 1.20, 1.50, 1.74, 1.75, 1.43, 1.11, 1.02, 0.86},
    {0.70, 0.50, 0.40, 0.37, 0.35, 0.35, 0.37, 0.45, 0.79, 1.24, 1.55, 1.81,
     1.85, 1.54, 1.22, 1.04, 0.95, 1.12, 1.40, 1.57, 1.43, 1.21, 1.03, 0.76}};
constexpr HourlyShape kSummer[3] = {
    {0.63, 0.47, 0.42, 0.40, 0.42, 0.50, 0.84, 1.11, 1.21, 1.23, 1.19, 1.21,
     1.35, 1.30, 1.12, 1.01, 0.98, 1.04, 1.21, 1.41, 1.42, 1.34, 1.23, 0.96},
    {0.66, 0.51, 0.41, 0.40, 0.40, 0.41, 0.50, 0.74, 1.02, 1.23, 1.30, 1.35,
     1.44, 1.39, 1.24, 1.17, 1.15, 1.18, 1.32, 1.43, 1.37, 1.22, 1.18, 0.98},
    {0.75, 0.56, 0.46, 0.43, 0.42, 0.41, 0.43, 0.58, 0.95, 1.35, 1.57, 1.73,
     1.76, 1.47, 1.21, 1.05, 0.91, 0.92, 1.06, 1.28, 1.34, 1.27, 1.18, 0.91}};

// Saturdays and Sundays take more than work days; the week's mean is 1.
constexpr double kDayFactor[3] = {0.974, 1.10, 1.03};
constexpr double kSeasonSwing = 0.2;  // of BDEW's dynamic factor: 1.24 in January, 0.80 in July

// Share of what is switched on and off, one run's power and duration (each drawn within +-30 %),
// reactive power and harmonic current over active power. Rough German averages: the shares decide
// the ripple, the sum is set by the home's yearly energy.
struct Appliance {
  double share;
  double power_w;
  double minutes;
  double tan_phi;  // inductive: positive
  double harmonic;
};
constexpr Appliance kAppliances[] = {
    {0.20, 1600, 35, 0.00, 0.01},   // hob, oven
    {0.08, 2000, 4, 0.02, 0.02},    // kettle, microwave
    {0.17, 90, 150, -0.20, 0.45},   // light
    {0.20, 140, 150, -0.10, 0.60},  // television, computer
    {0.08, 500, 90, 0.45, 0.10},    // washing machine
    {0.10, 700, 85, 0.15, 0.05},    // dishwasher
    {0.09, 1500, 70, 0.20, 0.05},   // dryer
    {0.08, 900, 15, 0.50, 0.15},    // vacuum cleaner, tools, hair dryer
};
constexpr double kSpread = 0.3;

// Standing load: power supplies and their interference filters.
constexpr double kStandingShare = 0.18;  // of the home's mean power
constexpr double kStandingTanPhi = -0.8;
constexpr double kStandingHarmonic = 0.5;
constexpr double kFridgeTanPhi = 0.85;  // small induction motor
constexpr double kFridgeHarmonic = 0.08;
constexpr double kFlicker = 0.02;  // minute to minute

constexpr int kMinutesPerDay = 1440;

// Number of events of a Poisson process in unit time.
int poisson(double mean, kernel::KeyedStream& draw) {
  int n = 0;
  for (double t = draw.exponential(1); t < mean; t += draw.exponential(1)) ++n;
  return n;
}

RoofPlant draw_plant(kernel::KeyedStream& draw) {
  RoofPlant plant;
  plant.peak_w = draw.uniform(3000, 9000);
  plant.tilt_deg = draw.uniform(20, 45);
  plant.azimuth_deg = draw.uniform(-60, 60);
  // VDE-AR-N 4105 lets the operator ask for cos phi 0.95 either way: tan phi 0.33.
  constexpr double kTanPhi[3] = {0, 0.33, -0.33};
  plant.tan_phi = kTanPhi[draw.below(3)];
  return plant;
}

}  // namespace

double winter_share(int day_of_year) {
  return 0.5 + 0.5 * kernel::det_cos(2 * kernel::kPi * (day_of_year - 10) / 365.25);
}

HourlyShape h0_shape(DayType type, int day_of_year) {
  const double winter = winter_share(day_of_year);
  const auto day = static_cast<std::size_t>(type);
  HourlyShape shape;
  for (std::size_t h = 0; h < shape.size(); ++h) {
    shape[h] = winter * kWinter[day][h] + (1 - winter) * kSummer[day][h];
  }
  return shape;
}

double h0_day_factor(DayType type, int day_of_year) {
  const double season = 1 + kSeasonSwing * (2 * winter_share(day_of_year) - 1);
  return season * kDayFactor[static_cast<std::size_t>(type)];
}

Household::Household(const HouseholdConfig& config, std::uint32_t home)
    : seed_(config.seed), home_(home), place_(config.place), pv_({}, place_, seed_, home_) {
  kernel::KeyedStream draw(seed_, home_, kernel::kPurposeHouseholdTraits);
  const double sigma = config.annual_spread;
  // Log-normal with the mean asked for.
  const double size =
      std::clamp(kernel::det_exp(sigma * draw.gaussian() - sigma * sigma / 2), 0.3, 4.0);
  mean_w_ = config.annual_kwh * 1000 / 8760 * size;
  standing_w_ = mean_w_ * kStandingShare * draw.uniform(0.7, 1.3);
  standing_var_ = standing_w_ * kStandingTanPhi * draw.uniform(0.6, 1.4);
  fridge_w_ = draw.uniform(70, 110);
  fridge_period_minutes_ = 35 + static_cast<int>(draw.below(25));
  fridge_on_minutes_ = static_cast<int>(fridge_period_minutes_ * draw.uniform(0.28, 0.42));
  fridge_shift_minutes_ = static_cast<int>(draw.below(60));
  if (draw.chance(config.pv_share)) pv_ = Photovoltaic(draw_plant(draw), place_, seed_, home_);
}

bool Household::fridge_on(std::int64_t minute) const {
  const std::int64_t at = minute + fridge_shift_minutes_;
  return at % fridge_period_minutes_ < fridge_on_minutes_;
}

// Starts follow what the H0 profile leaves above the standing load; a run lies centred on its drawn
// minute, so averages of many homes reproduce the profile up to a run's duration.
void Household::draw_plan(const LocalTime& time, DayPlan& plan) const {
  plan.day = time.day;
  plan.runs.clear();
  const double fridge_mean_w = fridge_w_ * fridge_on_minutes_ / fridge_period_minutes_;
  const double day_w = mean_w_ * h0_day_factor(time.type, time.day_of_year);
  const double base = (standing_w_ + fridge_mean_w) / day_w;
  HourlyShape weight = h0_shape(time.type, time.day_of_year);
  double total = 0;
  for (double& w : weight) total += w = std::max(w - base, 0.01);
  const double switched_wh = std::max(1 - base, 0.1) * day_w * 24;

  kernel::KeyedStream draw(seed_, home_, kernel::kPurposeHouseholdDay,
                           static_cast<std::uint64_t>(time.day) << 16);
  for (std::uint16_t a = 0; a < std::size(kAppliances); ++a) {
    const Appliance& appliance = kAppliances[a];
    const double run_wh = appliance.power_w * appliance.minutes / 60;
    const int n = poisson(switched_wh * appliance.share / run_wh, draw);
    for (int k = 0; k < n; ++k) {
      double at = draw.uniform() * total;
      std::size_t hour = 0;
      while (hour < 23 && at >= weight[hour]) at -= weight[hour++];
      const double minute = 60 * (static_cast<double>(hour) + std::min(at / weight[hour], 1.0));
      const double minutes =
          std::max(1.0, appliance.minutes * draw.uniform(1 - kSpread, 1 + kSpread));
      const double start = minute - minutes / 2 + kMinutesPerDay;
      Run run;
      run.start_minute = static_cast<std::uint16_t>(static_cast<int>(start) % kMinutesPerDay);
      run.minutes = static_cast<std::uint16_t>(minutes + 0.5);
      run.appliance = a;
      run.power_w = static_cast<float>(appliance.power_w * draw.uniform(1 - kSpread, 1 + kSpread));
      plan.runs.push_back(run);
    }
  }
}

const Household::DayPlan& Household::plan(const LocalTime& time) const {
  DayPlan& plan = plans_[static_cast<std::size_t>(time.day & 1)];
  if (plan.day != time.day) draw_plan(time, plan);
  return plan;
}

HomeLoad Household::at(std::int64_t step) const {
  const LocalTime time = local_time(place_, step);
  const std::int64_t minute = place_.start_utc_s / 60 + step;
  double active_w = standing_w_;
  double reactive_var = standing_var_;
  double harmonic_w = standing_w_ * kStandingHarmonic;
  if (fridge_on(minute)) {
    active_w += fridge_w_;
    reactive_var += fridge_w_ * kFridgeTanPhi;
    harmonic_w += fridge_w_ * kFridgeHarmonic;
  }
  for (const Run& run : plan(time).runs) {
    int since = time.minute - run.start_minute;
    if (since < 0) since += kMinutesPerDay;
    if (since >= run.minutes) continue;
    const Appliance& appliance = kAppliances[run.appliance];
    active_w += run.power_w;
    reactive_var += run.power_w * appliance.tan_phi;
    harmonic_w += run.power_w * appliance.harmonic;
  }
  const auto words = kernel::philox4x32(seed_, home_, kernel::kPurposeHouseholdMinute,
                                        static_cast<std::uint64_t>(minute));
  const double flicker = 1 + kFlicker * (2 * kernel::unit_open(words[0]) - 1);
  active_w *= flicker;
  const double pv_w = pv_.power_w(step, time.day_of_year);
  HomeLoad load;
  load.active_w = active_w - pv_w;
  load.reactive_var = reactive_var + pv_w * plant().tan_phi;
  const double apparent_va =
      kernel::det_sqrt(load.active_w * load.active_w + load.reactive_var * load.reactive_var);
  // Near balance the fundamental vanishes and the harmonics stay; cap their ratio.
  load.harmonic_ratio = std::min(harmonic_w / std::max(apparent_va, 1.0), 0.8);
  return load;
}

}  // namespace models
