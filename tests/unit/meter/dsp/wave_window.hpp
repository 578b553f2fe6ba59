// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "meter/hal/meter_hal.h"

namespace meter_dsp_test {

inline constexpr double kSampleRateHz = METER_ADC_RATE_HZ;

// One window of counts made from functions of time, with its lead.
class WaveWindow {
 public:
  using Wave = std::function<double(double t_s)>;

  WaveWindow(std::uint32_t n, const Wave& v, const Wave& i) : n_(n) {
    for (std::int32_t k = -static_cast<std::int32_t>(METER_WINDOW_LEAD);
         k < static_cast<std::int32_t>(n); ++k) {
      v_.push_back(static_cast<std::int32_t>(std::lround(v(k / kSampleRateHz))));
      i_.push_back(static_cast<std::int32_t>(std::lround(i(k / kSampleRateHz))));
    }
  }
  meter_window window() const {
    meter_window window{};
    window.n_samples = n_;
    window.n_cycles = METER_WINDOW_CYCLES;
    window.length_q16 = n_ << 16;
    window.channel[METER_V1] = v_.data() + METER_WINDOW_LEAD;
    window.channel[METER_I1] = i_.data() + METER_WINDOW_LEAD;
    return window;
  }

 private:
  std::uint32_t n_;
  std::vector<std::int32_t> v_;
  std::vector<std::int32_t> i_;
};

}  // namespace meter_dsp_test
