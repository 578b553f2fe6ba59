// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/household.hpp"

#include <algorithm>
#include <cstddef>

#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/load/h0_shape.hpp"

namespace models {
namespace {

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
