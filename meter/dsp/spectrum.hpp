// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

#include "meter/dsp/fold.hpp"
#include "meter/dsp/lanes.hpp"
#include "meter/dsp/turns.hpp"
#include "meter/hal/meter_hal.h"

namespace meter::dsp {

inline constexpr std::uint32_t kSpectrumOrders = 40;

// Ten cycles, laid on each other. Integers: exact, whatever the converter's offset is.
struct FoldedCycle {
  static constexpr std::uint32_t kMaxSteps = 21;  // of eight samples: down to 40 Hz
  std::int32_t counts[kMaxSteps * kLanes];
};

// Harmonic orders 1 to 40 of a window (IEC 61000-4-7, harmonics of ten cycles), at the window's own
// frequency. Each cycle is taken from the whole sample on at which it begins: an order keeps its
// frequency in their sum, and what parts of a sample cost it is one factor, which is known. A cycle
// is no whole number of samples, and cut off it would leave a trace of every order in all others;
// so it is eight samples longer: it rises and fades along eight samples each, which together are
// always one. That leaves less than 2.5e-5 of the fundamental.
class Spectrum {
 public:
  Spectrum(std::uint32_t n_cycles, std::uint32_t length_q16)
      : length_q16_(length_q16 < kLeast_q16  ? kLeast_q16
                    : length_q16 > kMost_q16 ? kMost_q16
                                             : length_q16),
        sample_turn_(
            static_cast<std::uint32_t>(((std::uint64_t{n_cycles} << 49) / length_q16_ + 1) >> 1)),
        samples_(kLanes + ((length_q16_ / kFolds - 1) >> 16)),
        pairs_((samples_ + kLanes - 1) / kLanes / 2) {}

  // Samples of a cycle, and where the j-th of ten begins, from the window's first on.
  std::uint32_t samples() const { return samples_; }
  std::int32_t first(std::uint32_t j) const {
    return static_cast<std::int32_t>(begin_q16(j) >> 16) - static_cast<std::int32_t>(kLanes);
  }

  // One cycle more of a channel that begins as zeros.
  void add(const std::int32_t* counts, FoldedCycle& folded) const {
    for (std::uint32_t k = 0; k < samples_; ++k) folded.counts[k] += counts[k];
  }
  // All cycles of a channel that lies in memory, its lead in front of x[0].
  template <typename Lanes = NativeLanes>
  void fold(const std::int32_t* x, FoldedCycle& folded) const {
    const std::int32_t* from[kFolds];
    for (std::uint32_t j = 0; j < kFolds; ++j) from[j] = x + first(j);
    const std::uint32_t whole = samples_ / kLanes;
    const std::uint32_t rest = samples_ % kLanes;
    for (std::uint32_t step = 0; step <= 2 * pairs_; ++step) {
      for (std::uint32_t lane = 0; lane < kLanes; lane += Lanes::kWidth) {
        const std::uint32_t at = step * kLanes + lane;
        typename Lanes::Counts sum{};
        if (step < whole) {
          sum = Lanes::load(from[0] + at);
#pragma GCC unroll 9
          for (std::uint32_t j = 1; j < kFolds; ++j) sum += Lanes::load(from[j] + at);
        } else if (step == whole && rest != 0) {
          for (const std::int32_t* x_j : from) sum += Lanes::load_first(x_j + at, 0, lane, rest);
        }
        std::memcpy(folded.counts + at, &sum, sizeof(sum));
      }
    }
  }

  // The orders of a voltage and a current: peak counts, their angles those at one instant of the
  // window.
  template <typename Lanes = NativeLanes>
  void orders(const FoldedCycle& v, const FoldedCycle& i,
              meter_harmonic (&out)[kSpectrumOrders]) const {
    Turning turning;
    begin<Lanes>(turning);
    const Halves of_v = halved<Lanes>(v);
    const Halves of_i = halved<Lanes>(i);
    for (meter_harmonic& order : out) {
      order = project<Lanes>(of_v, of_i, turning);
      next<Lanes>(turning);
    }
  }

 private:
  static constexpr std::uint32_t kLeast_q16 = kFolds * 8 * kLanes << 16;
  static constexpr std::uint32_t kMost_q16 = kFolds * (FoldedCycle::kMaxSteps - 1) * kLanes << 16;
  static constexpr std::uint32_t kMaxPairs = FoldedCycle::kMaxSteps / 2;

