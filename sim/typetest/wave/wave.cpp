// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/wave/wave.hpp"

#include <algorithm>
#include <cmath>
#include <memory>

#include "kernel/det_math.hpp"

namespace sim::typetest {
namespace {

constexpr double kTurn = 2 * kernel::kPi;
const double kSqrt2 = kernel::det_sqrt(2);

double sin_turns(double turns) { return kernel::det_sin(kTurn * (turns - std::floor(turns))); }
double within_cycle(double turns) { return turns - std::floor(turns); }

}  // namespace

Wave sine(double rms, double lag_turns) {
  return {[peak = kSqrt2 * rms, lag_turns](double turns) {
    return peak * sin_turns(turns - lag_turns);
  }};
}

Wave with_order(double rms_fundamental, double order, double share) {
  Wave wave{[peak = kSqrt2 * rms_fundamental, order, share](double turns) {
    return peak * (sin_turns(turns) + share * sin_turns(order * turns));
  }};
  for (double whole = order; whole != std::floor(whole); whole *= 2) ++wave.log2_cycles;
  return wave;
}

Wave half_wave(double rms) {
  return {[peak = 2 * rms](double turns) { return peak * std::max(0.0, sin_turns(turns)); }, 0,
          false};
}

Wave phase_fired(double rms, double from_turns) {
  // Of each half cycle the part behind the angle a: mean square (1 - 2a + sin(4 pi a) / 2 pi) / 2
  // of the peak's.
  const double conducts = 1 - 2 * from_turns + sin_turns(2 * from_turns) / kTurn;
  const double peak = rms * kernel::det_sqrt(2 / conducts);
  return {[peak, from_turns](double turns) {
            const double half = 2 * turns - std::floor(2 * turns);
            return half < 2 * from_turns ? 0.0 : peak * sin_turns(turns);
          },
          0, false};
}

Wave burst(double rms_while_on) {
  return {[peak = kSqrt2 * rms_while_on](double turns) {
            return within_cycle(turns / 4) < 0.5 ? peak * sin_turns(turns) : 0.0;
          },
          2, false};
}

Wave recorded(std::vector<double> values) {
  const auto held = std::make_shared<const std::vector<double>>(std::move(values));
  return {[held](double turns) {
            const double place = within_cycle(turns) * static_cast<double>(held->size());
            const auto at = std::min(static_cast<std::size_t>(place), held->size() - 1);
            const double along = place - static_cast<double>(at);
            return (*held)[at] * (1 - along) + (*held)[(at + 1) % held->size()] * along;
          },
          0, false};
}

Wave later(const Wave& wave, double turns) {
  Wave moved = wave;
  moved.at = [at = wave.at, turns](double t) { return at(t - turns); };
  return moved;
}

Wave times(const Wave& wave, double factor) {
  Wave scaled = wave;
  scaled.at = [at = wave.at, factor](double t) { return factor * at(t); };
  return scaled;
}

ElementTruth integrate(const Wave& voltage, const Wave& current) {
  // Midpoints: exact for smooth periodic functions, and edges lie on the borders of their cells or
  // err by 1e-5 of a cycle.
  constexpr int kPoints = 8192;  // a cycle
  const int cycles = 1 << std::max(voltage.log2_cycles, current.log2_cycles);
  double vi = 0, vv = 0, ii = 0, v_cos = 0, v_sin = 0, i_cos = 0, i_sin = 0;
  const int n = kPoints * cycles;
  for (int k = 0; k < n; ++k) {
    const double turns = (k + 0.5) / kPoints;
    const double v = voltage.at(turns);
    const double i = current.at(turns);
    const kernel::SinCos angle = kernel::det_sincos(kTurn * within_cycle(turns));
    vi += v * i;
    vv += v * v;
    ii += i * i;
    v_cos += v * angle.cos;
    v_sin += v * angle.sin;
    i_cos += i * angle.cos;
    i_sin += i * angle.sin;
  }
  ElementTruth truth;
  truth.active_w = vi / n;
  // Im(V1 conj I1) of rms phasors sqrt(2)/n (cos - j sin).
  truth.reactive_var = 2 * (v_cos * i_sin - v_sin * i_cos) / (static_cast<double>(n) * n);
  truth.voltage_v = kernel::det_sqrt(vv / n);
  truth.current_a = kernel::det_sqrt(ii / n);
  return truth;
}

}  // namespace sim::typetest
