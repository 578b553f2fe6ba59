// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/afe.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "meter/dsp/window_sums.hpp"
#include "tests/unit/models/core/afe/fixtures.hpp"

namespace {

using models::Afe;
using models::ElectricalState;
using models::Phasor;
using models::SampleBuffer;
using std::numbers::pi;

constexpr double kCountsPerVolt = 8388608 / 500.0;
constexpr double kCountsPerAmpere = 8388608 / 177.0;

ElectricalState distorted_state() {
  ElectricalState state;
  const Phasor v[] = {{228, 7}, {3, -2}, {-4, 1}, {0.5, 2.5}};
  const Phasor i[] = {{9, -4}, {-1.5, 0.4}, {0.9, 0.3}, {-0.2, -0.6}};
  std::copy(std::begin(v), std::end(v), std::begin(state.v[0]));
  std::copy(std::begin(i), std::end(i), std::begin(state.i[0]));
  return state;
}

double value_at(const Phasor (&orders)[4], double turns, double lead_rad) {
  double x = 0;
  for (std::size_t h = 0; h < 4; ++h) {
    const double a = models::kOrder[h] * (2 * pi * turns + lead_rad);
    x += std::numbers::sqrt2 * (orders[h].re * std::cos(a) - orders[h].im * std::sin(a));
  }
  return x;
}

TEST(Afe, SamplesAreThePhasorsInCountsWithTheTolerances) {
  models::AfeTolerance tolerance;
  tolerance.phase[0] = {1.008, 0.975, 0.27, 1234, -4321, 0, 0};
  tolerance.adc_ppm = 23;
  const Afe afe(1, 5, 1, tolerance);
  const ElectricalState state = distorted_state();
  const auto buffer = std::make_unique<SampleBuffer>();
  const std::int64_t start = 3'600'123'456'789, length = 200'312'345;
  const meter_window window = afe.sample(state, start, length, true, *buffer);
  const double period_ns = 156250 / (1 + 23e-6);
  const double first = std::ceil(static_cast<double>(start) / period_ns);
  double worst_v = 0, worst_i = 0;
  for (int k = -32; k < static_cast<int>(window.n_samples); ++k) {
    const double turns =
        10 * ((first + k) * period_ns - static_cast<double>(start)) / static_cast<double>(length);
    const double v = 1.008 * kCountsPerVolt * value_at(state.v[0], turns, 0) + 1234;
    const double i = 0.975 * kCountsPerAmpere * value_at(state.i[0], turns, 0.27 * pi / 180) - 4321;
    worst_v = std::max(worst_v, std::abs(window.channel[METER_V1][k] - v));
    worst_i = std::max(worst_i, std::abs(window.channel[METER_I1][k] - i));
  }
  EXPECT_LT(worst_v, 3.5);  // of 5.5 million: float arithmetic, then half a count
  EXPECT_LT(worst_i, 1.2);
}

TEST(Afe, ClipsAtFullScale) {
  ElectricalState state;
  state.v[0][0] = {400, 0};  // 566 V peak at 500 V full scale
  const Afe afe(1, 5, 1, {});
  const auto buffer = std::make_unique<SampleBuffer>();
  const meter_window window = afe.sample(state, 0, 200'000'000, true, *buffer);
  const std::int32_t* v = window.channel[METER_V1];
  EXPECT_EQ(*std::max_element(v, v + window.n_samples), 8388607);
  EXPECT_EQ(*std::min_element(v, v + window.n_samples), -8388608);
}

TEST(Afe, ThreePhasesAre120DegreesApart) {
  const models::MainsSchedule mains(afe_test::constant_mains(), kernel::kNsPerMinute);
  const afe_test::ConstantLoad load({6900, 1500, 0.1, true});
  const models::SupplyPoint supply(mains, load, {3, 1, true});
  const Afe afe(1, 5, 3, {});
  const auto buffer = std::make_unique<SampleBuffer>();
  const meter_sums sums =
      meter::dsp::window_sums(afe.sample(supply.state(0, {}), 0, 200'000'000, true, *buffer));
  ASSERT_EQ(sums.n_elements, 3u);
  for (const meter_element_sums& e : sums.element) {
    const double scale = 1280 * kCountsPerVolt * kCountsPerAmpere;
    EXPECT_NEAR(e.vi / scale, 2300, 0.05);
    EXPECT_NEAR(e.vq / scale, 500, 0.01);  // the fundamental's
  }
  // Phases at a third of a cycle: 128 / 3 samples.
  EXPECT_LT(buffer->v[1][32], 0);
  EXPECT_NEAR(buffer->v[0][32] + buffer->v[1][32] + buffer->v[2][32],
              3 * 325 * kCountsPerVolt * 0.0085,
              3 * 325 * kCountsPerVolt * 0.01);  // zero but for the third harmonic
}

TEST(Afe, DrawnTolerancesFillTheirRanges) {
  double gain_v = 0, gain_i = 0, phase = 0, ppm = 0;
  for (std::uint32_t meter = 0; meter < 400; ++meter) {
    const models::AfeTolerance t = models::draw_tolerance(1, meter);
    gain_v = std::max(gain_v, std::abs(t.phase[0].gain_v - 1));
    gain_i = std::max(gain_i, std::abs(t.phase[0].gain_i - 1));
    phase = std::max(phase, std::abs(t.phase[0].phase_deg));
    ppm = std::max(ppm, std::abs(t.adc_ppm));
    EXPECT_GT(t.phase[0].noise_v_counts, 40);
    EXPECT_LT(t.phase[0].noise_i_counts, 65);
  }
  EXPECT_GT(gain_v, 0.0095);
  EXPECT_LE(gain_v, 0.01);
  EXPECT_GT(gain_i, 0.029);
  EXPECT_LE(gain_i, 0.03);
  EXPECT_GT(phase, 0.29);
  EXPECT_LE(phase, 0.3);
  EXPECT_LE(ppm, 30);
  EXPECT_NE(models::draw_tolerance(1, 1).adc_ppm, models::draw_tolerance(2, 1).adc_ppm);
}

// tan(60 deg) * 0.3 deg = 0.907 % of the active power at PF 0.5.
TEST(Afe, APhaseErrorShowsAtLowPowerFactor) {
  ElectricalState state;
  state.v[0][0] = {230, 0};
  state.i[0][0] = {5, -5 * std::sqrt(3.0)};  // 10 A, 60 degrees lagging
  const auto buffer = std::make_unique<SampleBuffer>();
  for (const double phase_deg : {0.3, -0.3}) {
    models::AfeTolerance tolerance;
    tolerance.phase[0].phase_deg = phase_deg;
    const Afe afe(1, 5, 1, tolerance);
    const meter_sums sums =
        meter::dsp::window_sums(afe.sample(state, 0, 200'000'000, true, *buffer));
    const double p = sums.element[0].vi / (1280 * kCountsPerVolt * kCountsPerAmpere);
    EXPECT_NEAR(100 * (p / 1150 - 1), phase_deg > 0 ? 0.907 : -0.907, 0.01);
  }
}

}  // namespace
