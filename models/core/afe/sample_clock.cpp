// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/sample_clock.hpp"

#include "kernel/assert.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/grid/mains.hpp"

namespace models {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr double kNominalPeriodNs = 1e9 / METER_ADC_RATE_HZ;  // 156 250 exactly
constexpr double kQ32 = 4294967296.0;

std::int64_t divide_up(Wide numerator, std::uint64_t denominator) {
  return static_cast<std::int64_t>((numerator + denominator - 1) / denominator);
}

}  // namespace

SampleClock::SampleClock(double ppm)
    : period_q32_(static_cast<std::uint64_t>(kNominalPeriodNs / (1 + ppm * 1e-6) * kQ32 + 0.5)) {
  TWIN_ASSERT(ppm > -1000 && ppm < 1000, ppm);
}

WindowTiming SampleClock::window(kernel::TimeNs start_ns, kernel::TimeNs window_ns) const {
  TWIN_ASSERT(start_ns >= 0 && window_ns > 0, start_ns, window_ns);
  const Wide start_q32 = static_cast<Wide>(start_ns) << 32;
  const auto length_q32 = static_cast<std::uint64_t>(window_ns) << 32;  // < 2^60: 0.25 s
  WindowTiming timing;
  timing.first_sample = divide_up(start_q32, period_q32_);
  const auto offset_q32 =
      static_cast<std::uint64_t>(static_cast<Wide>(timing.first_sample) * period_q32_ - start_q32);
  timing.n_samples = static_cast<std::uint32_t>(divide_up(length_q32 - offset_q32, period_q32_));
  timing.length_q16 = static_cast<std::uint32_t>(
      ((static_cast<Wide>(length_q32) << 16) + period_q32_ / 2) / period_q32_);
  // Turns of the mains per time: ten over the window's length. 2^64 of them wrap to nothing. The
  // reciprocal keeps 2^-61 of a turn over the window.
  const auto turns_per_q32 =
      static_cast<std::uint64_t>((static_cast<Wide>(kWindowCycles) << 120) / length_q32);
  timing.phase = static_cast<std::uint64_t>((static_cast<Wide>(offset_q32) * turns_per_q32) >> 56);
  timing.phase_step =
      static_cast<std::uint64_t>((static_cast<Wide>(period_q32_) * turns_per_q32) >> 56);
  return timing;
}

}  // namespace models
