// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/typetest/wave/wave.hpp"

namespace sim::typetest {

inline constexpr std::size_t kPhases = 3;
inline constexpr double kUn_v = 240;  // data sheet: reference voltage
inline constexpr double kReference_c = 23;

// One recorded cycle of an appliance, as it was on a mains of 120 V and 60 Hz.
struct RecordedCycle {
  std::string name;
  std::vector<double> voltage_v;
  std::vector<double> current_a;
};

enum class Shape : std::uint8_t {
  sine,
  fifth,          // V with 10 %, I with 40 % of it, in phase at the zero crossing
  half_wave,      // DC and even orders
  phase_fired,    // from 90 degrees on
  burst,          // two cycles on, two off
  even,           // I with 30 % of the second order
  interharmonic,  // I with 20 % of order 2.5
  recorded,
};

// What the source of the bench is set to: a line of the matrix.
struct Load {
  Shape shape = Shape::sine;
  std::array<double, kPhases> voltage_un = {1, 1, 1};  // shares of Un
  double current_a = 5;  // rms; burst: while it is on; fifth, even, interharmonic: the fundamental
  std::uint8_t phases = 7;  // a bit for each that carries current
  bool reversed_sequence = false;
  double lag_deg = 0;  // of the current behind the voltage, sine only; 180: export
  double frequency_hz = 50;
  double celsius = kReference_c;
  std::size_t cycle = 0;  // of recorded ones

  friend bool operator==(const Load&, const Load&) = default;
};

// The functions at the terminals of a meter.
struct Circuit {
  std::size_t n_phases = 1;
  std::array<Wave, kPhases> voltage;
  std::array<Wave, kPhases> current;
};
// `setting`: what the source's voltage is of the one it was asked for.
Circuit circuit_of(const Load& load, std::size_t n_phases, double setting,
                   const std::vector<RecordedCycle>& cycles);

// What there is to be measured.
struct Truth {
  double active_w = 0;
  double reactive_var = 0;
  std::array<ElementTruth, kPhases> element;
};
Truth truth_of(const Circuit& circuit);

}  // namespace sim::typetest
