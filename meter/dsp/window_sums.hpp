// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "meter/dsp/fold.hpp"
#include "meter/dsp/lanes.hpp"
#include "meter/hal/meter_hal.h"

namespace meter::dsp {
namespace detail {

// What a window leaves behind of one element, a lane each.
struct LaneSums {
  float vv[kLanes], ii[kLanes], vi[kLanes];
  float v[kLanes], i[kLanes];  // of the counts less the pivot
  // Along cosine and sine of the fundamental.
  float v_cos[kLanes], v_sin[kLanes], i_cos[kLanes], i_sin[kLanes];
};

// The samples of one element, and an integer near the mean of the current's: what is left of
// them is exact, and no small current is lost beside the converter's offset. The voltage's offset
// is small beside it.
struct Element {
  const std::int32_t* v;
  const std::int32_t* i;
  std::uint32_t i_pivot;
};

// Steps whose products are summed before they meet the others: sums of floats stay short.
inline constexpr std::uint32_t kBlock = 4;

// Sums of products of one lane or all lanes.
template <typename Lanes>
struct Products {
  using Floats = typename Lanes::Floats;
  // Two chains each, or additions wait for each other.
  Floats vv[2] = {}, ii[2] = {}, vi[2] = {};

  void add(Floats v, Floats i, std::uint32_t chain) {
    vv[chain] = Lanes::fma(v, v, vv[chain]);
    ii[chain] = Lanes::fma(i, i, ii[chain]);
    vi[chain] = Lanes::fma(v, i, vi[chain]);
  }
  void add(const Products& block) {
    vv[0] += block.vv[0] + block.vv[1];
    ii[0] += block.ii[0] + block.ii[1];
    vi[0] += block.vi[0] + block.vi[1];
  }
};

// A folded channel's sum, and along cosine and sine.
template <typename Lanes>
struct Projection {
  using Floats = typename Lanes::Floats;
  Floats all = {}, cos = {}, sin = {};
  void add(Floats x, Angle w) {
    all += x;
    cos = Lanes::fma(x, Lanes::spread(w.cos), cos);
    sin = Lanes::fma(x, Lanes::spread(w.sin), sin);
  }
};

// Lanes [lane, lane + width) of a window.
template <typename Lanes>
void add_lanes(const Element& e, std::uint32_t n, const Fold& fold, std::uint32_t lane,
               LaneSums& sums) {
  using Floats = typename Lanes::Floats;
  const std::uint32_t length = fold.length();
  const std::size_t stride = length;
  const std::uint32_t whole = length / kLanes;
  const std::uint32_t rest = length % kLanes;
  Products<Lanes> products;
  // What the folds sum to, kept for a walk of its own: the registers are full.
  Floats v_fold[Fold::kMaxSteps + 1], i_fold[Fold::kMaxSteps + 1];
  const std::int32_t* v_counts = e.v + lane;
  const std::int32_t* i_counts = e.i + lane;
  for (std::uint32_t k = 0; k < whole;) {
    const std::uint32_t end = whole - k < kBlock ? whole : k + kBlock;
    Products<Lanes> block;
    for (; k < end; ++k) {
      Floats v_sum, i_sum;
#pragma GCC unroll 10
      for (std::uint32_t j = 0; j < kFolds; ++j) {
        const Floats v = Lanes::to_float(Lanes::load(v_counts + j * stride));
        const Floats i = Lanes::to_float(Lanes::load(i_counts + j * stride) - e.i_pivot);
        v_sum = j == 0 ? v : v_sum + v;
        i_sum = j == 0 ? i : i_sum + i;
        block.add(v, i, j % 2);
        Lanes::in_order(v_sum, i_sum);
      }
      v_fold[k] = v_sum;
      i_fold[k] = i_sum;
      v_counts += kLanes;
      i_counts += kLanes;
    }
    products.add(block);
  }
  const auto add_first = [&](std::uint32_t at, std::uint32_t count, Floats& v_sum, Floats& i_sum) {
    const Floats v = Lanes::to_float(Lanes::load_first(e.v + at + lane, 0, lane, count));
    const Floats i = Lanes::to_float(Lanes::load_first(e.i + at + lane, e.i_pivot, lane, count));
    v_sum += v;
    i_sum += i;
    products.add(v, i, 0);
  };
  v_fold[whole] = i_fold[whole] = Floats{};
  for (std::uint32_t j = 0; rest != 0 && j < kFolds; ++j) {
    add_first(j * length + whole * kLanes, rest, v_fold[whole], i_fold[whole]);
  }
  Projection<Lanes> v[2], i[2];
  for (std::uint32_t k = 0; k <= whole; k += 2) {
    v[0].add(v_fold[k], fold.step(k));
    i[0].add(i_fold[k], fold.step(k));
    if (k == whole) break;
    v[1].add(v_fold[k + 1], fold.step(k + 1));
    i[1].add(i_fold[k + 1], fold.step(k + 1));
  }
  for (std::uint32_t at = kFolds * length; at < n; at += kLanes) {
    add_first(at, n - at, v[0].all, i[0].all);
  }
  const auto keep = [lane](const Floats& x, float* to) { std::memcpy(to + lane, &x, sizeof(x)); };
  keep(products.vv[0], sums.vv);
  keep(products.ii[0], sums.ii);
  keep(products.vi[0], sums.vi);
  keep(v[0].all + v[1].all, sums.v);
  keep(i[0].all + i[1].all, sums.i);
  // The steps' angles are those of their first lane.
  const Floats c = Lanes::load(fold.lane_cos(lane));
  const Floats s = Lanes::load(fold.lane_sin(lane));
  const auto turn = [&](const Projection<Lanes>(&x)[2], float* to_cos, float* to_sin) {
    const Floats cos = x[0].cos + x[1].cos;
    const Floats sin = x[0].sin + x[1].sin;
    keep(Lanes::fma(cos, c, -(sin * s)), to_cos);
    keep(Lanes::fma(cos, s, sin * c), to_sin);
  };
  turn(v, sums.v_cos, sums.v_sin);
  turn(i, sums.i_cos, sums.i_sin);
}

// Near the mean: that of four times eight samples, a quarter of a cycle apart, in which sine waves
// cancel; the first sample of a short window.
template <typename Lanes>
std::uint32_t pivot_of(const std::int32_t* x, std::uint32_t n) {
  constexpr std::uint32_t kQuarter = 32;
  if (n < 4 * kQuarter) return static_cast<std::uint32_t>(x[0]);
  std::uint32_t sums[kLanes];
  for (std::uint32_t lane = 0; lane < kLanes; lane += Lanes::kWidth) {
    typename Lanes::Counts sum = Lanes::load(x + lane);
    for (std::uint32_t k = 1; k < 4; ++k) sum += Lanes::load(x + lane + k * kQuarter);
    std::memcpy(sums + lane, &sum, sizeof(sum));
  }
  std::uint32_t sum = 0;
  for (const std::uint32_t of_lane : sums) sum += of_lane;
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(sum) / (4 * 8));
}

// Phasor of the fundamental, peak counts; only its angle to others of the window means anything.
struct Peak {
  float re;
  float im;
};
inline Peak peak_of(float sum, const float (&along_cos)[kLanes], const float (&along_sin)[kLanes],
                    const std::int32_t* x, std::uint32_t pivot, std::uint32_t n, const Fold& fold) {
  // What each fold lacks of a cycle is the first sample of the next, or of the first one.
  const std::uint32_t length = fold.length();
  std::uint32_t edge = 0;
  for (std::uint32_t j = 1; j < kFolds; ++j) {
    edge += static_cast<std::uint32_t>(x[j * length]) - pivot;
  }
  edge += static_cast<std::uint32_t>(x[n > kFolds * length ? kFolds * length : 0]) - pivot;
  const float part = fold.missing() * static_cast<float>(static_cast<std::int32_t>(edge));
  const float a = __builtin_fmaf(part, fold.edge().cos, combine(along_cos)) * fold.scale();
  const float sines = __builtin_fmaf(-sum, fold.leak(), combine(along_sin));
  const float b = __builtin_fmaf(part, fold.edge().sin, sines) * fold.scale();
  return {a, -b};
}

}  // namespace detail

