// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/core/load/calendar.hpp"
#include "models/core/load/photovoltaic.hpp"
#include "models/core/load/source.hpp"

namespace models {

// Shape of the German standard load profile of households (H0, BDEW 1999), condensed to hours: mean
// power of each hour over the mean of the day, for a day of the year.
using HourlyShape = std::array<double, 24>;
HourlyShape h0_shape(DayType type, int day_of_year);

// Energy of the day over that of the year's mean day: season times kind of day.
double h0_day_factor(DayType type, int day_of_year);

// 1 in mid-winter, 0 in mid-summer.
double winter_share(int day_of_year);

struct HouseholdConfig {
  std::uint64_t seed = 1;
  Place place;
  double annual_kwh = 3500;    // mean over homes, before photovoltaics
  double annual_spread = 0.4;  // sigma of the logarithm over homes
  double pv_share = 0.25;      // homes with a roof plant
};

// A home drawn from (seed, home): standing load, a refrigerator and appliances that people switch
// on. Runs of appliances are drawn a day at a time so that the mean of many homes follows the H0
// profile. Pure in the step; the days last asked for are kept, so read roughly in order.
class Household : public LoadSource {
 public:
  Household(const HouseholdConfig& config, std::uint32_t home);

  HomeLoad at(std::int64_t step) const override;

  bool has_pv() const { return plant().peak_w > 0; }
  const RoofPlant& plant() const { return pv_.plant(); }
  double mean_w() const { return mean_w_; }  // of the year, before photovoltaics

 private:
  struct Run {
    std::uint16_t start_minute;  // runs wrap at midnight, so a day's energy stays in the day
    std::uint16_t minutes;
    std::uint16_t appliance;
    float power_w;
  };
  struct DayPlan {
    std::int64_t day = INT64_MIN;
    std::vector<Run> runs;
  };

  const DayPlan& plan(const LocalTime& time) const;
  void draw_plan(const LocalTime& time, DayPlan& plan) const;
  bool fridge_on(std::int64_t minute) const;

  std::uint64_t seed_;
  std::uint32_t home_;
  Place place_;
  double mean_w_;
  double standing_w_;
  double standing_var_;  // capacitive: negative
  double fridge_w_;
  int fridge_on_minutes_;
  int fridge_period_minutes_;
  int fridge_shift_minutes_;
  Photovoltaic pv_;
  mutable std::array<DayPlan, 2> plans_;
};

}  // namespace models
