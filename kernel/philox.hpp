// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace kernel {

// Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC'11): ten rounds
// turn a counter into four words. No state, so any draw can be made at any time, in any order.
// key: the seed. Counter: index in words 0 and 1, entity in word 2, purpose in word 3.
namespace philox {
inline constexpr std::uint32_t kMultiplier0 = 0xD2511F53u;
inline constexpr std::uint32_t kMultiplier1 = 0xCD9E8D57u;
inline constexpr std::uint32_t kWeyl0 = 0x9E3779B9u;  // golden ratio
inline constexpr std::uint32_t kWeyl1 = 0xBB67AE85u;  // sqrt(3) - 1
inline constexpr int kRounds = 10;
}  // namespace philox

inline std::array<std::uint32_t, 4> philox4x32(std::uint64_t key, std::uint32_t entity,
                                               std::uint32_t purpose, std::uint64_t index) {
  auto c0 = static_cast<std::uint32_t>(index);
  auto c1 = static_cast<std::uint32_t>(index >> 32);
  std::uint32_t c2 = entity;
  std::uint32_t c3 = purpose;
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int round = 0; round < philox::kRounds; ++round) {
    const std::uint64_t p0 = std::uint64_t{philox::kMultiplier0} * c0;
    const std::uint64_t p1 = std::uint64_t{philox::kMultiplier1} * c2;
    c0 = static_cast<std::uint32_t>(p1 >> 32) ^ c1 ^ k0;
    c2 = static_cast<std::uint32_t>(p0 >> 32) ^ c3 ^ k1;
    c1 = static_cast<std::uint32_t>(p1);
    c3 = static_cast<std::uint32_t>(p0);
    k0 += philox::kWeyl0;
    k1 += philox::kWeyl1;
  }
  return {c0, c1, c2, c3};
}

#if defined(__AVX2__)
namespace philox {

// Four consecutive counters, one per 64-bit lane (the word in the low half), so that one vpmuludq
// gives both halves of the product. Upper halves carry rubbish, which vpmuludq ignores.
struct FourBlocks {
  __m256i c0, c1, c2, c3;

  void round(__m256i k0, __m256i k1) {
    const __m256i p0 = _mm256_mul_epu32(c0, _mm256_set1_epi64x(kMultiplier0));
    const __m256i p1 = _mm256_mul_epu32(c2, _mm256_set1_epi64x(kMultiplier1));
    c0 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p1, 32), c1), k0);
    c2 = _mm256_xor_si256(_mm256_xor_si256(_mm256_srli_epi64(p0, 32), c3), k1);
    c1 = p1;
    c3 = p0;
  }
  void store(std::uint32_t* out) const {
    const __m256i words01 = _mm256_blend_epi32(c0, _mm256_slli_epi64(c1, 32), 0xAA);
    const __m256i words23 = _mm256_blend_epi32(c2, _mm256_slli_epi64(c3, 32), 0xAA);
    const __m256i blocks02 = _mm256_unpacklo_epi64(words01, words23);
    const __m256i blocks13 = _mm256_unpackhi_epi64(words01, words23);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out),
                        _mm256_permute2x128_si256(blocks02, blocks13, 0x20));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + 8),
                        _mm256_permute2x128_si256(blocks02, blocks13, 0x31));
  }
};

inline FourBlocks four_blocks(std::uint32_t entity, std::uint32_t purpose, std::uint64_t index) {
  const __m256i counter = _mm256_add_epi64(_mm256_set1_epi64x(static_cast<long long>(index)),
                                           _mm256_set_epi64x(3, 2, 1, 0));
  return {counter, _mm256_srli_epi64(counter, 32), _mm256_set1_epi64x(entity),
          _mm256_set1_epi64x(purpose)};
}

// Sixteen blocks side by side: enough independent work to hide the latency of the multiplier.
inline void sixteen_blocks(std::uint64_t key, std::uint32_t entity, std::uint32_t purpose,
                           std::uint64_t index, std::uint32_t* out) {
  std::array<FourBlocks, 4> lanes = {
      four_blocks(entity, purpose, index), four_blocks(entity, purpose, index + 4),
      four_blocks(entity, purpose, index + 8), four_blocks(entity, purpose, index + 12)};
  auto k0 = static_cast<std::uint32_t>(key);
  auto k1 = static_cast<std::uint32_t>(key >> 32);
  for (int n = 0; n < kRounds; ++n) {
    const __m256i key0 = _mm256_set1_epi64x(k0);
    const __m256i key1 = _mm256_set1_epi64x(k1);
    lanes[0].round(key0, key1);
    lanes[1].round(key0, key1);
    lanes[2].round(key0, key1);
    lanes[3].round(key0, key1);
    k0 += kWeyl0;
    k1 += kWeyl1;
  }
  for (std::size_t n = 0; n < lanes.size(); ++n) lanes[n].store(out + 16 * n);
}

}  // namespace philox
#endif

// out[4 b .. 4 b + 3] = philox4x32(key, entity, purpose, first_index + b) for b < n_blocks: the
// same words as the scalar function, for noise made in bulk.
inline void philox4x32_fill(std::uint64_t key, std::uint32_t entity, std::uint32_t purpose,
                            std::uint64_t first_index, std::size_t n_blocks, std::uint32_t* out) {
  std::size_t b = 0;
#if defined(__AVX2__)
  for (; b + 16 <= n_blocks; b += 16) {
    philox::sixteen_blocks(key, entity, purpose, first_index + b, out + 4 * b);
  }
#endif
  for (; b < n_blocks; ++b) {
    const auto words = philox4x32(key, entity, purpose, first_index + b);
    for (std::size_t w = 0; w < 4; ++w) out[4 * b + w] = words[w];
  }
}

}  // namespace kernel