template <typename Lanes = NativeLanes>
void add_element(const std::int32_t* v, const std::int32_t* i, std::uint32_t n, const Fold& fold,
                 meter_element_sums& sums, meter_harmonic& fundamental) {
  if (n == 0) return;
  const detail::Element element = {v, i, detail::pivot_of<Lanes>(i, n)};
  detail::LaneSums lanes;
  for (std::uint32_t lane = 0; lane < kLanes; lane += Lanes::kWidth) {
    detail::add_lanes<Lanes>(element, n, fold, lane, lanes);
  }
  const float of_v = combine(lanes.v);
  const float of_i = combine(lanes.i);
  const double v_sum = of_v;
  const double i_sum = of_i;
  const double per_sample = 1.0 / n;
  sums.vv = static_cast<double>(combine(lanes.vv)) - v_sum * v_sum * per_sample;
  sums.ii = static_cast<double>(combine(lanes.ii)) - i_sum * i_sum * per_sample;
  sums.vi = static_cast<double>(combine(lanes.vi)) - v_sum * i_sum * per_sample;
  const auto a = detail::peak_of(of_v, lanes.v_cos, lanes.v_sin, v, 0, n, fold);
  const auto b = detail::peak_of(of_i, lanes.i_cos, lanes.i_sin, i, element.i_pivot, n, fold);
  fundamental = {a.re, a.im, b.re, b.im};
  sums.vq = 0.5 * n * (static_cast<double>(a.im) * b.re - static_cast<double>(a.re) * b.im);
}

