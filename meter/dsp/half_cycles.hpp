// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "meter/hal/meter_hal.h"

namespace meter::dsp {

// Of one channel, counts^2.
inline constexpr std::uint32_t kMostHalfCycles = 2 * METER_WINDOW_CYCLES;
using HalfCycles = std::array<double, kMostHalfCycles>;

// Mean squares over the half cycles of a window, for Urms(1/2) of IEC 61000-4-30: two neighbours
// together are a cycle. Half cycles are equal shares of the window, in step with the mains and the
// same for all channels; of a sample at their ends each has its part, so that a cycle is a cycle
// whatever the sample rate. Sums of whole counts: the same on every machine. The converter's offset
// is not taken off, which a window with half a sag in it would not show; it is 0.24 % of full scale
// at most, beside 90 % of the voltage nothing.
// How many there are; 0: no such channel, or no window.
inline std::uint32_t half_cycles(const meter_window& window, meter_channel channel,
                                 HalfCycles& out) {
  const std::int32_t* const x = window.channel[channel];
  const std::uint32_t halves = 2 * window.n_cycles;
  if (x == nullptr || halves > kMostHalfCycles || window.n_samples == 0) return 0;
  const auto square = [](std::int32_t count) { return std::int64_t{count} * count; };
  std::uint32_t at = 0;      // the first sample that is not summed yet
  double from = 0.0;         // where this half cycle begins, samples
  double part_before = 0.0;  // of sample `at`, what belongs to the one before
  for (std::uint32_t k = 0; k < halves; ++k) {
    const auto end_q16 =
        static_cast<std::uint32_t>(std::uint64_t{window.length_q16} * (k + 1) / halves);
    std::uint32_t whole = end_q16 >> 16;
    double part = (end_q16 & 0xFFFFu) / 65536.0;
    if (whole >= window.n_samples) {
      whole = window.n_samples;
      part = 0.0;
    }
    std::int64_t sum = 0;
    for (; at < whole; ++at) sum += square(x[at]);
    const double part_here = part > 0.0 ? part * static_cast<double>(square(x[whole])) : 0.0;
    const double length = whole + part - from;
    out[k] = length > 0.0 ? (static_cast<double>(sum) - part_before + part_here) / length : 0.0;
    from = whole + part;
    part_before = part_here;
  }
  return halves;
}

}  // namespace meter::dsp