  // How a cycle rises: t - sin(2 pi t) / (2 pi) for t of 1/8, 2/8 ... 1, whose derivative is
  // smooth.
  static constexpr float kRise[kLanes] = {0.0124604583f, 0.0908450569f, 0.2624604583f, 0.5f,
                                          0.7375395417f, 0.9091549431f, 0.9875395417f, 1.0f};

  // Angles of the lanes, of the steps from the middle one on, and of what each cycle begins early
  // by; of the order at hand and of the first one.
  struct Turning {
    static constexpr std::uint32_t kOfLanes = 0, kOfSteps = kLanes, kOfCycles = 3 * kLanes;
    static constexpr std::uint32_t kCount = 5 * kLanes;
    float cos1[kCount], sin1[kCount];
    float cos[kCount], sin[kCount];
  };
  static_assert(kMaxPairs <= 2 * kLanes && kFolds <= 2 * kLanes);

  // Sums and differences of the steps about the middle one.
  struct Halves {
    float middle[kLanes];
    float sum[kMaxPairs][kLanes];
    float difference[kMaxPairs][kLanes];
  };

  std::uint32_t begin_q16(std::uint32_t j) const {
    return static_cast<std::uint32_t>(std::uint64_t{j} * length_q16_ / kFolds);
  }

  template <typename Lanes>
  void begin(Turning& turning) const {
    std::int32_t turns[Turning::kCount] = {};
    const auto put = [&turns](std::uint32_t at, std::uint32_t turn) {
      turns[at] = static_cast<std::int32_t>(turn);
    };
    for (std::uint32_t k = 0; k < kLanes; ++k) put(Turning::kOfLanes + k, k * sample_turn_);
    for (std::uint32_t k = 0; k < 2 * kLanes; ++k) {
      put(Turning::kOfSteps + k, (k + 1) * kLanes * sample_turn_);
    }
    for (std::uint32_t j = 0; j < kFolds; ++j) {
      const std::uint64_t early_q16 = begin_q16(j) & 0xFFFFu;
      put(Turning::kOfCycles + j, static_cast<std::uint32_t>(early_q16 * sample_turn_ >> 16));
    }
    for (std::uint32_t k = 0; k < Turning::kCount; k += Lanes::kWidth) {
      angles_of<Lanes>(Lanes::load(turns + k), turning.cos1 + k, turning.sin1 + k);
    }
    for (std::uint32_t k = Turning::kOfCycles + kFolds; k < Turning::kCount; ++k) {
      turning.cos1[k] = turning.sin1[k] = 0;
    }
    std::memcpy(turning.cos, turning.cos1, sizeof(turning.cos));
    std::memcpy(turning.sin, turning.sin1, sizeof(turning.sin));
  }

  // To the next order. Forty turns in float: angles are off by less than 3e-6.
  template <typename Lanes>
  static void next(Turning& turning) {
    for (std::uint32_t k = 0; k < Turning::kCount; k += Lanes::kWidth) {
      const auto a = Lanes::load(turning.cos1 + k);
      const auto b = Lanes::load(turning.sin1 + k);
      const auto c = Lanes::load(turning.cos + k);
      const auto s = Lanes::load(turning.sin + k);
      const typename Lanes::Floats cos = Lanes::fma(c, a, -(s * b));
      const typename Lanes::Floats sin = Lanes::fma(c, b, s * a);
      std::memcpy(turning.cos + k, &cos, sizeof(cos));
      std::memcpy(turning.sin + k, &sin, sizeof(sin));
    }
  }