// The kernel: raw counts of a window to raw sums. No per-meter parameter; calibration acts on sums.
template <typename Lanes = NativeLanes>
meter_sums window_sums(const meter_window& window) {
  meter_sums sums;
  sums.n_samples = window.n_samples;
  sums.n_cycles = window.n_cycles;
  sums.length_q16 = window.length_q16;
  sums.n_elements = 0;
  sums.neutral = sums.difference = sums.harmonics = sums.half_cycles = sums.crossings = {};
  sums.own_neutral = {};
  for (meter_harmonic& phasor : sums.own_fundamental) phasor = {};
  const Fold fold(Lanes{}, window.n_samples, window.n_cycles, window.length_q16);
  for (std::uint32_t e = 0; e < 3; ++e) {
    sums.element[e] = {};
    const std::int32_t* v = window.channel[METER_V1 + e];
    const std::int32_t* i = window.channel[METER_I1 + e];
    if (v == nullptr || i == nullptr || sums.n_elements != e) continue;
    add_element<Lanes>(v, i, window.n_samples, fold, sums.element[e], sums.own_fundamental[e]);
    sums.n_elements = e + 1;
  }
  std::uint32_t n_phasors = sums.n_elements;
  const std::int32_t* const neutral = window.channel[METER_IN];
  if (neutral != nullptr && sums.n_elements != 0) {
    add_element<Lanes>(window.channel[METER_V1], neutral, window.n_samples, fold, sums.own_neutral,
                       sums.own_fundamental[n_phasors++]);
    sums.neutral = {1, sizeof(meter_element_sums), offsetof(meter_sums, own_neutral)};
  }
  sums.harmonics = {n_phasors, sizeof(meter_harmonic), offsetof(meter_sums, own_fundamental)};
  return sums;
}

}  // namespace meter::dsp
