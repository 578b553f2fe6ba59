// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "models/core/grid/electrical.hpp"

namespace models {

// Samples are made in chunks of this many; buffers are whole chunks.
inline constexpr std::size_t kChunk = 64;

// The converter: it saturates, and rounds half away from zero. |x| < 2^31.
inline std::int32_t quantise(float x) {
  constexpr std::int32_t kMost = (1 << 23) - 1;
  constexpr std::int32_t kLeast = -(1 << 23);
  const auto counts = static_cast<std::int32_t>(x + __builtin_copysignf(0.5f, x));
  return std::max(kLeast, std::min(kMost, counts));
}

// One channel in counts: x(theta) = offset + sum over h of re cos(h theta) - im sin(h theta).
struct Wave {
  float re[kOrders];
  float im[kOrders];
  float offset;
  float noise;  // counts per unit of the noise word's sum, see noise_unit()
};

// cos and sin of h theta for the orders and kChunk values of theta.
struct WaveBasis {
  alignas(32) float cos[kOrders][kChunk];
  alignas(32) float sin[kOrders][kChunk];
};

// theta = phase + k * step for k < kChunk, in 2^64ths of a turn. Trigonometry is needed for the
// samples of one chunk and for the starts of the chunks only; a chunk's wave is the channel's wave
// turned to the chunk's start.
void fill_basis(std::uint64_t phase, std::uint64_t step, WaveBasis& basis);

// The wave with its origin moved to the k-th angle of a basis.
Wave turned(const Wave& wave, const WaveBasis& starts, std::size_t k);

// Standard deviation of one noise word: the sum of its two 16-bit halves, centred (triangular law).
double noise_unit();
inline constexpr double kNoiseKurtosis = 2.4;  // of two summed uniform values

// Counts of one chunk: waveform, noise (one word a sample, nullptr: none), clipping to 24 bits,
// rounding to the nearest integer.
void fill_counts(const Wave& wave, const WaveBasis& basis, const std::uint32_t* noise,
                 std::int32_t* counts);

}  // namespace models
