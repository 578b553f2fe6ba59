// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/truth/measured_truth.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace sim::run {
namespace {

using models::ElectricalState;
using models::Phasor;
using protocol::cosem::kMeasured;
using protocol::cosem::Measured;
using Truth1 = std::optional<MeasuredTruth>;

constexpr double kStartA = 0.025;  // up to it anything from nothing to the truth
// IEC 61000-4-30 class S and the resolution of the registers: voltage and current 0.5 and 1 %,
// frequency 10 mHz, distortion 5 % of reading, angles half a degree.
constexpr double kVoltageLimit = 0.005;
constexpr double kCurrentLimit = 0.01;
constexpr double kCurrentFloorA = 0.005;
constexpr double kDifferenceLimit = 0.005;  // of the largest current
constexpr double kFrequencyLimitHz = 0.010;
constexpr double kDistortionLimit = 0.05;
constexpr double kAngleLimitDeg = 0.5;
constexpr double kDegreesPerRad = 57.29577951308232;

// One phase, or all of them: powers, and how far a meter of its class may be off.
struct Powers {
  double active = 0, reactive = 0, apparent = 0;
  double active_off = 0, reactive_off = 0, apparent_off = 0;
  void operator+=(const Powers& more) {
    active += more.active;
    reactive += more.reactive;
    apparent += more.apparent;
    active_off += more.active_off;
    reactive_off += more.reactive_off;
    apparent_off += more.apparent_off;
  }
};

Powers powers_of(const ElectricalState& state, int phase) {
  Powers powers;
  const double voltage_v = models::voltage_rms_v(state, phase);
  const double current_a = models::current_rms_a(state, phase);
  for (std::size_t h = 0; h < models::kOrders; ++h) {
    powers.active += (state.v[phase][h] * conj(state.i[phase][h])).re;
  }
  powers.reactive = (state.v[phase][0] * conj(state.i[phase][0])).im;
  powers.apparent = voltage_v * current_a;
  const bool low = current_a < kTransitionalA;
  const double limited = std::max(powers.apparent, voltage_v * kMinimumA);
  powers.active_off = (low ? 0.015 : 0.010) * std::max(std::abs(powers.active), 0.5 * limited);
  powers.reactive_off = (low ? 0.025 : 0.020) * std::max(std::abs(powers.reactive), 0.25 * limited);
  powers.apparent_off = (low ? 0.015 : 0.010) * limited;
  if (current_a < kStartA) {
    powers.active_off += std::abs(powers.active);
    powers.reactive_off += std::abs(powers.reactive);
    powers.apparent_off += powers.apparent;
  }
  return powers;
}
Powers all_powers(const ElectricalState& state) {
  Powers all;
  for (int phase = 0; phase < state.n_phases; ++phase) all += powers_of(state, phase);
  return all;
}

// A power that is shown by its direction: forward, or backward. Near zero it may be either.
MeasuredTruth one_way(double power, double off, bool backward) {
  const double along = backward ? -power : power;
  if (along > 0) return {along, off};
  return {0, along < -off ? 0 : off};
}
// Of what has no sign of its own and is shown on the side of the active power.
MeasuredTruth on_side(const Powers& powers, bool backward) {
  const bool here = (powers.active < 0) == backward;
  const bool either = std::abs(powers.active) <= powers.active_off;
  return {here ? powers.apparent : 0,
          (here || either ? powers.apparent_off : 0) + (either ? powers.apparent : 0)};
}

Truth1 factor_of(const Powers& powers) {
  if (powers.apparent < 60) return std::nullopt;
  return MeasuredTruth{powers.active / powers.apparent,
                       (powers.active_off + powers.apparent_off) / powers.apparent};
}

// By how much b is behind a, degrees.
double behind_deg(Phasor a, Phasor b) {
  const Phasor product = a * conj(b);
  const double degrees = std::atan2(product.im, product.re) * kDegreesPerRad;
  return degrees < 0 ? degrees + 360 : degrees;
}

double neutral_a(const ElectricalState& state) {
  double sum = 0;
  for (const Phasor& order : state.n) sum += norm(order);
  return std::sqrt(sum);
}

Truth1 distortion_of(const Phasor (&orders)[models::kOrders], double least, double floor) {
  if (std::sqrt(norm(orders[0])) < least) return std::nullopt;
  double sum = 0;
  for (std::size_t h = 1; h < models::kOrders; ++h) sum += norm(orders[h]);
  const double percent = 100 * std::sqrt(sum / norm(orders[0]));
  return MeasuredTruth{
      percent, kDistortionLimit * percent + 0.02 + 100 * floor / std::sqrt(norm(orders[0]))};
}

Truth1 highest_distortion(const ElectricalState& state, bool of_current) {
  Truth1 highest;
  for (int p = 0; p < state.n_phases; ++p) {
    const Truth1 one = of_current ? distortion_of(state.i[p], kMinimumA, 0.0005)
                                  : distortion_of(state.v[p], 100, 0);
    if (!one) return std::nullopt;
    if (!highest || one->value > highest->value) highest = one;
  }
  return highest;
}

}  // namespace

