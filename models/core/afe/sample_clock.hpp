// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "kernel/time.hpp"

namespace models {

// Which ADC samples fall into a window, and where in the mains cycle. Exact integers throughout,
// so two windows with the same offset give the same samples bit for bit, however late in the run.
struct WindowTiming {
  std::int64_t first_sample;  // number of the first sample at or after the window's start
  std::uint32_t n_samples;
  std::uint32_t length_q16;  // window in nominal sample periods as the meter's crystal counts them
  std::uint64_t phase;       // of the first sample, in 2^64ths of a mains turn
  std::uint64_t phase_step;  // per sample
};

// The ADC's free-running clock: sample k is taken at k periods since simulated time 0. The front
// end is never reset in the model, so an outage does not shift the samples after it.
class SampleClock {
 public:
  explicit SampleClock(double ppm);
  // A window of whole mains cycles [start, start + length).
  WindowTiming window(kernel::TimeNs start_ns, kernel::TimeNs window_ns) const;

 private:
  std::uint64_t period_q32_;  // ns in Q32
};

}  // namespace models
