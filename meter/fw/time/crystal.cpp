// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/time/crystal.hpp"

namespace meter::fw {
namespace {

constexpr double kStep_ppb = 10.0;
constexpr double kMost_ppb = 300'000.0;  // a crystal, and a point has room for it
constexpr std::int32_t kLeastApart_centi_c = 1000;

std::int32_t rounded(double value) {
  return static_cast<std::int32_t>(value + (value < 0.0 ? -0.5 : 0.5));
}

// Any tuning fork: -0.034 ppm a square kelvin around 25 degrees.
double usual_ppb(double celsius) {
  const double kelvin = celsius - 25.0;
  return -34.0 * kelvin * kelvin;
}

}  // namespace

bool Crystal::add(std::int32_t centi_celsius, double fast_ppb) {
  if (n_points == point.size() || !(fast_ppb > -kMost_ppb && fast_ppb < kMost_ppb)) return false;
  for (std::size_t k = 0; k < n_points; ++k) {
    const std::int32_t apart = centi_celsius - point[k].centi_celsius;
    if (apart > -kLeastApart_centi_c && apart < kLeastApart_centi_c) return false;
  }
  point[n_points++] = {static_cast<std::int16_t>(centi_celsius),
                       static_cast<std::int16_t>(rounded(fast_ppb / kStep_ppb))};
  return true;
}

// Lagrange, on what the points say beyond the usual parabola.
std::int32_t Crystal::fast_ppb(std::int32_t centi_celsius) const {
  const double celsius = centi_celsius * 0.01;
  double fast = usual_ppb(celsius);
  for (std::size_t k = 0; k < n_points; ++k) {
    const double at_c = point[k].centi_celsius * 0.01;
    double share = point[k].fast_10ppb * kStep_ppb - usual_ppb(at_c);
    for (std::size_t other = 0; other < n_points; ++other) {
      if (other == k) continue;
      const double other_c = point[other].centi_celsius * 0.01;
      share *= (celsius - other_c) / (at_c - other_c);
    }
    fast += share;
  }
  return rounded(fast);
}

}  // namespace meter::fw