std::optional<MeasuredTruth> measured_truth(Measured family, unsigned k,
                                            const ElectricalState& state, double frequency_hz) {
  const int pair = static_cast<int>(k / 2);
  const int phase = static_cast<int>(k);
  const bool backward = k % 2 != 0;
  const auto amperes = [&] { return models::current_rms_a(state, phase); };
  switch (family) {
    case Measured::active_power: {
      const Powers all = all_powers(state);
      return one_way(all.active, all.active_off, backward);
    }
    case Measured::reactive_power:
    case Measured::reactive_energy: {
      const Powers all = all_powers(state);
      return one_way(all.reactive, all.reactive_off, backward);
    }
    case Measured::absolute_power:
    case Measured::absolute_energy: {
      const Powers all = all_powers(state);
      return MeasuredTruth{std::abs(all.active), all.active_off};
    }
    case Measured::apparent_power:
    case Measured::apparent_energy:
      return on_side(all_powers(state), backward);
    case Measured::phase_active_power:
    case Measured::phase_active_energy: {
      const Powers one = powers_of(state, pair);
      return one_way(one.active, one.active_off, backward);
    }
    case Measured::phase_reactive_power:
    case Measured::phase_reactive_energy: {
      const Powers one = powers_of(state, pair);
      return one_way(one.reactive, one.reactive_off, backward);
    }
    case Measured::phase_apparent_power:
      return on_side(powers_of(state, pair), backward);
    case Measured::power_factor:
      return factor_of(all_powers(state));
    case Measured::phase_power_factor:
      return factor_of(powers_of(state, phase));
    case Measured::voltage: {
      const double volts = models::voltage_rms_v(state, phase);
      return MeasuredTruth{volts, kVoltageLimit * volts};
    }
    case Measured::current:
      return MeasuredTruth{amperes(), kCurrentLimit * amperes() + kCurrentFloorA};
    case Measured::frequency:
      return MeasuredTruth{frequency_hz, kFrequencyLimitHz};
    case Measured::voltage_angle:
      return MeasuredTruth{behind_deg(state.v[0][0], state.v[k + 1][0]), kAngleLimitDeg};
    case Measured::current_angle:
      if (amperes() < kMinimumA) return std::nullopt;
      return MeasuredTruth{behind_deg(state.v[k][0], state.i[k][0]), kAngleLimitDeg};
    case Measured::voltage_thd:
      return distortion_of(state.v[k], 100, 0);
    case Measured::current_thd:
      return distortion_of(state.i[k], kMinimumA, 0.0005);
    case Measured::highest_thd:
      return highest_distortion(state, k == 0);
    case Measured::neutral_current: {
      const double neutral = neutral_a(state);
      return MeasuredTruth{neutral, kCurrentLimit * neutral + kCurrentFloorA};
    }
    case Measured::difference_current:
      return MeasuredTruth{difference_a(state),
                           kDifferenceLimit * largest_a(state) + kCurrentFloorA};
    case Measured::mean_voltage:  // of no window: mean_voltage_truth
    case Measured::temperature:   // not at the terminals
    case Measured::battery_voltage:
    case Measured::battery_use:
      break;
  }
  return std::nullopt;
}

