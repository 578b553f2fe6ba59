// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/afe/afe.hpp"

namespace models {

// How the parts of one meter's front end drift with temperature, over that at 23 degrees.
struct ThermalDrift {
  double reference_ppm = 0;  // a kelvin: the converter's voltage reference, on every channel
  struct Phase {
    double divider_ppm = 0;  // a kelvin: mismatch of the divider's resistors
    double shunt_ppm = 0;    // a kelvin: manganin between copper
    double phase_mdeg = 0;   // a kelvin, at 50 Hz: filter capacitors, inductance
  };
  std::array<Phase, kMaxPhases> phase;
};

// A series has a drift of its own, and each meter its deviation from it: the reference inside a
// microcontroller, thin-film resistors, manganin between copper (docs/typetest.md).
struct ThermalSpread {
  double reference_ppm = -80, reference_spread_ppm = 20;
  double divider_ppm = 40, divider_spread_ppm = 30;
  double shunt_ppm = 60, shunt_spread_ppm = 30;
  double phase_mdeg = 0.6, phase_spread_mdeg = 0.3;
};

ThermalDrift draw_drift(std::uint64_t seed, std::uint32_t meter, const ThermalSpread& spread = {});

// What the parts are like at a temperature.
AfeTolerance at_temperature(const AfeTolerance& tolerance, const ThermalDrift& drift,
                            double celsius);

// What carries the current, beyond being linear (docs/typetest.md).
struct CurrentSensor {
  double heating_k = 0;  // over the board at Imax, when it has become warm; goes with the square
  double heating_s = 1;  // the time constant of that
  double low_ratio = 0;  // of the gain, relative, where there is no current to speak of
  double low_phase_deg = 0;
  double knee_a = 1;  // the current at which an e-th of both is left
};
inline constexpr double kSensorImax_a = 100;
// AD11A: 1 to 2.5 W in a shunt of 100 to 250 microohm.
inline constexpr CurrentSensor kShunt{.heating_k = 30, .heating_s = 600};
// AD13A: a transformer that bears direct current has a low permeability, hence an angle that is
// large, calibrated, and nearly the same at all currents.
inline constexpr CurrentSensor kTransformer{.low_ratio = -0.0006, .low_phase_deg = 0.03};

// How warm one phase's sensor is over the board.
class SensorHeat {
 public:
  double kelvin() const { return kelvin_; }
  // So much time with a current goes by; short beside the time constant.
  void pass(const CurrentSensor& sensor, double rms_a, double seconds);

 private:
  double kelvin_ = 0;
};

// The parts of a phase that carries a current.
PhaseTolerance carrying(const PhaseTolerance& phase, const ThermalDrift::Phase& drift,
                        const CurrentSensor& sensor, double heat_k, double rms_a);

}  // namespace models
