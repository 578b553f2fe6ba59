// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/afe/afe.hpp"

namespace models {

// Any voltage or current that repeats itself after so many doublings of a mains cycle: volts or
// amperes, evenly spaced, the first value once more at the end. Empty: nothing is there.
struct PeriodicSignal {
  static constexpr unsigned kLog2Points = 12;  // of a cycle
  unsigned log2_cycles = 0;
  std::vector<float> values;
};

// What the converter makes of it before it takes samples: a third-order decimation filter (sinc^3
// of a sample's time), its delay taken off, since it is the same in all channels. `values`: means
// of the cells around the points of the grid.
PeriodicSignal decimated(std::vector<double> values, unsigned log2_cycles, double frequency_hz);

struct PeriodicState {
  PeriodicSignal v[kMaxPhases];
  PeriodicSignal i[kMaxPhases];
};

// The analogue front end of one meter on a source of any periodic waveform: tolerances, sample
// clock, noise and converter are those of Afe.
class PeriodicAfe {
 public:
  PeriodicAfe(std::uint64_t seed, std::uint32_t meter, int n_phases, double adc_ppm);

  // What the parts are like now: they drift with temperature.
  void set_tolerance(const AfeTolerance& tolerance) { tolerance_ = tolerance; }
  // Samples of the window [start, start + length) of ten cycles, `first_cycle` being the number of
  // the first one since the source was set.
  meter_window sample(const PeriodicState& state, std::int64_t first_cycle, kernel::TimeNs start_ns,
                      kernel::TimeNs window_ns, SampleBuffer& buffer) const;

 private:
  std::uint64_t seed_;
  std::uint32_t meter_;
  int n_phases_;
  SampleClock clock_;
  AfeTolerance tolerance_;
};

}  // namespace models
