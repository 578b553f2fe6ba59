// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "meter/dsp/window_sums.hpp"
#include "tests/unit/meter/dsp/wave_window.hpp"

// The test waveforms of IEC 62053-21 with true powers in closed form.
namespace {

using meter_dsp_test::WaveWindow;
using std::numbers::pi;

constexpr std::uint32_t kN = 1280;
constexpr double kV = 5.4e6;  // peak counts
constexpr double kI = 3.3e6;

double theta(double t) { return 100 * pi * t; }
// Position within the mains cycle, in [0, 2 pi); samples on an edge belong to what follows it.
double in_cycle(double t) {
  const double turns = 50 * t + 1e-9;
  return 2 * pi * (turns - std::floor(turns));
}
double voltage(double t) { return kV * std::sin(theta(t)); }

double mean_power(const WaveWindow::Wave& v, const WaveWindow::Wave& i) {
  const WaveWindow wave(kN, v, i);
  return meter::dsp::window_sums(wave.window()).element[0].vi / kN;
}

// Limit 0.8 %; 10 % of the 5th in the voltage, 40 % in the current: true power 1.04 P1.
TEST(Waveform, FifthHarmonicInVoltageAndCurrent) {
  const auto v = [](double t) { return kV * (std::sin(theta(t)) + 0.1 * std::sin(5 * theta(t))); };
  const auto i = [](double t) { return kI * (std::sin(theta(t)) + 0.4 * std::sin(5 * theta(t))); };
  EXPECT_NEAR(mean_power(v, i) / (1.04 * kV * kI / 2), 1, 1e-6);
}

// IEC 62053-24: reactive power is the fundamental's, and V5 I5 sin phi5 no part of it.
TEST(Waveform, FifthHarmonicIsNotInTheReactivePower) {
  const WaveWindow wave(
      kN, [](double t) { return kV * (std::cos(theta(t)) + 0.1 * std::cos(5 * theta(t))); },
      [](double t) { return kI * (std::sin(theta(t)) + 0.4 * std::sin(5 * theta(t))); });
  const double q = meter::dsp::window_sums(wave.window()).element[0].vq / kN;
  EXPECT_NEAR(q / (kV * kI / 2), 1, 1e-6);
}

// Limit 3 %. Half-wave rectified current: its DC leaves no trace in P since the voltage has none.
TEST(Waveform, DirectCurrentAndEvenHarmonics) {
  const auto i = [](double t) { return kI * std::max(0.0, std::sin(theta(t))); };
  EXPECT_NEAR(mean_power(voltage, i) / (kV * kI / 4), 1, 1e-5);
}

// Limit 3 %. Current on from 90 to 180 and from 270 to 360 degrees. Sampling cuts the edge to half
// a sample: 128 samples a cycle, two edges at full power.
TEST(Waveform, PhaseFiredOddHarmonics) {
  const auto i = [](double t) {
    const double a = in_cycle(t);
    const bool on = (a >= pi / 2 && a < pi) || a >= 3 * pi / 2;
    return on ? kI * std::sin(a) : 0;
  };
  const double p = mean_power(voltage, i);
  EXPECT_NEAR(p / (kV * kI / 4), 1, 2.0 / 64);
  // Exactly: the edge sample counts whole, so half of it too much.
  EXPECT_NEAR(p / (kV * kI / 4), 1 + 2.0 / 64, 1e-4);
}

// Limit 3 %. Two cycles on, two off: two windows make five periods of the burst.
TEST(Waveform, Bursts) {
  const auto burst = [](double shift_s) {
    return [shift_s](double t) {
      const double cycles = 50 * (t + shift_s) + 1e-9;
      const bool on = static_cast<std::int64_t>(std::floor(cycles + 400)) % 4 < 2;
      return on ? kI * std::sin(theta(t)) : 0;
    };
  };
  const double p = mean_power(voltage, burst(0)) + mean_power(voltage, burst(0.2));
  EXPECT_NEAR(p / 2 / (kV * kI / 4), 1, 1e-5);
}

}  // namespace
