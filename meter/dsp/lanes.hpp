// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace meter::dsp {

// Eight consecutive samples side by side. The kernel is written once over this interface; both
// types below do the same IEEE operations in the same order, so a meter's core with one
// floating-point unit and a host with vectors get the same bits (tests/unit/meter_dsp).
inline constexpr std::uint32_t kLanes = 8;

// Fixed order in which eight partial sums become one: halves, quarters, pairs.
constexpr float combine(const float (&x)[kLanes]) {
  return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7]));
}

class ScalarLanes {
 public:
  ScalarLanes() = default;
  // Eight counts as float, exact for 24 significant bits.
  static ScalarLanes load(const std::int32_t* counts) {
    ScalarLanes lanes;
    for (std::uint32_t n = 0; n < kLanes; ++n) lanes.x_[n] = static_cast<float>(counts[n]);
    return lanes;
  }
  void subtract(float value) {
    for (float& x : x_) x -= value;
  }
  void keep_first(std::uint32_t count) {
    for (std::uint32_t n = count; n < kLanes; ++n) x_[n] = 0;
  }
  // *this += a * b with one rounding.
  void add_product(const ScalarLanes& a, const ScalarLanes& b) {
    for (std::uint32_t n = 0; n < kLanes; ++n) x_[n] = __builtin_fmaf(a.x_[n], b.x_[n], x_[n]);
  }
  float sum() const { return combine(x_); }

  // Exact sum of up to a block of counts. Unsigned, so that nothing a faulty converter delivers is
  // an overflow.
  static std::int32_t sum_counts(const std::int32_t* counts, std::uint32_t n) {
    std::uint32_t sum = 0;
    for (std::uint32_t k = 0; k < n; ++k) sum += static_cast<std::uint32_t>(counts[k]);
    return static_cast<std::int32_t>(sum);
  }

 private:
  float x_[kLanes] = {};
};

#if defined(__AVX2__) && defined(__FMA__) && defined(__has_builtin)
#if __has_builtin(__builtin_ia32_vfmaddps256)
#define AMITWIN_METER_DSP_VECTOR 1

class VectorLanes {
 public:
  VectorLanes() = default;
  static VectorLanes load(const std::int32_t* counts) {
    Integers integers;
    std::memcpy(&integers, counts, sizeof(integers));
    VectorLanes lanes;
    lanes.x_ = __builtin_convertvector(integers, Floats);
    return lanes;
  }
  void subtract(float value) { x_ -= value; }
  void keep_first(std::uint32_t count) {
    for (std::uint32_t n = count; n < kLanes; ++n) x_[n] = 0;
  }
  void add_product(const VectorLanes& a, const VectorLanes& b) {
    x_ = __builtin_ia32_vfmaddps256(a.x_, b.x_, x_);
  }
  float sum() const {
    float x[kLanes];
    std::memcpy(x, &x_, sizeof(x));
    return combine(x);
  }

  static std::int32_t sum_counts(const std::int32_t* counts, std::uint32_t n) {
    Unsigned parts = {};
    std::uint32_t k = 0;
    for (; k + kLanes <= n; k += kLanes) {
      Unsigned next;
      std::memcpy(&next, counts + k, sizeof(next));
      parts += next;
    }
    std::uint32_t sum = 0;
    for (; k < n; ++k) sum += static_cast<std::uint32_t>(counts[k]);
    for (std::uint32_t n_lane = 0; n_lane < kLanes; ++n_lane) sum += parts[n_lane];
    return static_cast<std::int32_t>(sum);
  }

 private:
  typedef float Floats __attribute__((vector_size(32)));
  typedef std::int32_t Integers __attribute__((vector_size(32)));
  typedef std::uint32_t Unsigned __attribute__((vector_size(32)));
  Floats x_ = {};
};
#endif
#endif

#if defined(AMITWIN_METER_DSP_VECTOR)
using NativeLanes = VectorLanes;
#else
using NativeLanes = ScalarLanes;
#endif

}  // namespace meter::dsp
