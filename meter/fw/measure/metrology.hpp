// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "meter/hal/meter_hal.h"

namespace meter::fw {

inline constexpr std::size_t kMaxElements = 3;

// What the calibration bench found out about one element. Applied to sums, never to samples.
struct ElementCalibration {
  double voltage_gain = 1.0;
  double current_gain = 1.0;
  double phase_cos = 1.0;  // rotation of (P, Q) that undoes the phase between the channels
  double phase_sin = 0.0;
  double current_offset_a2 = 0.0;  // noise, in the square domain
  double active_offset_w = 0.0;
  double reactive_offset_var = 0.0;
};
// How the front end drifts over the temperature the other constants are of: the series' own drift,
// a mean over the elements.
struct ThermalCalibration {
  float at_c = 0;
  float voltage_per_k = 0;
  float current_per_k = 0;
  float phase_rad_per_k = 0;  // by which the current's lead grows

  bool known() const { return voltage_per_k != 0 || current_per_k != 0 || phase_rad_per_k != 0; }
};
// The transformer in the neutral.
struct NeutralCalibration {
  float current_gain = 1;
  float phase_sin = 0;  // as of an element
};
struct Calibration {
  std::array<ElementCalibration, kMaxElements> element;
  ThermalCalibration thermal;
  NeutralCalibration neutral;
};
// Behind the elements: the first voltage with the current of the neutral.
inline constexpr std::uint32_t kNeutralElement = kMaxElements;
static_assert(METER_I1 + kNeutralElement == METER_IN);

// One element over one window, calibrated.
struct ElementReading {
  double voltage2_v2 = 0.0;  // squares: the root is taken when somebody reads
  double current2_a2 = 0.0;
  double active_w = 0.0;  // zero while the element creeps
  double reactive_var = 0.0;
};

struct WindowReading {
  std::array<ElementReading, kMaxElements> element;
  double active_w = 0.0;  // sums over the elements
  double reactive_var = 0.0;
  std::uint32_t length_q16 = 0;  // in sample periods, as in the window
  // Which side of the P axis the load is on, also while the active energy creeps.
  bool exporting = false;
  // Energy of one window. Integer, so that n windows hold exactly n times as much as one.
  std::int64_t active_uj = 0;
  std::int64_t reactive_uj = 0;
  std::int64_t apparent_uj = 0;
  std::int64_t duration_us = 0;
};

// The k-th element of one of the arrays that sums name; none: not measured.
template <typename T>
const T* element_of(const meter_sums& sums, const meter_array& array, std::uint32_t k) {
  if (k >= array.count) return nullptr;
  const auto* const octets = reinterpret_cast<const std::uint8_t*>(&sums);
  return reinterpret_cast<const T*>(octets + array.offset + k * array.stride);
}

// What is known about an element, or kNeutralElement.
ElementCalibration constants_of(const Calibration& calibration, std::uint32_t element);
// Volts and amperes of one element by design constants and calibration.
ElementReading measure_element(const meter_element_sums& sums, std::uint32_t n_samples,
                               const ElementCalibration& calibration);

// False, and the reading stays, when the sums cannot be of a window (no samples, no length, wrong
// elements).
bool measure_window(const meter_sums& sums, std::uint32_t n_elements,
                    const Calibration& calibration, WindowReading& reading);

// Rms voltage times rms current, all orders (docs/metrology.md, Apparent); zero while all of the
// element creeps.
double apparent_va(const ElementReading& element);
double volts_per_count(const ElementCalibration& calibration);
double amperes_per_count(const ElementCalibration& calibration);
// Energy of a power over one window of this length.
std::int64_t window_uj(double power, std::uint32_t length_q16);
double square_root(double square);

}  // namespace meter::fw
