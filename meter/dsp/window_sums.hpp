// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meter/dsp/lanes.hpp"
#include "meter/hal/meter_hal.h"

namespace meter::dsp {

// One nominal mains cycle. Sums within a block are float (error below 1e-6 of the block), sums over
// blocks double: two additions in software a cycle on a core without double precision.
inline constexpr std::uint32_t kBlock = 128;
static_assert(kBlock % kLanes == 0);

// Mean of a channel over the window, rounded to float once. The sum is exact: a block of 24-bit
// counts fits in 32 bits, the window in 64.
template <typename Lanes>
float mean_counts(const std::int32_t* samples, std::uint32_t n) {
  std::int64_t sum = 0;
  for (std::uint32_t block = 0; block < n; block += kBlock) {
    sum += Lanes::sum_counts(samples + block, n - block < kBlock ? n - block : kBlock);
  }
  return static_cast<float>(static_cast<double>(sum) / static_cast<double>(n));
}

namespace detail {

struct Means {
  float v;
  float i;
};

template <typename Lanes>
struct Accumulators {
  Lanes vv, ii, vi;
  Lanes v_delayed_i;  // v[t - T/4] * i[t]
  Lanes v_i_delayed;  // v[t] * i[t - T/4]

  void add(const Lanes& v, const Lanes& i, const Lanes& v_delayed, const Lanes& i_delayed) {
    vv.add_product(v, v);
    ii.add_product(i, i);
    vi.add_product(v, i);
    v_delayed_i.add_product(v_delayed, i);
    v_i_delayed.add_product(v, i_delayed);
  }
};

template <typename Lanes>
Lanes centred(const std::int32_t* samples, float mean) {
  Lanes lanes = Lanes::load(samples);
  lanes.subtract(mean);
  return lanes;
}

// Up to eight samples; the lanes past the end are zero, and adding 0 * 0 changes no sum.
template <typename Lanes>
Lanes centred_first(const std::int32_t* samples, std::uint32_t count, float mean) {
  std::int32_t padded[kLanes] = {};
  for (std::uint32_t n = 0; n < count; ++n) padded[n] = samples[n];
  Lanes lanes = centred<Lanes>(padded, mean);
  lanes.keep_first(count);
  return lanes;
}

template <typename Lanes>
void add_block(const std::int32_t* v, const std::int32_t* i, std::uint32_t n, Means mean,
               meter_element_sums& sums) {
  constexpr std::uint32_t kDelay = METER_WINDOW_LEAD;
  Accumulators<Lanes> acc;
  std::uint32_t k = 0;
  for (; k + kLanes <= n; k += kLanes) {
    acc.add(centred<Lanes>(v + k, mean.v), centred<Lanes>(i + k, mean.i),
            centred<Lanes>(v + k - kDelay, mean.v), centred<Lanes>(i + k - kDelay, mean.i));
  }
  if (k < n) {
    const std::uint32_t rest = n - k;
    acc.add(centred_first<Lanes>(v + k, rest, mean.v), centred_first<Lanes>(i + k, rest, mean.i),
            centred_first<Lanes>(v + k - kDelay, rest, mean.v),
            centred_first<Lanes>(i + k - kDelay, rest, mean.i));
  }
  sums.vv += static_cast<double>(acc.vv.sum());
  sums.ii += static_cast<double>(acc.ii.sum());
  sums.vi += static_cast<double>(acc.vi.sum());
  sums.vq += 0.5 * (static_cast<double>(acc.v_delayed_i.sum()) -
                    static_cast<double>(acc.v_i_delayed.sum()));
}

}  // namespace detail

// Sums of one element over n samples; v[-METER_WINDOW_LEAD ..] and i[-METER_WINDOW_LEAD ..] are
// read too. Reactive power by the antisymmetric two-delay product: its frequency error is of second
// order, 1 - cos(90 deg * df / f), where a plain quarter-cycle delay fails class 2 at +-2 %.
template <typename Lanes = NativeLanes>
meter_element_sums element_sums(const std::int32_t* v, const std::int32_t* i, std::uint32_t n) {
  meter_element_sums sums{};
  if (n == 0) return sums;
  const detail::Means mean = {mean_counts<Lanes>(v, n), mean_counts<Lanes>(i, n)};
  for (std::uint32_t block = 0; block < n; block += kBlock) {
    const std::uint32_t length = n - block < kBlock ? n - block : kBlock;
    detail::add_block<Lanes>(v + block, i + block, length, mean, sums);
  }
  return sums;
}

// The kernel: raw counts of a window to raw sums. No per-meter parameter; calibration acts on sums.
template <typename Lanes = NativeLanes>
meter_sums window_sums(const meter_window& window) {
  meter_sums sums{};
  sums.n_samples = window.n_samples;
  sums.n_cycles = window.n_cycles;
  sums.length_q16 = window.length_q16;
  for (std::uint32_t e = 0; e < 3; ++e) {
    const std::int32_t* v = window.channel[METER_V1 + e];
    const std::int32_t* i = window.channel[METER_I1 + e];
    if (v == nullptr || i == nullptr) break;
    sums.element[e] = element_sums<Lanes>(v, i, window.n_samples);
    sums.n_elements = e + 1;
  }
  return sums;
}

}  // namespace meter::dsp
