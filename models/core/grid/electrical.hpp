// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>

namespace models {

// Root-mean-square phasor: x(t) = sqrt(2) Re(X e^{j w t}); angle 0 is the start of a mains window.
struct Phasor {
  double re = 0;
  double im = 0;

  friend constexpr Phasor operator+(Phasor a, Phasor b) { return {a.re + b.re, a.im + b.im}; }
  friend constexpr Phasor operator*(double k, Phasor a) { return {k * a.re, k * a.im}; }
  friend constexpr Phasor operator*(Phasor a, Phasor b) {
    return {a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re};
  }
  friend constexpr Phasor conj(Phasor a) { return {a.re, -a.im}; }
  friend constexpr double norm(Phasor a) { return a.re * a.re + a.im * a.im; }
  friend constexpr bool operator==(const Phasor&, const Phasor&) = default;
};

// Harmonics are odd: loads and grid are taken as half-wave symmetric. Even ones and DC appear only
// in the waveform tests of the kernel.
inline constexpr std::size_t kOrders = 4;
inline constexpr std::array<int, kOrders> kOrder = {1, 3, 5, 7};
inline constexpr std::size_t kMaxPhases = 3;

// What hangs on the terminals of one meter; constant over a window. Current into the house counts
// positive (import), so inductive load has i lagging v and Q > 0.
struct ElectricalState {
  int n_phases = 1;
  Phasor v[kMaxPhases][kOrders];
  Phasor i[kMaxPhases][kOrders];
};

// All phases together.
double active_power_w(const ElectricalState& state);  // sum of Re(V conj I) over all orders
double reactive_power_var(
    const ElectricalState& state);  // fundamental, IEC 62053-24: Im(V1 conj I1)
double voltage_rms_v(const ElectricalState& state, int phase);
double current_rms_a(const ElectricalState& state, int phase);

}  // namespace models
