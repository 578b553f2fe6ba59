// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/measure/metrology.hpp"

#include <algorithm>
#include <cmath>

namespace meter::fw {
namespace {

// Design value of a count: full scale at 2^23 (meter_hal.h).
constexpr double kVoltsPerCount = METER_ADC_V_FULL_SCALE_MV / 1000.0 / 8388608.0;
constexpr double kAmperesPerCount = METER_ADC_I_FULL_SCALE_MA / 1000.0 / 8388608.0;

// Creep: no energy below about half the starting current, 0.004 Iref = 20 mA active and
// 0.005 Iref = 25 mA reactive (EN 50470-3, IEC 62053-23), seen as apparent power: 10 mA is then
// silent up to 1.15 Un and 20 mA counted down to 0.7 Un. By apparent power, because a load that
// does draw current is entitled to its small P or Q.
constexpr double kUn_v = 240.0;
constexpr double kCreepActive_va = 0.58 * kUn_v * 0.020;
constexpr double kCreepReactive_va = 0.58 * kUn_v * 0.025;

std::int64_t rounded(double value) {
  return static_cast<std::int64_t>(value + (value < 0.0 ? -0.5 : 0.5));
}

constexpr double kMicrosecondsPerQ16 = 1e6 / 65536.0 / METER_ADC_RATE_HZ;

}  // namespace

std::int64_t window_uj(double power, std::uint32_t length_q16) {
  return rounded(power * (length_q16 * kMicrosecondsPerQ16));
}

double volts_per_count(const ElementCalibration& calibration) {
  return kVoltsPerCount * calibration.voltage_gain;
}
double amperes_per_count(const ElementCalibration& calibration) {
  return kAmperesPerCount * calibration.current_gain;
}

ElementCalibration constants_of(const Calibration& calibration, std::uint32_t element) {
  if (element < kMaxElements) return calibration.element[element];
  const double sin = calibration.neutral.phase_sin;
  ElementCalibration of_neutral;
  of_neutral.voltage_gain = calibration.element[0].voltage_gain;
  of_neutral.current_gain = calibration.neutral.current_gain;
  of_neutral.phase_cos = square_root(1.0 - sin * sin);
  of_neutral.phase_sin = sin;
  return of_neutral;
}

double square_root(double square) { return square > 0.0 ? std::sqrt(square) : 0.0; }

double apparent_va(const ElementReading& element) {
  if (element.active_w == 0.0 && element.reactive_var == 0.0) return 0.0;
  return square_root(element.voltage2_v2 * element.current2_a2);
}

ElementReading measure_element(const meter_element_sums& sums, std::uint32_t n_samples,
                               const ElementCalibration& calibration) {
  const double volts = volts_per_count(calibration);
  const double amperes = amperes_per_count(calibration);
  const double per_sample = 1.0 / n_samples;
  const double p = sums.vi * (volts * amperes * per_sample);
  const double q = sums.vq * (volts * amperes * per_sample);
  ElementReading reading;
  reading.voltage2_v2 = sums.vv * (volts * volts * per_sample);
  reading.current2_a2 =
      std::max(0.0, sums.ii * (amperes * amperes * per_sample) - calibration.current_offset_a2);
  reading.active_w =
      p * calibration.phase_cos - q * calibration.phase_sin - calibration.active_offset_w;
  reading.reactive_var =
      p * calibration.phase_sin + q * calibration.phase_cos - calibration.reactive_offset_var;
  return reading;
}

bool measure_window(const meter_sums& sums, std::uint32_t n_elements,
                    const Calibration& calibration, WindowReading& reading) {
  if (sums.n_samples == 0 || sums.length_q16 == 0 || sums.n_elements != n_elements) return false;
  reading = {};
  reading.length_q16 = sums.length_q16;
  double raw_active_w = 0.0;
  double all_va = 0.0;
  for (std::uint32_t k = 0; k < n_elements; ++k) {
    ElementReading& element = reading.element[k];
    element = measure_element(sums.element[k], sums.n_samples, calibration.element[k]);
    raw_active_w += element.active_w;
    const double apparent2 =
        element.active_w * element.active_w + element.reactive_var * element.reactive_var;
    if (apparent2 < kCreepActive_va * kCreepActive_va) element.active_w = 0.0;
    if (apparent2 < kCreepReactive_va * kCreepReactive_va) element.reactive_var = 0.0;
    reading.active_w += element.active_w;
    reading.reactive_var += element.reactive_var;
    all_va += apparent_va(element);
  }
  reading.exporting = raw_active_w < 0.0;
  reading.active_uj = window_uj(reading.active_w, sums.length_q16);
  reading.reactive_uj = window_uj(reading.reactive_var, sums.length_q16);
  reading.apparent_uj = window_uj(all_va, sums.length_q16);
  reading.duration_us = rounded(sums.length_q16 * kMicrosecondsPerQ16);
  return true;
}

}  // namespace meter::fw
