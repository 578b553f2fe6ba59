// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "models/core/load/calendar.hpp"

namespace models {

// One roof. tan_phi is what the inverter is set to: 0 unity; positive: draws reactive power while
// feeding in (under-excited); negative: delivers it (over-excited, acts as a capacitor).
struct RoofPlant {
  double peak_w = 0;
  double tilt_deg = 35;
  double azimuth_deg = 0;  // from south towards west
  double tan_phi = 0;
};

// A roof plant at a place: power fed in before self-consumption. Sun by geometry, clouds by a
// process that all homes of a region share, with ripple of their own.
class Photovoltaic {
 public:
  Photovoltaic(const RoofPlant& plant, const Place& place, std::uint64_t seed, std::uint32_t home);

  // Watts >= 0 at a grid step of the given day of the year.
  double power_w(std::int64_t step, int day_of_year) const;
  const RoofPlant& plant() const { return plant_; }

 private:
  // East, north, up.
  struct Direction {
    double e, n, u;
  };
  Direction sun(std::int64_t step, int day_of_year) const;
  double clearness(std::int64_t step) const;

  RoofPlant plant_;
  Place place_;
  std::uint64_t seed_;
  std::uint32_t home_;
  Direction panel_;
  double sin_latitude_;
  double cos_latitude_;
};

}  // namespace models
