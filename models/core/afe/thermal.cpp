// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/thermal.hpp"

#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace models {

ThermalDrift draw_drift(std::uint64_t seed, std::uint32_t meter, const ThermalSpread& spread) {
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeAfeDrift);
  const auto around = [&](double centre, double by) { return centre + draw.uniform(-by, by); };
  ThermalDrift drift;
  drift.reference_ppm = around(spread.reference_ppm, spread.reference_spread_ppm);
  for (ThermalDrift::Phase& phase : drift.phase) {
    phase.divider_ppm = around(spread.divider_ppm, spread.divider_spread_ppm);
    phase.shunt_ppm = around(spread.shunt_ppm, spread.shunt_spread_ppm);
    phase.phase_mdeg = around(spread.phase_mdeg, spread.phase_spread_mdeg);
  }
  return drift;
}

AfeTolerance at_temperature(const AfeTolerance& tolerance, const ThermalDrift& drift,
                            double celsius) {
  constexpr double kReference_c = 23;  // IEC 62053-21, reference conditions
  const double kelvin = celsius - kReference_c;
  AfeTolerance now = tolerance;
  for (std::size_t p = 0; p < kMaxPhases; ++p) {
    const ThermalDrift::Phase& each = drift.phase[p];
    // A reference that grows makes counts smaller; a signal that grows, larger.
    now.phase[p].gain_v *= 1 + kelvin * 1e-6 * (each.divider_ppm - drift.reference_ppm);
    now.phase[p].gain_i *= 1 + kelvin * 1e-6 * (each.shunt_ppm - drift.reference_ppm);
    now.phase[p].phase_deg += kelvin * 1e-3 * each.phase_mdeg;
  }
  return now;
}

void SensorHeat::pass(const CurrentSensor& sensor, double rms_a, double seconds) {
  const double share = rms_a / kSensorImax_a;
  kelvin_ += (sensor.heating_k * share * share - kelvin_) * (seconds / sensor.heating_s);
}

PhaseTolerance carrying(const PhaseTolerance& phase, const ThermalDrift::Phase& drift,
                        const CurrentSensor& sensor, double heat_k, double rms_a) {
  const double low = kernel::det_exp(-rms_a / sensor.knee_a);
  PhaseTolerance now = phase;
  now.gain_i *= 1 + 1e-6 * drift.shunt_ppm * heat_k + sensor.low_ratio * low;
  now.phase_deg += sensor.low_phase_deg * low;
  return now;
}

}  // namespace models
