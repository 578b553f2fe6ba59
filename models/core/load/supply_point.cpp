// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/supply_point.hpp"

#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace models {
namespace {

struct Background {
  double re;
  double im;
};

// Voltage distortion of a residential feeder, per unit of the fundamental, by order 1, 3, 5, 7:
// 0.5 % at 20 degrees, 1.8 % at 160, 1.0 % at -50. Well inside EN 50160 (5, 6, 5 %).
constexpr Background kVoltageHarmonic[kOrders] = {
    {1, 0}, {0.0046985, 0.0017101}, {-0.0169145, 0.0061564}, {0.0064279, -0.0076604}};

// Currents of rectifier loads: the share of each order in the harmonic ratio (squares sum to 1) and
// its angle against the fundamental current's (180, 15, -160 degrees).
constexpr Background kCurrentHarmonic[kOrders] = {
    {0, 0}, {-0.857, 0}, {0.414583, 0.111087}, {-0.2729, -0.0993}};

// Turning a phase by 120 degrees turns its h-th order by h * 120 degrees.
constexpr double kHalfSqrt3 = 0.8660254037844386;
constexpr Phasor kTurn[3] = {{1, 0}, {-0.5, -kHalfSqrt3}, {-0.5, kHalfSqrt3}};

Phasor turned(Phasor x, int phase, int order) { return x * kTurn[(phase * order) % 3]; }

}  // namespace

SupplyConfig draw_supply(std::uint64_t seed, std::uint32_t home, int n_phases) {
  constexpr double kFeederDrop = 0.02;
  SupplyConfig config;
  config.n_phases = n_phases;
  kernel::KeyedStream draw(seed, home, kernel::kPurposeSupplyPoint);
  config.voltage_ratio = 1 + draw.uniform(-kFeederDrop, kFeederDrop);
  if (n_phases == 3) {
    const double a = draw.uniform(0.2, 0.5);
    const double b = draw.uniform(0.2, 0.8 - a);
    config.share[0] = a;
    config.share[1] = b;
    config.share[2] = 1 - a - b;
  }
  return config;
}

SupplyPoint::SupplyPoint(const MainsSchedule& mains, const LoadSource& load,
                         const SupplyConfig& config)
    : mains_(mains), load_(load), config_(config) {
  TWIN_ASSERT(config.n_phases == 1 || config.n_phases == 3, config.n_phases);
  if (config.share[0] + config.share[1] + config.share[2] > 0) return;
  for (int p = 0; p < config.n_phases; ++p) config_.share[p] = 1.0 / config.n_phases;
}

ElectricalState SupplyPoint::state(std::int64_t step, const SwitchState& switches) const {
  return state(step, load_.at(step), switches);
}

// The current of one phase with its share of the load.
void SupplyPoint::draw_current(const HomeLoad& load, double share, const Phasor (&v)[kOrders],
                               Phasor (&i)[kOrders]) const {
  const double voltage = v[0].re;
  double active_w = load.active_w * share;
  const Phasor fundamental = {active_w / voltage, -load.reactive_var * share / voltage};
  if (config_.harmonics) {
    // The source's power is the total: what the harmonics carry is taken off the fundamental.
    for (std::size_t h = 1; h < kOrders; ++h) {
      i[h] = load.harmonic_ratio *
             (fundamental * Phasor{kCurrentHarmonic[h].re, kCurrentHarmonic[h].im});
      active_w -= (v[h] * conj(i[h])).re;
    }
  }
  i[0] = {active_w / voltage, fundamental.im};
}

// Loads are of constant power at the undisturbed voltage, so that a source's watt-hours come out
// whatever the voltage does. A sag lowers the voltage and leaves the current.
ElectricalState SupplyPoint::state(std::int64_t step, const HomeLoad& load,
                                   const SwitchState& switches) const {
  ElectricalState state;
  state.n_phases = config_.n_phases;
  state.with_neutral = switches.in_phases != 1 || switches.in_neutral != 1;
  if (!switches.power_on) return state;
  const double voltage =
      mains_.nominal_voltage_v() * mains_.step(step).voltage_factor * config_.voltage_ratio;
  Phasor v[kOrders] = {{voltage, 0}};
  if (config_.harmonics) {
    for (std::size_t h = 1; h < kOrders; ++h) {
      v[h] = {voltage * kVoltageHarmonic[h].re, voltage * kVoltageHarmonic[h].im};
    }
  }
  for (int p = 0; p < config_.n_phases; ++p) {
    Phasor i[kOrders];
    if (switches.relay_closed && load.known) draw_current(load, config_.share[p], v, i);
    for (std::size_t h = 0; h < kOrders; ++h) {
      state.v[p][h] = turned(switches.sag_factor * v[h], p, kOrder[h]);
      const Phasor drawn = turned(i[h], p, kOrder[h]);
      state.i[p][h] = switches.in_phases * drawn;
      state.n[h] = state.n[h] + switches.in_neutral * drawn;
    }
  }
  return state;
}

std::vector<StatePiece> SupplyPoint::pieces(std::int64_t step, const HomeLoad& load,
                                            SwitchState switches, const ChangeLog& changes,
                                            kernel::TimeNs start_ns) const {
  const kernel::TimeNs end_ns = start_ns + mains_.step(step).window_ns;
  std::vector<StatePiece> pieces = {{start_ns, state(step, load, switches)}};
  for (std::size_t n = 0; n < changes.size() && changes[n].at < end_ns; ++n) {
    if (changes[n].at <= start_ns || !changes[n].splits_windows()) continue;
    switches.apply(changes[n]);
    pieces.push_back({changes[n].at, state(step, load, switches)});
  }
  return pieces;
}

}  // namespace models
