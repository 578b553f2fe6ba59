// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/grid/electrical.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"

namespace models {
namespace {

double rms(const Phasor (&orders)[kOrders]) {
  double sum = 0;
  for (const Phasor& x : orders) sum += norm(x);
  return kernel::det_sqrt(sum);
}

}  // namespace

double active_power_w(const ElectricalState& state) {
  double sum = 0;
  for (int p = 0; p < state.n_phases; ++p) {
    for (std::size_t h = 0; h < kOrders; ++h) sum += (state.v[p][h] * conj(state.i[p][h])).re;
  }
  return sum;
}

double reactive_power_var(const ElectricalState& state) {
  double sum = 0;
  for (int p = 0; p < state.n_phases; ++p) sum += (state.v[p][0] * conj(state.i[p][0])).im;
  return sum;
}

double voltage_rms_v(const ElectricalState& state, int phase) { return rms(state.v[phase]); }
double current_rms_a(const ElectricalState& state, int phase) { return rms(state.i[phase]); }

void SwitchState::apply(const ElectricalChange& change) {
  switch (change.kind) {
    case ElectricalChange::Kind::relay:
      relay_closed = change.value != 0;
      break;
    case ElectricalChange::Kind::power:
      power_on = change.value != 0;
      break;
    case ElectricalChange::Kind::sag:
      sag_factor = change.value;
      break;
    case ElectricalChange::Kind::bypass:
      in_phases = change.value;
      break;
    case ElectricalChange::Kind::neutral_fault:
      in_neutral = change.value;
      break;
  }
}

void ChangeLog::add(const ElectricalChange& change) {
  const auto later = std::ranges::upper_bound(changes_, change.at, {}, &ElectricalChange::at);
  changes_.insert(later, change);
}

}  // namespace models
