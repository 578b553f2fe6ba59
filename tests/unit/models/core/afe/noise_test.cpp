// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>

#include "meter/dsp/window_sums.hpp"
#include "models/core/afe/afe.hpp"
#include "tests/unit/models/core/afe/fixtures.hpp"

// Noise of the samples (T1) and noise of the sums (T2): the same mean and the same variance (law
// 2).
namespace {

using models::Afe;
using models::ElectricalState;
using models::SampleBuffer;

constexpr std::int64_t kWindow = 200'000'000;

models::AfeTolerance noisy_tolerance() {
  models::AfeTolerance tolerance;
  tolerance.phase[0].noise_v_counts = 60;
  tolerance.phase[0].noise_i_counts = 45;
  return tolerance;
}

ElectricalState state_of(double current_a, double lag_deg) {
  ElectricalState state;
  state.v[0][0] = {230, 0};
  state.v[0][2] = {0, 4};
  const double a = lag_deg * 3.14159265358979 / 180;
  state.i[0][0] = {current_a * std::cos(a), -current_a * std::sin(a)};
  return state;
}

using Four = std::array<double, 4>;
Four four(const meter_sums& s) {
  const meter_element_sums& e = s.element[0];
  return {e.vv, e.ii, e.vi, e.vq};
}

// Mean and covariance of the four sums over many draws, less the noiseless sums.
struct Statistics {
  Four mean{};
  double covariance[4][4] = {};
};
template <typename Draw>
Statistics statistics(int n, const Four& clean, Draw draw) {
  Statistics s;
  for (int k = 0; k < n; ++k) {
    Four x = draw(k);
    for (std::size_t a = 0; a < 4; ++a) x[a] -= clean[a];
    for (std::size_t a = 0; a < 4; ++a) {
      s.mean[a] += x[a] / n;
      for (std::size_t b = 0; b < 4; ++b) s.covariance[a][b] += x[a] * x[b] / n;
    }
  }
  for (std::size_t a = 0; a < 4; ++a) {
    for (std::size_t b = 0; b < 4; ++b) s.covariance[a][b] -= s.mean[a] * s.mean[b];
  }
  return s;
}

// n_windows windows make one grid step here: their mean in T1 against one draw in T2.
void compare_tiers(double current_a, double lag_deg, int n_windows, int n_draws) {
  const ElectricalState state = state_of(current_a, lag_deg);
  const Afe afe(3, 17, 1, noisy_tolerance());
  const auto buffer = std::make_unique<SampleBuffer>();
  const auto sums_of = [&](std::int64_t window, bool noisy) {
    return meter::dsp::window_sums(afe.sample(state, window * kWindow, kWindow, noisy, *buffer));
  };
  const meter_sums clean = sums_of(0, false);
  const Statistics t1 = statistics(n_draws, four(clean), [&](int k) {
    Four mean{};
    for (int w = 0; w < n_windows; ++w) {
      const Four x = four(sums_of(std::int64_t{k} * n_windows + w, true));
      for (std::size_t a = 0; a < 4; ++a) mean[a] += x[a] / n_windows;
    }
    return mean;
  });
  const Statistics t2 = statistics(20 * n_draws, four(clean), [&](int k) {
    meter_sums sums = clean;
    afe.add_sum_noise(state, k, n_windows, sums);
    return four(sums);
  });
  // Standard errors: of a mean sd / sqrt(n), of a variance sqrt(2 / n).
  const double n = n_draws;
  // A clean window repeats its float roundings in every cycle, noise spreads them out.
  const double rounding = 2e-7 * clean.element[0].vv;
  for (std::size_t a = 0; a < 4; ++a) {
    const double sd = std::sqrt(t2.covariance[a][a]);
    EXPECT_NEAR(t1.mean[a], t2.mean[a], 5 * sd / std::sqrt(n) + (a == 0 ? rounding : 0))
        << "sum " << a;
    EXPECT_NEAR(t1.covariance[a][a] / t2.covariance[a][a], 1, 5 * std::sqrt(2 / n)) << "sum " << a;
    for (std::size_t b = 0; b < a; ++b) {
      const double scale = sd * std::sqrt(t2.covariance[b][b]);
      EXPECT_NEAR(t1.covariance[a][b] / scale, t2.covariance[a][b] / scale, 5 / std::sqrt(n))
          << "sums " << a << ' ' << b;
    }
  }
}

TEST(Noise, SumsHaveMeanAndCovarianceOfTheSamplesUnderLoad) { compare_tiers(10, 35, 4, 600); }
TEST(Noise, SumsHaveMeanAndCovarianceOfTheSamplesAtReversedFlow) { compare_tiers(3, 200, 1, 1500); }
TEST(Noise, SumsHaveMeanAndCovarianceOfTheSamplesWithoutLoad) { compare_tiers(0, 0, 2, 1000); }

TEST(Noise, SumsOfOneStepAreAlwaysTheSame) {
  const Afe afe(3, 17, 1, noisy_tolerance());
  const ElectricalState state = state_of(5, 10);
  meter_sums a{}, b{}, other{};
  a.n_samples = b.n_samples = other.n_samples = 1280;
  afe.add_sum_noise(state, 77, 300, a);
  afe.add_sum_noise(state, 77, 300, b);
  afe.add_sum_noise(state, 78, 300, other);
  EXPECT_TRUE(afe_test::same_bits(a, b));
  EXPECT_FALSE(afe_test::same_bits(a, other));
}

TEST(Noise, ASampleHasItsNoiseInWhateverWindowItIsSeen) {
  const Afe afe(3, 17, 1, noisy_tolerance());
  const ElectricalState state = state_of(5, 10);
  const auto first = std::make_unique<SampleBuffer>();
  const auto second = std::make_unique<SampleBuffer>();
  const meter_window w0 = afe.sample(state, 7 * kWindow, kWindow, true, *first);
  const meter_window w1 = afe.sample(state, 8 * kWindow, kWindow, true, *second);
  int same = 0;
  for (int k = 1; k <= 32; ++k) {  // tail of one window, lead of the next
    same += w0.channel[METER_I1][1280 - k] == w1.channel[METER_I1][-k];
  }
  EXPECT_EQ(same, 32);
  same = 0;
  for (int k = 0; k < 1280; ++k) same += w0.channel[METER_I1][k] == w1.channel[METER_I1][k];
  EXPECT_LT(same, 40) << "two windows share their noise";
}

TEST(Noise, ChannelsAndMetersAreIndependent) {
  const ElectricalState zero;
  const Afe a(3, 17, 1, noisy_tolerance());
  const Afe b(3, 18, 1, noisy_tolerance());
  const auto buffer_a = std::make_unique<SampleBuffer>();
  const auto buffer_b = std::make_unique<SampleBuffer>();
  const meter_window wa = a.sample(zero, 0, kWindow, true, *buffer_a);
  const meter_window wb = b.sample(zero, 0, kWindow, true, *buffer_b);
  double vv = 0, vi = 0, ab = 0;
  for (int k = 0; k < 1280; ++k) {
    vv += wa.channel[METER_V1][k] * static_cast<double>(wa.channel[METER_V1][k]);
    vi += wa.channel[METER_V1][k] * static_cast<double>(wa.channel[METER_I1][k]);
    ab += wa.channel[METER_V1][k] * static_cast<double>(wb.channel[METER_V1][k]);
  }
  EXPECT_NEAR(std::sqrt(vv / 1280), 60, 4);
  EXPECT_LT(std::abs(vi) / 1280, 5 * 60 * 45 / std::sqrt(1280.0));
  EXPECT_LT(std::abs(ab) / 1280, 5 * 60 * 60 / std::sqrt(1280.0));
}

}  // namespace
