// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware with a fault in what it makes of a window; MUTANT says which.
#define measure_window measure_honest_window
#include "meter/fw/measure/metrology.cpp"
#undef measure_window

namespace meter::fw {
namespace {

enum Mutant { phase, gain, creep, quadrant, crash };

void spoil(WindowReading& reading) {
  constexpr double kCos = 0.9999862922474267, kSin = 0.005235963831419639;  // 0.3 degrees
  const double active_w = reading.active_w;
  const double reactive_var = reading.reactive_var;
  switch (MUTANT) {
    case phase:
      reading.active_w = kCos * active_w - kSin * reactive_var;
      reading.reactive_var = kCos * reactive_var + kSin * active_w;
      break;
    case gain:
      reading.active_w *= 1.008;
      reading.reactive_var *= 1.008;
      break;
    case creep:
      if (active_w == 0) reading.active_w = 4;
      break;
    case quadrant:
      if (reading.exporting) reading.reactive_var = -reactive_var;
      break;
    case crash:
      if (active_w > 20'000) __builtin_trap();
      break;
  }
}

}  // namespace

bool measure_window(const meter_sums& sums, std::uint32_t n_elements,
                    const Calibration& calibration, WindowReading& reading) {
  if (!measure_honest_window(sums, n_elements, calibration, reading)) return false;
  spoil(reading);
  const double duration_us = sums.length_q16 * (1e6 / 65536.0 / METER_ADC_RATE_HZ);
  reading.active_uj = rounded(reading.active_w * duration_us);
  reading.reactive_uj = rounded(reading.reactive_var * duration_us);
  return true;
}

}  // namespace meter::fw
