// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "meter/dsp/lanes.hpp"
#include "meter/dsp/turns.hpp"
#include "meter/hal/meter_hal.h"

namespace meter::dsp {

// The fundamental's phasor is one bin of a Fourier sum at the window's own frequency. Its cycles,
// laid on each other, need only a tenth of the multiplications; only whole cycles leave every other
// order out, hence the edge: the part of a sample by which a fold is shorter than a cycle. With it
// an order leaks by less than 3e-4 of itself.
inline constexpr std::uint32_t kFolds = METER_WINDOW_CYCLES;

// Folds begin early by what those before them lack: their sum is not ten times one, but
// sin(10 x) / sin(x) of it, x half the angle that one lacks; over ten, by x squared.
template <typename Real>
constexpr Real share_of_folds(Real xx) {
  return 1 - xx * (Real{33} / 2 - xx * (Real{3223} / 40 - xx * (Real{44363} / 240)));
}

// The samples whose angles a window needs: of the lanes, and of the first lane of each step.
struct AngledSamples {
  static constexpr std::uint32_t kMaxSteps = 20;  // of eight samples in a cycle, down to 40 Hz
  static constexpr std::uint32_t kCount = 32;
  static_assert(kLanes + kMaxSteps < kCount);
  std::int32_t at[kCount];
  constexpr AngledSamples() : at() {
    for (std::uint32_t k = 0; k < kCount; ++k) {
      at[k] = static_cast<std::int32_t>(k < kLanes ? k : (k - kLanes) * kLanes);
    }
  }
};
inline constexpr AngledSamples kAngledSamples;

// Where a window's folds are, and the angles of the fundamental in them.
class Fold {
 public:
  static constexpr std::uint32_t kMaxSteps = AngledSamples::kMaxSteps;

  template <typename Lanes>
  Fold(Lanes, std::uint32_t n_samples, std::uint32_t n_cycles, std::uint32_t length_q16)
      : length_(n_samples / kFolds) {
    if (length_ > kMaxSteps * kLanes) length_ = kMaxSteps * kLanes;
    if (length_q16 == 0) length_q16 = 1;
    // A sample in 2^32ths of a turn, rounded: 1.2e-7 rad at the end of a cycle.
    const auto sample =
        static_cast<std::uint32_t>(((std::uint64_t{n_cycles} << 49) / length_q16 + 1) >> 1);
    for (std::uint32_t k = 0; k < kAngles; k += Lanes::kWidth) {
      angles_of<Lanes>(Lanes::load(kAngledSamples.at + k) * sample, cos_ + k, sin_ + k);
    }
    const Angle last = step(length_ / kLanes);
    const Angle rest = at(length_ % kLanes);
    edge_ = {last.cos * rest.cos - last.sin * rest.sin, last.sin * rest.cos + last.cos * rest.sin};
    const auto missing_q16 = static_cast<std::int32_t>(length_q16 - kFolds * (length_ << 16));
    missing_ = static_cast<float>(missing_q16) * (1.0f / (65536 * kFolds));
    const float x = missing_ * (static_cast<float>(sample) * (kRadPerTurn32 / 2));
    const float share = share_of_folds(x * x);
    leak_ = kFolds * x * (1 - missing_) / static_cast<float>(n_samples);
    scale_ = 2 * 65536.0f / (share * static_cast<float>(length_q16));
  }

  std::uint32_t length() const { return length_; }
  const float* lane_cos(std::uint32_t k) const { return cos_ + k; }
  const float* lane_sin(std::uint32_t k) const { return sin_ + k; }
  Angle step(std::uint32_t k) const { return at(kLanes + k); }
  Angle edge() const { return edge_; }
  float missing() const { return missing_; }  // of a cycle, samples a fold
  float leak() const {
    return leak_;
  }  // of a constant, into the sines, for what its samples sum to
  float scale() const { return scale_; }  // from sums to peak values

 private:
  static constexpr std::uint32_t kAngles = AngledSamples::kCount;
  Angle at(std::uint32_t k) const { return {cos_[k], sin_[k]}; }

  std::uint32_t length_;
  Angle edge_;
  float missing_;
  float leak_;
  float scale_;
  float cos_[kAngles];
  float sin_[kAngles];
};

}  // namespace meter::dsp
