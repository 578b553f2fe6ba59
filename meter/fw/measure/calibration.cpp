// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/measure/calibration.hpp"

namespace meter::fw {
namespace {

// A shunt is off by 5 %, a divider by 1 %: beyond this the board or the bench is faulty.
constexpr double kGainMin = 0.8;
constexpr double kGainMax = 1.25;
// Shunt inductance and filters give degrees, not tens of them: cos 10 deg.
constexpr double kPhaseCosMin = 0.985;

bool plausible(double gain) { return gain > kGainMin && gain < kGainMax; }

bool calibrate_gain(const meter_element_sums& sums, std::uint32_t n_samples,
                    const meter_reference& reference, ElementCalibration& element) {
  const ElementReading raw = measure_element(sums, n_samples, ElementCalibration{});
  if (raw.voltage2_v2 <= 0.0 || raw.current2_a2 <= 0.0) return false;
  const double voltage_gain = reference.voltage_v / square_root(raw.voltage2_v2);
  const double current_gain = reference.current_a / square_root(raw.current2_a2);
  if (!plausible(voltage_gain) || !plausible(current_gain)) return false;
  element = {};
  element.voltage_gain = voltage_gain;
  element.current_gain = current_gain;
  return true;
}

// The rotation that turns the measured (P, Q) onto the reference's.
bool calibrate_phase(const meter_element_sums& sums, std::uint32_t n_samples,
                     const meter_reference& reference, ElementCalibration& element) {
  const double active_w = reference.active_w;
  const double reactive_var = reference.reactive_var;
  ElementCalibration unrotated = element;
  unrotated.phase_cos = 1.0;
  unrotated.phase_sin = 0.0;
  unrotated.active_offset_w = unrotated.reactive_offset_var = 0.0;
  const ElementReading m = measure_element(sums, n_samples, unrotated);
  const double magnitude = square_root((m.active_w * m.active_w + m.reactive_var * m.reactive_var) *
                                       (active_w * active_w + reactive_var * reactive_var));
  if (magnitude <= 0.0) return false;
  const double phase_cos = (m.active_w * active_w + m.reactive_var * reactive_var) / magnitude;
  if (phase_cos < kPhaseCosMin) return false;
  element.phase_cos = phase_cos;
  element.phase_sin = (m.active_w * reactive_var - m.reactive_var * active_w) / magnitude;
  return true;
}

// At no load everything that is left is noise (current, in the square domain) or crosstalk (P, Q).
void calibrate_offset(const meter_element_sums& sums, std::uint32_t n_samples,
                      const meter_reference& reference, ElementCalibration& element) {
  element.current_offset_a2 = element.active_offset_w = element.reactive_offset_var = 0.0;
  const ElementReading m = measure_element(sums, n_samples, element);
  element.current_offset_a2 = m.current2_a2 - reference.current_a * reference.current_a;
  element.active_offset_w = m.active_w - reference.active_w;
  element.reactive_offset_var = m.reactive_var - reference.reactive_var;
}

// The neutral's transformer carries the current that one phase does. A board without one, or a
// bench that leaves it out, keeps what the design says.
bool calibrate_neutral(meter_calibration_step step, const meter_sums& sums,
                       const meter_reference& reference, Calibration& calibration) {
  const auto* const neutral = element_of<meter_element_sums>(sums, sums.neutral, 0);
  if (neutral == nullptr || neutral->ii <= 0.0) return true;
  if (step == METER_CALIBRATE_GAIN) {
    const ElementReading raw = measure_element(*neutral, sums.n_samples, ElementCalibration{});
    const double gain = reference.current_a / square_root(raw.current2_a2);
    calibration.neutral = {static_cast<float>(gain), 0};
    return plausible(gain);
  }
  ElementCalibration element = constants_of(calibration, kNeutralElement);
  if (step != METER_CALIBRATE_PHASE) return true;
  if (!calibrate_phase(*neutral, sums.n_samples, reference, element)) return false;
  calibration.neutral.phase_sin = static_cast<float>(element.phase_sin);
  return true;
}

}  // namespace

bool calibrate(meter_calibration_step step, const meter_sums& sums,
               const meter_reference& reference, std::uint32_t n_elements,
               Calibration& calibration) {
  if (sums.n_samples == 0 || sums.length_q16 == 0 || sums.n_elements != n_elements) return false;
  Calibration next = calibration;
  for (std::uint32_t k = 0; k < n_elements; ++k) {
    const meter_element_sums& element = sums.element[k];
    bool done = true;
    if (step == METER_CALIBRATE_GAIN) {
      done = calibrate_gain(element, sums.n_samples, reference, next.element[k]);
    } else if (step == METER_CALIBRATE_PHASE) {
      done = calibrate_phase(element, sums.n_samples, reference, next.element[k]);
    } else {
      calibrate_offset(element, sums.n_samples, reference, next.element[k]);
    }
    if (!done) return false;
  }
  if (!calibrate_neutral(step, sums, reference, next)) return false;
  calibration = next;
  return true;
}

bool calibrate_drift(const meter_sums& sums, const meter_reference& reference, double celsius,
                     std::uint32_t n_elements, Calibration& calibration) {
  constexpr double kLeastKelvin = 10.0;  // nearer points tell noise, not drift
  const double kelvin = celsius - calibration.thermal.at_c;
  if (sums.n_samples == 0 || sums.length_q16 == 0 || sums.n_elements != n_elements) return false;
  if (kelvin * kelvin < kLeastKelvin * kLeastKelvin) return false;
  double voltage = 0.0;
  double current = 0.0;
  double phase = 0.0;
  for (std::uint32_t k = 0; k < n_elements; ++k) {
    const ElementCalibration& cold = calibration.element[k];
    const ElementReading m = measure_element(sums.element[k], sums.n_samples, cold);
    ElementCalibration warm = cold;
    if (m.voltage2_v2 <= 0.0 || m.current2_a2 <= 0.0) return false;
    if (!calibrate_phase(sums.element[k], sums.n_samples, reference, warm)) return false;
    voltage += square_root(m.voltage2_v2) / reference.voltage_v - 1.0;
    current += square_root(m.current2_a2) / reference.current_a - 1.0;
    phase += warm.phase_sin * cold.phase_cos - warm.phase_cos * cold.phase_sin;
  }
  const double per_kelvin = 1.0 / (n_elements * kelvin);
  calibration.thermal.voltage_per_k = static_cast<float>(voltage * per_kelvin);
  calibration.thermal.current_per_k = static_cast<float>(current * per_kelvin);
  calibration.thermal.phase_rad_per_k = static_cast<float>(phase * per_kelvin);
  return true;
}

Calibration compensated(const Calibration& calibration, double celsius) {
  const ThermalCalibration& thermal = calibration.thermal;
  const double kelvin = celsius - thermal.at_c;
  const double voltage = 1.0 / (1.0 + thermal.voltage_per_k * kelvin);
  const double current = 1.0 / (1.0 + thermal.current_per_k * kelvin);
  const double angle = thermal.phase_rad_per_k * kelvin;  // some 0.001: its cosine is one
  Calibration now = calibration;
  for (ElementCalibration& element : now.element) {
    element.voltage_gain *= voltage;
    element.current_gain *= current;
    const double phase_cos = element.phase_cos - angle * element.phase_sin;
    element.phase_sin += angle * element.phase_cos;
    element.phase_cos = phase_cos;
  }
  return now;
}

}  // namespace meter::fw
