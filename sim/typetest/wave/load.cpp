// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/wave/load.hpp"

namespace sim::typetest {
namespace {

// On one element, voltage and current, before they are put onto their phase.
struct Pair {
  Wave voltage;
  Wave current;
};

constexpr double kRecordedUn_v = 120;  // of the mains where the cycles were recorded

std::vector<double> without_mean(std::vector<double> values) {
  double sum = 0;
  for (const double value : values) sum += value;
  for (double& value : values) value -= sum / static_cast<double>(values.size());
  return values;
}

Pair pair_of(const Load& load, double voltage_v, const std::vector<RecordedCycle>& cycles) {
  const double current_a = load.current_a;
  const Wave voltage = sine(voltage_v, 0);
  switch (load.shape) {
    case Shape::sine:
      return {voltage, sine(current_a, load.lag_deg / 360)};
    case Shape::fifth:
      return {with_order(voltage_v, 5, 0.1), with_order(current_a, 5, 0.4)};
    case Shape::half_wave:
      return {voltage, half_wave(current_a)};
    case Shape::phase_fired:
      return {voltage, phase_fired(current_a, 0.25)};
    case Shape::burst:
      return {voltage, burst(current_a)};
    case Shape::even:
      return {voltage, with_order(current_a, 2, 0.3)};
    case Shape::interharmonic:
      return {voltage, with_order(current_a, 2.5, 0.2)};
    case Shape::recorded:
      // The mean of the voltage is the recorder's: no mains have one.
      return {
          times(recorded(without_mean(cycles.at(load.cycle).voltage_v)), voltage_v / kRecordedUn_v),
          recorded(cycles.at(load.cycle).current_a)};
  }
  return {};
}

}  // namespace

Circuit circuit_of(const Load& load, std::size_t n_phases, double setting,
                   const std::vector<RecordedCycle>& cycles) {
  Circuit circuit;
  circuit.n_phases = n_phases;
  for (std::size_t p = 0; p < n_phases; ++p) {
    const Pair pair = pair_of(load, load.voltage_un[p] * kUn_v * setting, cycles);
    const double third = static_cast<double>(load.reversed_sequence ? 3 - p : p) / 3;
    circuit.voltage[p] = later(pair.voltage, third);
    if ((load.phases >> p & 1) != 0) circuit.current[p] = later(pair.current, third);
  }
  return circuit;
}

Truth truth_of(const Circuit& circuit) {
  Truth truth;
  for (std::size_t p = 0; p < circuit.n_phases; ++p) {
    truth.element[p] = integrate(circuit.voltage[p], circuit.current[p]);
    truth.active_w += truth.element[p].active_w;
    truth.reactive_var += truth.element[p].reactive_var;
  }
  return truth;
}

}  // namespace sim::typetest
