// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <span>
#include <vector>

namespace sim::typetest {

// A voltage or current as a continuous function of the mains' angle, in turns: 1 is a cycle. Volts
// or amperes. What a source makes and what truth integrates is this one description.
struct Wave {
  std::function<double(double turns)> at = [](double) { return 0.0; };
  unsigned log2_cycles = 0;  // its period is so many doublings of a cycle
  bool smooth = true;        // no edges between the points of a grid
};

// Peaks at a quarter cycle. Turns by which it lags: of the fundamental.
Wave sine(double rms, double lag_turns);
// The fundamental and one order more, which begins with it: metrology of IEC 62053-21, 5th
// harmonic.
Wave with_order(double rms_fundamental, double order, double share);
// One polarity of a sine is left: of an rms of its own, a half of the sine's squared.
Wave half_wave(double rms);
// A sine that conducts from so many turns behind each zero crossing on.
Wave phase_fired(double rms, double from_turns);
// A sine for two cycles, nothing for two.
Wave burst(double rms_while_on);
// One recorded cycle, evenly spaced values, straight lines between.
Wave recorded(std::vector<double> values);

// The same, so many turns later.
Wave later(const Wave& wave, double turns);
Wave times(const Wave& wave, double factor);

// One element, by direct integrals of the two functions over their common period.
struct ElementTruth {
  double active_w = 0;
  double reactive_var = 0;  // of the fundamental; positive: the current lags
  double voltage_v = 0;     // rms
  double current_a = 0;
};
ElementTruth integrate(const Wave& voltage, const Wave& current);

}  // namespace sim::typetest
