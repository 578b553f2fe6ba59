// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "kernel/time.hpp"

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

// What hangs on the terminals of one meter. Current into the house counts
// positive (import), so inductive load has i lagging v and Q > 0.
struct ElectricalState {
  int n_phases = 1;
  Phasor v[kMaxPhases][kOrders];
  Phasor i[kMaxPhases][kOrders];
  Phasor n[kOrders];  // comes back through the neutral
  // The converter's channel of the neutral is looked at. It is not where it can show nothing new.
  bool with_neutral = false;
};

// All phases together.
double active_power_w(const ElectricalState& state);  // sum of Re(V conj I) over all orders
double reactive_power_var(
    const ElectricalState& state);  // fundamental, IEC 62053-24: Im(V1 conj I1)
double voltage_rms_v(const ElectricalState& state, int phase);
double current_rms_a(const ElectricalState& state, int phase);

// A state from an instant on, until the next piece.
struct StatePiece {
  kernel::TimeNs from_ns;
  ElectricalState state;
};

// What changes at a meter's terminals between grid steps. Relay and sag act at `at`, inside a
// window too; power with the first window that starts at or after it, as a meter measures no part
// of one. Whoever integrates applies these rules for himself.
struct ElectricalChange {
  enum class Kind : unsigned char { relay, power, sag, bypass, neutral_fault };
  kernel::TimeNs at;
  Kind kind;
  // relay: 1 closed; power: 1 on; sag: factor on the voltage, 1 when it is over; bypass,
  // neutral_fault: share of the current that is left in the meter's phases, in its neutral; 1 when
  // it is over.
  double value;
  bool splits_windows() const { return kind != Kind::power; }
};

// What is switched, folded from the changes up to some window.
struct SwitchState {
  bool relay_closed = true;
  bool power_on = true;
  double sag_factor = 1;
  double in_phases = 1;  // share of the current that goes through the meter
  double in_neutral = 1;

  void apply(const ElectricalChange& change);
  friend bool operator==(const SwitchState&, const SwitchState&) = default;
};

// All changes at one meter, in the order of time, equal times in the order of arrival.
class ChangeLog {
 public:
  void add(const ElectricalChange& change);
  std::size_t size() const { return changes_.size(); }
  const ElectricalChange& operator[](std::size_t n) const { return changes_[n]; }

 private:
  std::vector<ElectricalChange> changes_;
};

}  // namespace models