  template <typename Lanes>
  Halves halved(const FoldedCycle& folded) const {
    // Where its end fades, in the same way: how much of the eight samples is left.
    const std::uint32_t cycle_q16 = length_q16_ / kFolds;
    const std::uint32_t first_fading = ((cycle_q16 >> 16) - 1) / kLanes;
    std::int32_t left_q16[2 * kLanes];
    for (std::uint32_t k = 0; k < 2 * kLanes; ++k) {
      // Sample 0 is the one that a cycle begins with, eight behind the first that is taken.
      const auto left =
          static_cast<std::int32_t>(cycle_q16 - ((first_fading * kLanes + k + 1 - kLanes) << 16));
      constexpr auto kMost = static_cast<std::int32_t>(kLanes << 16);
      left_q16[k] = left < 0 ? 0 : left > kMost ? kMost : left;
    }
    float fading[2 * kLanes];
    for (std::uint32_t k = 0; k < 2 * kLanes; k += Lanes::kWidth) {
      constexpr float kPerTurn = 1.0f / 6.283185307f;
      const typename Lanes::Counts left = Lanes::load(left_q16 + k);
      float cos[kLanes], sin[kLanes];
      angles_of<Lanes>(left << 13, cos, sin);
      const typename Lanes::Floats x =
          Lanes::fma(Lanes::load(sin), Lanes::spread(-kPerTurn),
                     Lanes::to_float(left) * Lanes::spread(1.0f / (kLanes << 16)));
      std::memcpy(fading + k, &x, sizeof(x));
    }
    Halves halves;
    for (std::uint32_t lane = 0; lane < kLanes; lane += Lanes::kWidth) {
      const auto step = [&](std::uint32_t s) {
        typename Lanes::Floats x = Lanes::to_float(Lanes::load(folded.counts + s * kLanes + lane));
        if (s == 0) x = x * Lanes::load(kRise + lane);
        if (s >= first_fading && s - first_fading < 2) {
          x = x * Lanes::load(fading + (s - first_fading) * kLanes + lane);
        }
        return x;
      };
      const auto keep = [lane](const typename Lanes::Floats& x, float* to) {
        std::memcpy(to + lane, &x, sizeof(x));
      };
      keep(step(pairs_), halves.middle);
      for (std::uint32_t t = 0; t < pairs_; ++t) {
        const typename Lanes::Floats after = step(pairs_ + 1 + t);
        const typename Lanes::Floats before = step(pairs_ - 1 - t);
        keep(after + before, halves.sum[t]);
        keep(after - before, halves.difference[t]);
      }
    }
    return halves;
  }

  template <typename Lanes>
  meter_harmonic project(const Halves& v, const Halves& i, const Turning& turning) const {
    using Floats = typename Lanes::Floats;
    float v_re[kLanes], v_im[kLanes], i_re[kLanes], i_im[kLanes];
    float cycles_cos[kLanes], cycles_sin[kLanes];
    for (std::uint32_t lane = 0; lane < kLanes; lane += Lanes::kWidth) {
      Floats v_even = Lanes::load(v.middle + lane), v_odd = {};
      Floats i_even = Lanes::load(i.middle + lane), i_odd = {};
      for (std::uint32_t t = 0; t < pairs_; ++t) {
        const Floats c = Lanes::spread(turning.cos[Turning::kOfSteps + t]);
        const Floats s = Lanes::spread(turning.sin[Turning::kOfSteps + t]);
        v_even = Lanes::fma(Lanes::load(v.sum[t] + lane), c, v_even);
        v_odd = Lanes::fma(Lanes::load(v.difference[t] + lane), s, v_odd);
        i_even = Lanes::fma(Lanes::load(i.sum[t] + lane), c, i_even);
        i_odd = Lanes::fma(Lanes::load(i.difference[t] + lane), s, i_odd);
      }
      const Floats c = Lanes::load(turning.cos + Turning::kOfLanes + lane);
      const Floats s = Lanes::load(turning.sin + Turning::kOfLanes + lane);
      const auto keep = [lane](const Floats& x, float* to) {
        std::memcpy(to + lane, &x, sizeof(x));
      };
      keep(Lanes::fma(v_even, c, -(v_odd * s)), v_re);
      keep(Lanes::fma(v_even, s, v_odd * c), v_im);
      keep(Lanes::fma(i_even, c, -(i_odd * s)), i_re);
      keep(Lanes::fma(i_even, s, i_odd * c), i_im);
      const auto of_cycles = [&](const float* x) -> Floats {
        return Lanes::load(x + Turning::kOfCycles + lane) +
               Lanes::load(x + Turning::kOfCycles + kLanes + lane);
      };
      keep(of_cycles(turning.cos), cycles_cos);
      keep(of_cycles(turning.sin), cycles_sin);
    }
    // What ten cycles that begin early by parts of a sample sum to: c - j s of one.
    const float c = combine(cycles_cos);
    const float s = combine(cycles_sin);
    const float scale = 2 * kFolds * 65536.0f / static_cast<float>(length_q16_) / (c * c + s * s);
    const auto put = [&](float re, float minus_im, float& to_re, float& to_im) {
      to_re = (re * c + minus_im * s) * scale;
      to_im = (re * s - minus_im * c) * scale;
    };
    meter_harmonic order;
    put(combine(v_re), combine(v_im), order.v_re, order.v_im);
    put(combine(i_re), combine(i_im), order.i_re, order.i_im);
    return order;
  }

  std::uint32_t length_q16_;
  std::uint32_t sample_turn_;  // in 2^32ths of a turn
  std::uint32_t samples_;
  std::uint32_t pairs_;  // of steps about the middle one
};

}  // namespace meter::dsp
