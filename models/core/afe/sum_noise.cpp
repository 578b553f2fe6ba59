// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/det_math.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "models/core/afe/afe.hpp"
#include "models/core/afe/waveform.hpp"

namespace models {
namespace {

// Eight standard normal values of one phase in one step.
struct Draws {
  // Noise of the voltage (a) and current channel (b) seen along cos and sin of the fundamental.
  double a_cos, a_sin, b_cos, b_sin;
  // Noise times noise.
  double aa, bb, ab, ab_quadrature;
};

Draws draw(std::uint64_t seed, std::uint32_t meter, std::int64_t step, std::size_t phase) {
  const auto index = static_cast<std::uint64_t>(step) * (2 * kMaxPhases) + 2 * phase;
  const auto first = kernel::philox4x32(seed, meter, kernel::kPurposeAfeSumNoise, index);
  const auto second = kernel::philox4x32(seed, meter, kernel::kPurposeAfeSumNoise, index + 1);
  const auto a = kernel::gaussian_pair(first[0], first[1]);
  const auto b = kernel::gaussian_pair(first[2], first[3]);
  const auto same = kernel::gaussian_pair(second[0], second[1]);
  const auto cross = kernel::gaussian_pair(second[2], second[3]);
  return {a[0], a[1], b[0], b[1], same[0], same[1], cross[0], cross[1]};
}

// A channel as its noise sees it: the fundamental in counts, stretched so that its rms is that of
// all orders (white noise meets every order alike; only their angles are lost).
Phasor stretched(const Phasor (&orders)[kOrders], const Phasor (&scale)[kOrders]) {
  const Phasor fundamental = orders[0] * scale[0];
  const double first = norm(fundamental);
  if (first == 0) return fundamental;
  double all = 0;
  for (std::size_t h = 0; h < kOrders; ++h) all += norm(orders[h] * scale[h]);
  return kernel::det_sqrt(all / first) * fundamental;
}

}  // namespace

// Of the neutral the noise of its own channel only: its products with the voltage tell an angle at
// most.
void Afe::add_neutral_noise(const ElectricalState& state, std::int64_t step, std::int32_t n_windows,
                            meter_sums& sums) const {
  constexpr std::uint64_t kOfNeutral = std::uint64_t{1} << 62;
  constexpr double kSqrt2 = 1.4142135623730951;
  const auto words = kernel::philox4x32(seed_, meter_, kernel::kPurposeAfeSumNoise,
                                        kOfNeutral ^ static_cast<std::uint64_t>(step));
  const auto along = kernel::gaussian_pair(words[0], words[1]);
  const double same = kernel::gaussian_pair(words[2], words[3])[0];
  const double n = sums.n_samples;
  const double sigma = n_.noise_counts;
  const double shrink = 1 / kernel::det_sqrt(static_cast<double>(n_windows));
  const double each = sigma * kernel::det_sqrt(n / 2) * shrink;
  const Phasor i = kSqrt2 * stretched(state.n, n_.scale);
  sums.own_neutral.ii +=
      2 * each * (i.re * along[0] - i.im * along[1]) +
      sigma * sigma * (n - 1 + kernel::det_sqrt(n * (kNoiseKurtosis - 1)) * shrink * same);
}

// v + a and i + b with white a, b give, besides the noiseless sums,
//   vv: 2 sum(v a) + sum(a a)          ii: 2 sum(i b) + sum(b b)
//   vi: sum(v b) + sum(i a) + sum(a b)
//   vq: sum(v1" b) - sum(i1" a) + 2/n (sum(a cos) sum(b sin) - sum(a sin) sum(b cos)),
//       " = a quarter cycle later, 1 = of the fundamental alone.
// The linear terms are four normal variables (a and b along cos and sin), shared by the four sums:
// that gives their covariances. The mean over n_windows windows divides deviations by its root.
void Afe::add_sum_noise(const ElectricalState& state, std::int64_t step, std::int32_t n_windows,
                        meter_sums& sums) const {
  if (!noise_) return;
  constexpr double kSqrt2 = 1.4142135623730951;
  const double n = sums.n_samples;
  const double shrink = 1 / kernel::det_sqrt(static_cast<double>(n_windows));
  const double along = kernel::det_sqrt(n / 2) * shrink;
  const double squared = kernel::det_sqrt(n) * shrink;
  if (sums.neutral.count != 0) add_neutral_noise(state, step, n_windows, sums);
  for (std::size_t p = 0; p < static_cast<std::size_t>(n_phases_); ++p) {
    const Draws z = draw(seed_, meter_, step, p);
    const double sigma_a = v_[p].noise_counts;
    const double sigma_b = i_[p].noise_counts;
    const Phasor v = kSqrt2 * stretched(state.v[p], v_[p].scale);
    const Phasor i = kSqrt2 * stretched(state.i[p], i_[p].scale);
    const double a_cos = sigma_a * along * z.a_cos;
    const double a_sin = sigma_a * along * z.a_sin;
    const double b_cos = sigma_b * along * z.b_cos;
    const double b_sin = sigma_b * along * z.b_sin;
    const double sd_same = squared * kernel::det_sqrt(kNoiseKurtosis - 1);
    const double sd_cross = squared * sigma_a * sigma_b;
    meter_element_sums& sum = sums.element[p];
    sum.vv += 2 * (v.re * a_cos - v.im * a_sin) + sigma_a * sigma_a * (n - 1 + sd_same * z.aa);
    sum.ii += 2 * (i.re * b_cos - i.im * b_sin) + sigma_b * sigma_b * (n - 1 + sd_same * z.bb);
    sum.vi += v.re * b_cos - v.im * b_sin + i.re * a_cos - i.im * a_sin + sd_cross * z.ab;
    const Phasor v1 = kSqrt2 * (state.v[p][0] * v_[p].scale[0]);
    const Phasor i1 = kSqrt2 * (state.i[p][0] * i_[p].scale[0]);
    sum.vq += v1.re * b_sin + v1.im * b_cos - i1.re * a_sin - i1.im * a_cos +
              kSqrt2 * shrink * sigma_a * sigma_b * z.ab_quadrature;
  }
}

}  // namespace models
