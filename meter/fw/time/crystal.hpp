// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

namespace meter::fw {

// What the production line saw of the RTC's crystal: its deviation at up to three temperatures, as
// the meter's own thermometer reads them. What that is off by is off in the field, too.
struct Crystal {
  struct Point {
    std::int16_t centi_celsius = 0;
    std::int16_t fast_10ppb = 0;  // steps of 10 ppb: a millisecond a day
  };
  std::uint8_t n_points = 0;
  std::array<Point, 3> point{};

  // False: no deviation of a crystal, or nearer than 10 K to a point that is there.
  bool add(std::int32_t centi_celsius, double fast_ppb);
  // By how much the crystal is fast at a temperature: the parabola through three points; with less
  // of them, the parabola of any tuning fork, moved to go through them.
  std::int32_t fast_ppb(std::int32_t centi_celsius) const;
};

}  // namespace meter::fw
