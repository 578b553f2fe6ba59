// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/periodic_afe.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <numbers>

#include "meter/dsp/window_sums.hpp"
#include "models/core/afe/thermal.hpp"
#include "models/core/grid/mains.hpp"

namespace {

using models::PeriodicSignal;
using models::PeriodicState;
using models::Phasor;
using models::SampleBuffer;
using std::numbers::pi;

constexpr std::size_t kPoints = std::size_t{1} << PeriodicSignal::kLog2Points;

template <typename Function>
PeriodicSignal signal_of(Function at, unsigned log2_cycles = 0, double frequency_hz = 50) {
  std::vector<double> values(kPoints << log2_cycles);
  for (std::size_t k = 0; k < values.size(); ++k) {
    values[k] = at(static_cast<double>(k) / kPoints);
  }
  return models::decimated(values, log2_cycles, frequency_hz);
}

// The filter's gain at an order of 50 Hz.
double droop(double order) {
  const double x = pi * order * 50 / METER_ADC_RATE_HZ;
  return std::pow(std::sin(x) / x, 3);
}

models::AfeTolerance tolerance_without_noise() {
  models::AfeTolerance tolerance;
  tolerance.phase[0] = {1.008, 0.975, 0.27, 1234, -4321, 0, 0};
  tolerance.adc_ppm = 23;
  return tolerance;
}

// The same sine through the fleet's front end, which takes points, and through this one, whose
// decimation filter leaves a little less of it.
TEST(PeriodicAfe, ASineIsThatOfThePhasorsButForTheFilter) {
  const models::AfeTolerance tolerance = tolerance_without_noise();
  const models::Afe fleet(1, 5, 1, tolerance);
  models::PeriodicAfe bench(1, 5, 1, tolerance.adc_ppm);
  bench.set_tolerance(tolerance);
  models::ElectricalState state;
  state.v[0][0] = {0, -230};  // sqrt(2) 230 sin
  state.i[0][0] = Phasor{0, -7} * Phasor{std::cos(1.0), -std::sin(1.0)};
  PeriodicState signals;
  signals.v[0] = signal_of([](double t) { return std::sqrt(2) * 230 * std::sin(2 * pi * t); });
  signals.i[0] = signal_of([](double t) { return std::sqrt(2) * 7 * std::sin(2 * pi * t - 1); });
  const auto buffer = std::make_unique<SampleBuffer>();
  for (std::int64_t w = 0; w < 5; ++w) {
    const std::int64_t start = 3'600'000'000'000 + w * 200'000'000;
    const meter_sums expected = fleet.sums(state, start, 200'000'000);
    const meter_window window = bench.sample(signals, 10 * w, start, 200'000'000, *buffer);
    const meter_sums got = meter::dsp::window_sums(window);
    EXPECT_EQ(got.n_samples, expected.n_samples);
    EXPECT_EQ(got.length_q16, expected.length_q16);
    const double gain = droop(1) * droop(1);
    EXPECT_NEAR(got.element[0].vv / expected.element[0].vv, gain, 2e-6);
    EXPECT_NEAR(got.element[0].ii / expected.element[0].ii, gain, 2e-6);
    EXPECT_NEAR(got.element[0].vi / expected.element[0].vi, gain, 3e-6);
    EXPECT_NEAR(got.element[0].vq / expected.element[0].vq, gain, 3e-6);
  }
}

// A square wave has orders beyond half the sampling rate: the filter takes them before they fold.
TEST(PeriodicAfe, WhatIsBeyondTheSamplesIsFilteredBeforeTheyAreTaken) {
  PeriodicState signals;
  signals.v[0] = signal_of([](double t) { return 300 * std::sin(2 * pi * 127 * t); });
  signals.i[0] = signal_of([](double t) { return 100 * std::sin(2 * pi * 5 * t); });
  models::PeriodicAfe bench(1, 5, 1, 0);
  bench.set_tolerance({});
  const auto buffer = std::make_unique<SampleBuffer>();
  const meter_window window = bench.sample(signals, 0, 0, 200'000'000, *buffer);
  const auto rms = [&](meter_channel channel) {
    double sum = 0;
    for (std::uint32_t k = 0; k < window.n_samples; ++k) {
      sum += static_cast<double>(window.channel[channel][k]) * window.channel[channel][k];
    }
    return std::sqrt(sum / window.n_samples);
  };
  // Order 127 would appear as the fundamental: what is left of it is the filter's 5e-7.
  EXPECT_LT(rms(METER_V1) / models::kCountsPerVolt, 0.001);
  EXPECT_NEAR(rms(METER_I1) / models::kCountsPerAmpere, 100 * droop(5) / std::sqrt(2), 2e-3);
}

// Two cycles on, two off: which of them a window begins with follows from the cycles so far.
TEST(PeriodicAfe, APatternOfSeveralCyclesGoesOnFromWindowToWindow) {
  PeriodicState signals;
  signals.v[0] = signal_of([](double t) { return 300 * std::sin(2 * pi * t); });
  signals.i[0] =
      signal_of([](double t) { return std::fmod(t, 4) < 2 ? 50 * std::sin(2 * pi * t) : 0; }, 2);
  models::PeriodicAfe bench(1, 5, 1, 0);
  bench.set_tolerance({});
  const auto buffer = std::make_unique<SampleBuffer>();
  for (std::int64_t w = 0; w < 4; ++w) {
    const meter_window window =
        bench.sample(signals, 10 * w, w * 200'000'000, 200'000'000, *buffer);
    const double on_cycles = w % 2 == 0 ? 6 : 4;
    const double full = 300 * 50 / 2.0 * models::kCountsPerVolt * models::kCountsPerAmpere;
    EXPECT_NEAR(meter::dsp::window_sums(window).element[0].vi / window.n_samples / full,
                on_cycles / 10, 1e-3)
        << w;
  }
}

TEST(ThermalDrift, IsNothingAtTheReferenceAndGrowsFromThere) {
  const models::AfeTolerance cold = models::draw_tolerance(3, 7);
  const models::ThermalDrift drift = models::draw_drift(3, 7);
  EXPECT_EQ(models::at_temperature(cold, drift, 23).phase[0].gain_i, cold.phase[0].gain_i);
  const models::AfeTolerance warm = models::at_temperature(cold, drift, 33);
  const double power =
      warm.phase[0].gain_v / cold.phase[0].gain_v * warm.phase[0].gain_i / cold.phase[0].gain_i;
  // 260 ppm a kelvin of the series, up to 100 more or less of one meter.
  EXPECT_NEAR(power - 1, 10 * 260e-6, 10 * 101e-6);
  EXPECT_GT(warm.phase[0].phase_deg, cold.phase[0].phase_deg);
}

}  // namespace
