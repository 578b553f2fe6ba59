// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/photovoltaic.hpp"

#include <algorithm>
#include <array>

#include "kernel/det_math.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"

namespace models {
namespace {

constexpr double kRadPerDeg = kernel::kPi / 180;
constexpr double kPerformance = 0.80;    // cables, heat, dirt, inverter
constexpr double kInverterLimit = 0.95;  // of the peak power
constexpr std::int64_t kKnotSteps = 15;  // passing cloud fields

std::array<std::uint32_t, 4> weather(std::uint64_t seed, std::uint64_t track, std::int64_t index) {
  return kernel::philox4x32(seed, 0, kernel::kPurposeWeather,
                            (track << 56) | static_cast<std::uint64_t>(index));
}

}  // namespace

Photovoltaic::Photovoltaic(const RoofPlant& plant, const Place& place, std::uint64_t seed,
                           std::uint32_t home)
    : plant_(plant), place_(place), seed_(seed), home_(home) {
  const kernel::SinCos tilt = kernel::det_sincos(plant.tilt_deg * kRadPerDeg);
  const kernel::SinCos azimuth = kernel::det_sincos(plant.azimuth_deg * kRadPerDeg);
  const kernel::SinCos latitude = kernel::det_sincos(place.latitude_deg * kRadPerDeg);
  panel_ = {-tilt.sin * azimuth.sin, -tilt.sin * azimuth.cos, tilt.cos};
  sin_latitude_ = latitude.sin;
  cos_latitude_ = latitude.cos;
}

// Declination by Cooper's formula; solar time without the equation of time (a quarter of an hour at
// most).
Photovoltaic::Direction Photovoltaic::sun(std::int64_t step, int day_of_year) const {
  const double declination =
      23.45 * kRadPerDeg * kernel::det_sin(2 * kernel::kPi * (285 + day_of_year) / 365);
  std::int64_t utc_s = (place_.start_utc_s + 60 * step) % kSecondsPerDay;
  if (utc_s < 0) utc_s += kSecondsPerDay;
  const double hour = static_cast<double>(utc_s) / 3600 + place_.longitude_deg / 15;
  const kernel::SinCos h = kernel::det_sincos((hour - 12) * 15 * kRadPerDeg);
  const kernel::SinCos d = kernel::det_sincos(declination);
  return {-d.cos * h.sin, d.sin * cos_latitude_ - d.cos * sin_latitude_ * h.cos,
          d.sin * sin_latitude_ + d.cos * cos_latitude_ * h.cos};
}

// Share of the direct light that gets through: the day's clearness with swings that are largest on
// half-clouded days.
double Photovoltaic::clearness(std::int64_t step) const {
  const std::int64_t minute = place_.start_utc_s / 60 + step;
  const double day = kernel::unit_open(weather(seed_, 0, minute / 1440)[0]);
  const std::int64_t knot = minute / kKnotSteps;
  const double along = static_cast<double>(minute % kKnotSteps) / kKnotSteps;
  const double field = (1 - along) * kernel::unit_open(weather(seed_, 1, knot)[0]) +
                       along * kernel::unit_open(weather(seed_, 1, knot + 1)[0]);
  const auto own =
      kernel::philox4x32(seed_, home_, kernel::kPurposeHouseholdMinute,
                         (std::uint64_t{1} << 56) | static_cast<std::uint64_t>(minute));
  const double swing = 4 * day * (1 - day);
  const double k = day + swing * (0.9 * (field - 0.5) + 0.2 * (kernel::unit_open(own[0]) - 0.5));
  return std::clamp(k, 0.02, 1.0);
}

double Photovoltaic::power_w(std::int64_t step, int day_of_year) const {
  if (plant_.peak_w <= 0) return 0;
  const Direction s = sun(step, day_of_year);
  if (s.u <= 0.01) return 0;
  const double facing = s.e * panel_.e + s.n * panel_.n + s.u * panel_.u;
  // Clear-sky direct light, ASHRAE's A exp(-B / sin(elevation)) with A and B of June, kW/m2.
  const double direct = 1.09 * kernel::det_exp(-0.2 / s.u);
  const double clear = clearness(step);
  const double diffuse = 0.1 * kernel::det_sqrt(s.u) * (1 + clear);
  const double irradiance = direct * clear * std::max(0.0, facing) + diffuse;
  return plant_.peak_w * std::min(kPerformance * irradiance, kInverterLimit);
}

}  // namespace models
