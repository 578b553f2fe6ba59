// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/h0_shape.hpp"

#include <cstddef>

#include "kernel/det_math.hpp"

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

}  // namespace models