double difference_a(const ElectricalState& state) {
  Phasor difference = -1.0 * state.n[0];
  for (int p = 0; p < state.n_phases; ++p) difference = difference + state.i[p][0];
  return std::sqrt(norm(difference));
}

double largest_a(const ElectricalState& state) {
  double largest = neutral_a(state);
  for (int p = 0; p < state.n_phases; ++p) {
    largest = std::max(largest, models::current_rms_a(state, p));
  }
  return largest;
}

Truth1 order_truth(unsigned order, bool of_current, unsigned phase, const ElectricalState& state) {
  const auto& orders = of_current ? state.i[phase] : state.v[phase];
  const double fundamental = std::sqrt(norm(orders[0]));
  if (fundamental < (of_current ? kMinimumA : 100)) return std::nullopt;
  double percent = 0;
  for (std::size_t h = 0; h < models::kOrders; ++h) {
    if (models::kOrder[h] == static_cast<int>(order)) {
      percent = 100 * std::sqrt(norm(orders[h])) / fundamental;
    }
  }
  // A tenth of class II of IEC 61000-4-7: 5 % of what is large, else 0.15 % of Un or 0.5 % of In.
  const double floor = of_current ? 100 * 0.0005 * 5 / fundamental : 0.015;
  return MeasuredTruth{percent, std::max(0.005 * percent, floor)};
}

Truth1 mean_voltage_truth(const models::SupplyPoint& supply, const models::ChangeLog& changes,
                          unsigned phase, kernel::TimeNs from, kernel::TimeNs to,
                          kernel::TimeNs read_at) {
  if (from < 0) return std::nullopt;
  for (std::size_t k = 0; k < changes.size(); ++k) {
    const models::ElectricalChange& change = changes[k];
    const bool power = change.kind == models::ElectricalChange::Kind::power;
    if (power && change.at > from && change.at <= read_at) return std::nullopt;
  }
  TruthMeter meter(supply, changes);
  meter.advance(from);
  double square_v2h = 0, hours = 0;
  meter.tell_spans([&](const ElectricalState& state, double span_h) {
    const double volts = models::voltage_rms_v(state, static_cast<int>(phase));
    square_v2h += volts * volts * span_h;
    hours += span_h;
  });
  meter.advance(to);
  if (hours == 0) return std::nullopt;
  const double volts = std::sqrt(square_v2h / hours);
  return MeasuredTruth{volts, kVoltageLimit * volts};
}

std::vector<std::vector<MeasuredTruth>> measured_energies(const models::SupplyPoint& supply,
                                                          const models::ChangeLog& changes,
                                                          kernel::TimeNs until) {
  std::vector<std::vector<MeasuredTruth>> energies(std::size(kMeasured));
  for (std::size_t f = 0; f < energies.size(); ++f) {
    if (is_energy(kMeasured[f].kind)) energies[f].resize(kMeasured[f].n);
  }
  TruthMeter meter(supply, changes);
  meter.tell_spans([&energies](const ElectricalState& state, double hours) {
    for (std::size_t f = 0; f < energies.size(); ++f) {
      for (unsigned k = 0; k < energies[f].size(); ++k) {
        if (kMeasured[f].elements_for(k) > static_cast<unsigned>(state.n_phases)) continue;
        const auto power = measured_truth(kMeasured[f].kind, k, state, 0);
        energies[f][k].value += power->value * hours;
        energies[f][k].tolerance += power->tolerance * hours;
      }
    }
  });
  meter.advance(until);
  return energies;
}

}  // namespace sim::run
