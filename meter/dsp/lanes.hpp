// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

namespace meter::dsp {

// Samples k, k + 8, k + 16 ... share a partial sum, so eight partial sums run along time. The
// kernel is written once over the two types below: one lane after the other, which fits the
// registers of a core with one floating-point unit, or all eight in one vector register. Either
// does the same IEEE operations in the same order within a lane, so both get the same bits
// (tests/unit/meter_dsp).
inline constexpr std::uint32_t kLanes = 8;

// Fixed order in which eight partial sums become one: halves, quarters, pairs.
inline float combine(const float (&x)[kLanes]) {
  typedef float Half __attribute__((vector_size(16)));
  Half low, high;
  std::memcpy(&low, x, sizeof(low));
  std::memcpy(&high, x + 4, sizeof(high));
  const Half sum = low + high;
  return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

// Counts are unsigned: nothing a faulty converter delivers is an overflow.
struct ScalarLanes {
  static constexpr std::uint32_t kWidth = 1;
  typedef float Floats;
  typedef std::uint32_t Counts;

  static Counts load(const std::int32_t* counts) { return static_cast<Counts>(*counts); }
  // Counts less a pivot of the lanes from `lane` on that are among the first `n`; of others 0.
  static Counts load_first(const std::int32_t* counts, Counts pivot, std::uint32_t lane,
                           std::uint32_t n) {
    return lane < n ? load(counts) - pivot : 0;
  }
  static Floats load(const float* x) { return *x; }
  static Floats to_float(Counts x) { return static_cast<float>(static_cast<std::int32_t>(x)); }
  static Floats spread(float x) { return x; }
  // a * b + c with one rounding.
  static Floats fma(Floats a, Floats b, Floats c) { return __builtin_fmaf(a, b, c); }
  static void in_order(Floats&, Floats&) {}
};

#if defined(__AVX2__) && defined(__FMA__) && defined(__has_builtin)
#if __has_builtin(__builtin_ia32_vfmaddps256) && __has_builtin(__builtin_ia32_maskloadd256)
#define AMITWIN_METER_DSP_VECTOR 1

struct VectorLanes {
  static constexpr std::uint32_t kWidth = kLanes;
  typedef float Floats __attribute__((vector_size(32)));
  typedef std::uint32_t Counts __attribute__((vector_size(32)));

  static Counts load(const std::int32_t* counts) {
    Counts x;
    std::memcpy(&x, counts, sizeof(x));
    return x;
  }
  // Octets of lanes past the first `n` are not read.
  static Counts load_first(const std::int32_t* counts, std::uint32_t pivot, std::uint32_t,
                           std::uint32_t n) {
    const auto lane = Integers{0, 1, 2, 3, 4, 5, 6, 7};
    const Integers among = lane < Integers{} + static_cast<std::int32_t>(n);
    const Integers x =
        __builtin_ia32_maskloadd256(reinterpret_cast<const Integers*>(counts), among);
    return (reinterpret_cast<Counts>(x) - pivot) & reinterpret_cast<Counts>(among);
  }
  static Floats load(const float* x) {
    Floats floats;
    std::memcpy(&floats, x, sizeof(floats));
    return floats;
  }
  static Floats to_float(Counts x) {
    return __builtin_convertvector(reinterpret_cast<Integers>(x), Floats);
  }
  static Floats spread(float x) { return Floats{x, x, x, x, x, x, x, x}; }
  static Floats fma(Floats a, Floats b, Floats c) { return __builtin_ia32_vfmaddps256(a, b, c); }
  // Up to here before what follows: the kernel's sums fit the registers only as it is written, and
  // one that waits in memory costs as much as five steps.
  static void in_order(Floats& a, Floats& b) { asm volatile("" : "+x"(a), "+x"(b)); }

 private:
  typedef std::int32_t Integers __attribute__((vector_size(32)));
};
#endif
#endif

#if defined(AMITWIN_METER_DSP_VECTOR)
using NativeLanes = VectorLanes;
#else
using NativeLanes = ScalarLanes;
#endif

}  // namespace meter::dsp
