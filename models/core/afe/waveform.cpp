// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/waveform.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"

namespace models {
namespace {

inline float fma(float a, float b, float c) { return __builtin_fmaf(a, b, c); }

// Taylor on [-pi/4, pi/4]: errors below 3e-8, half a unit in the last place of a float.
inline float sin_octant(float x, float xx) {
  float sum = fma(xx, 1.0f / 362880, -1.0f / 5040);
  sum = fma(sum, xx, 1.0f / 120);
  sum = fma(sum, xx, -1.0f / 6);
  return fma(x * xx, sum, x);
}
inline float cos_octant(float xx) {
  float sum = fma(xx, 1.0f / 40320, -1.0f / 720);
  sum = fma(sum, xx, 1.0f / 24);
  sum = fma(sum, xx, -0.5f);
  return fma(sum, xx, 1.0f);
}

}  // namespace

double noise_unit() {
  // Each half is uniform on 0..65535: variance (2^32 - 1) / 12.
  return kernel::det_sqrt(4294967295.0 / 6);
}

// 32 bits of phase are 1.5e-9 rad, far below the float's resolution.
void fill_basis(std::uint64_t phase, std::uint64_t step, WaveBasis& basis) {
  alignas(32) std::uint32_t turns[kChunk];
  for (std::size_t k = 0; k < kChunk; ++k) {
    turns[k] = static_cast<std::uint32_t>((phase + k * step) >> 32);
  }
  constexpr float kRadPerUnit = static_cast<float>(2 * kernel::kPi / 4294967296.0);
  for (std::size_t k = 0; k < kChunk; ++k) {
    const std::uint32_t turn = turns[k];
    const std::uint32_t quadrant = (turn + (1u << 29)) >> 30;
    const auto rest = static_cast<std::int32_t>(turn - (quadrant << 30));
    const float x = static_cast<float>(rest) * kRadPerUnit;
    const float xx = x * x;
    const float s = sin_octant(x, xx);
    const float c = cos_octant(xx);
    const bool odd = (quadrant & 1) != 0;
    const auto sign_c = static_cast<float>(1 - static_cast<std::int32_t>((quadrant + 1) & 2));
    const auto sign_s = static_cast<float>(1 - static_cast<std::int32_t>(quadrant & 2));
    const float c1 = sign_c * (odd ? s : c);
    const float s1 = sign_s * (odd ? c : s);
    // Odd orders by repeated multiplication with the second.
    const float c2 = fma(c1, c1, -(s1 * s1));
    const float s2 = 2 * (c1 * s1);
    const float c3 = fma(c1, c2, -(s1 * s2));
    const float s3 = fma(c1, s2, s1 * c2);
    const float c5 = fma(c3, c2, -(s3 * s2));
    const float s5 = fma(c3, s2, s3 * c2);
    basis.cos[0][k] = c1;
    basis.sin[0][k] = s1;
    basis.cos[1][k] = c3;
    basis.sin[1][k] = s3;
    basis.cos[2][k] = c5;
    basis.sin[2][k] = s5;
    basis.cos[3][k] = fma(c5, c2, -(s5 * s2));
    basis.sin[3][k] = fma(c5, s2, s5 * c2);
  }
}

Wave turned(const Wave& wave, const WaveBasis& starts, std::size_t k) {
  Wave turned = wave;
  for (std::size_t h = 0; h < kOrders; ++h) {
    const float c = starts.cos[h][k];
    const float s = starts.sin[h][k];
    turned.re[h] = fma(wave.re[h], c, -(wave.im[h] * s));
    turned.im[h] = fma(wave.re[h], s, wave.im[h] * c);
  }
  return turned;
}

namespace {

template <bool kNoisy>
void fill(const Wave& wave, const WaveBasis& basis, const std::uint32_t* noise,
          std::int32_t* __restrict counts) {
  for (std::size_t k = 0; k < kChunk; ++k) {
    float x = wave.offset;
    for (std::size_t h = kOrders; h-- > 0;) {
      x = fma(wave.re[h], basis.cos[h][k], x);
      x = fma(-wave.im[h], basis.sin[h][k], x);
    }
    if constexpr (kNoisy) {
      const auto halves = static_cast<std::int32_t>((noise[k] & 0xFFFFu) + (noise[k] >> 16));
      x = fma(wave.noise, static_cast<float>(halves - 65535), x);
    }
    counts[k] = quantise(x);
  }
}

}  // namespace

void fill_counts(const Wave& wave, const WaveBasis& basis, const std::uint32_t* noise,
                 std::int32_t* counts) {
  if (noise != nullptr) {
    fill<true>(wave, basis, noise, counts);
  } else {
    fill<false>(wave, basis, nullptr, counts);
  }
}

}  // namespace models
