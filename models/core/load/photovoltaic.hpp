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

// Fed-in power at a grid step before self-consumption, >= 0. Sun by geometry, clouds by a process
// that all homes of a region share, with ripple of their own.
double photovoltaic_w(const RoofPlant& plant, const Place& place, std::uint64_t seed,
                      std::uint32_t home, std::int64_t step);

}  // namespace models
