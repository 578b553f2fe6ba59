// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Addition of doubles as IEEE 754 rounds it, in place of the compiler's. This core does it in
// software, and libgcc's routine (config/arm/ieee754-df.S, GCC 12) rounds wrongly in two cases,
// because it keeps too little of what lies behind the last bit: exponents 33 apart, a difference
// and a result below the larger one's power of two, as in 1 - 2^-33 x; and exponents 32 apart, a
// sum with a carry, half a bit and a little more behind the last. The linker gives these functions
// to whoever asks for libgcc's (--wrap): firmware, newlib's sqrt, libgcc's conversions. That these
// and multiplication, division, square root and conversions round as the host does is a test:
// Arithmetic in tests/target.
#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

extern "C" {
// Doubles come in pairs of core registers (Arm IHI 0043, 5.1.2), as integers of that size do.
std::uint64_t __wrap___aeabi_dadd(std::uint64_t a, std::uint64_t b);
std::uint64_t __wrap___aeabi_dsub(std::uint64_t a, std::uint64_t b);
std::uint64_t __wrap___aeabi_drsub(std::uint64_t a, std::uint64_t b);
}

namespace {

constexpr int kFractionBits = 52;
constexpr std::uint64_t kOne = std::uint64_t{1} << kFractionBits;  // the leading one
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;
constexpr std::uint64_t kInfinity = std::uint64_t{0x7FF} << kFractionBits;
constexpr std::uint64_t kQuiet = kOne >> 1;

// Behind the last bit: one that rounds, one that a difference may shift before it, and one that
// stands for all further down.
constexpr int kBehind = 3;

struct Number {
  std::uint64_t mantissa;
  int exponent;  // at least 1: a subnormal number has that of the smallest normal one
};
Number parts_of(std::uint64_t number) {
  const int exponent = static_cast<int>(number >> kFractionBits & 0x7FF);
  const std::uint64_t fraction = number & (kOne - 1);
  if (exponent == 0) return {fraction << kBehind, 1};
  return {(fraction | kOne) << kBehind, exponent};
}

// `a` is infinite or no number, and `b` at most as much.
std::uint64_t not_finite(std::uint64_t a, std::uint64_t b) {
  const bool undefined = (a & ~kSign) != kInfinity || b == (a ^ kSign);
  return undefined ? a | kQuiet : a;
}

std::uint64_t sum(std::uint64_t a, std::uint64_t b) {
  if (a << 1 < b << 1) std::swap(a, b);
  if ((a & kInfinity) == kInfinity) return not_finite(a, b);
  auto [m, exponent] = parts_of(a);
  const Number small = parts_of(b);
  const int apart = std::min(exponent - small.exponent, 63);
  const std::uint64_t shifted = small.mantissa >> apart;
  const std::uint64_t rest = shifted << apart != small.mantissa ? 1 : 0;
  if (((a ^ b) & kSign) == 0) {
    m += shifted | rest;
    if (m >> (kFractionBits + kBehind + 1) != 0) {
      m = m >> 1 | (m & 1);
      ++exponent;
    }
  } else {
    m -= shifted | rest;
    if (m == 0) return 0;
    const int to_left =
        std::min(std::countl_zero(m) - (63 - kFractionBits - kBehind), exponent - 1);
    m <<= to_left;
    exponent -= to_left;
  }
  m = (m + 3 + (m >> kBehind & 1)) >> kBehind;  // to nearest, ties to even
  // The leading one, and what rounding carries beyond it, counts as one of the exponent.
  const std::uint64_t result = (static_cast<std::uint64_t>(exponent - 1) << kFractionBits) + m;
  return (a & kSign) | std::min(result, kInfinity);
}

}  // namespace

std::uint64_t __wrap___aeabi_dadd(std::uint64_t a, std::uint64_t b) { return sum(a, b); }
std::uint64_t __wrap___aeabi_dsub(std::uint64_t a, std::uint64_t b) { return sum(a, b ^ kSign); }
std::uint64_t __wrap___aeabi_drsub(std::uint64_t a, std::uint64_t b) { return sum(a ^ kSign, b); }
