// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/setting.hpp"

#include <cmath>

namespace sim::typetest {
namespace {

// Means of the cells around the points of the grid; of a smooth function its values.
models::PeriodicSignal signal_of(const Wave& wave, double frequency_hz) {
  constexpr int kWithinCell = 16;
  constexpr std::size_t kPoints = std::size_t{1} << models::PeriodicSignal::kLog2Points;
  std::vector<double> values(kPoints << wave.log2_cycles);
  const double cell = 1.0 / kPoints;
  bool anything = false;
  for (std::size_t k = 0; k < values.size(); ++k) {
    const double turns = static_cast<double>(k) * cell;
    if (wave.smooth) {
      values[k] = wave.at(turns);
    } else {
      for (int m = 0; m < kWithinCell; ++m) {
        values[k] += wave.at(turns + ((m + 0.5) / kWithinCell - 0.5) * cell) / kWithinCell;
      }
    }
    anything = anything || values[k] != 0;
  }
  if (!anything) return {};
  return models::decimated(std::move(values), wave.log2_cycles, frequency_hz);
}

}  // namespace

Setting setting_of(const Circuit& circuit, const Truth& truth, double frequency_hz,
                   double celsius) {
  Setting setting;
  for (std::size_t p = 0; p < circuit.n_phases; ++p) {
    setting.current_a[p] = truth.element[p].current_a;
    setting.signals.v[p] = signal_of(circuit.voltage[p], frequency_hz);
    setting.signals.i[p] = signal_of(circuit.current[p], frequency_hz);
  }
  setting.window_ns = std::llround(1e9 * models::kWindowCycles / frequency_hz);
  setting.celsius = celsius;
  return setting;
}

Setting plain_setting(std::size_t n_phases, double current_a, double lag_deg) {
  Load load;
  load.current_a = current_a;
  load.lag_deg = lag_deg;
  const Circuit circuit = circuit_of(load, n_phases, 1, {});
  return setting_of(circuit, truth_of(circuit), load.frequency_hz, load.celsius);
}

}  // namespace sim::typetest
