// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace kernel {

// Elementary functions whose bits do not depend on the C library of the machine: additions,
// multiplications, fused multiply-adds, divisions and square roots only, all correctly rounded by
// IEEE 754. Absolute error below 4e-16 for sin and cos, relative below 1e-15 for exp and log.

struct SinCos {
  double sin;
  double cos;
};

inline constexpr double kPi = 3.141592653589793;

inline double det_sqrt(double x) { return __builtin_sqrt(x); }  // correctly rounded everywhere

namespace det {

inline double fma(double a, double b, double c) { return __builtin_fma(a, b, c); }

// Coefficients from the lowest order on.
template <std::size_t N>
double horner(double x, const std::array<double, N>& coefficients) {
  double sum = coefficients[N - 1];
  for (std::size_t n = N - 1; n-- > 0;) sum = fma(sum, x, coefficients[n]);
  return sum;
}

// Taylor series on [-pi/4, pi/4]; the first term left out is below 5e-17.
inline SinCos sincos_octant(double x) {
  constexpr std::array<double, 7> kSin = {
      -1.0 / 6,        1.0 / 120,          -1.0 / 5040,           1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800.0, -1.0 / 1307674368000.0};
  constexpr std::array<double, 8> kCos = {
      -1.0 / 2,       1.0 / 24,        -1.0 / 720,           1.0 / 40320,
      -1.0 / 3628800, 1.0 / 479001600, -1.0 / 87178291200.0, 1.0 / 20922789888000.0};
  const double xx = x * x;
  return {fma(x * xx, horner(xx, kSin), x), fma(xx, horner(xx, kCos), 1.0)};
}

// Turns the values of the octant by `quadrant` quarter turns.
inline SinCos turn(SinCos base, std::uint64_t quadrant) {
  switch (quadrant & 3) {
    case 0:
      return base;
    case 1:
      return {base.cos, -base.sin};
    case 2:
      return {-base.sin, -base.cos};
    default:
      return {-base.cos, base.sin};
  }
}

}  // namespace det

// Of an angle given as a fraction of a turn in 2^64ths; wraps as angles do.
inline SinCos det_sincos_turn(std::uint64_t phase) {
  const std::uint64_t quadrant = (phase + (std::uint64_t{1} << 61)) >> 62;
  const auto rest = static_cast<std::int64_t>(phase - (quadrant << 62));
  constexpr double kRadPerUnit = 2 * kPi / 18446744073709551616.0;
  return det::turn(det::sincos_octant(static_cast<double>(rest) * kRadPerUnit), quadrant);
}

// Of radians, |x| < 1e6.
inline SinCos det_sincos(double x) {
  constexpr double kHalfPiHigh = 1.5707963267948966;
  constexpr double kHalfPiLow = 6.123233995736766e-17;
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to an integer
  const double quarters = (x * (2 / kPi) + kRound) - kRound;
  double rest = det::fma(-quarters, kHalfPiHigh, x);
  rest = det::fma(-quarters, kHalfPiLow, rest);
  return det::turn(det::sincos_octant(rest),
                   static_cast<std::uint64_t>(static_cast<std::int64_t>(quarters)));
}
inline double det_sin(double x) { return det_sincos(x).sin; }
inline double det_cos(double x) { return det_sincos(x).cos; }

// |x| < 700. Taylor on [-ln2/2, ln2/2], then the exponent.
inline double det_exp(double x) {
  constexpr double kLog2e = 1.4426950408889634;
  constexpr double kLn2High = 0.6931471805599453;
  constexpr double kLn2Low = 2.3190468138462996e-17;
  constexpr double kRound = 6755399441055744.0;
  constexpr std::array<double, 14> kTerms = {1.0,
                                             1.0,
                                             1.0 / 2,
                                             1.0 / 6,
                                             1.0 / 24,
                                             1.0 / 120,
                                             1.0 / 720,
                                             1.0 / 5040,
                                             1.0 / 40320,
                                             1.0 / 362880,
                                             1.0 / 3628800,
                                             1.0 / 39916800,
                                             1.0 / 479001600,
                                             1.0 / 6227020800.0};
  const double power = (x * kLog2e + kRound) - kRound;
  double rest = det::fma(-power, kLn2High, x);
  rest = det::fma(-power, kLn2Low, rest);
  const auto exponent = static_cast<std::int64_t>(power);
  const auto scale = std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
  return det::horner(rest, kTerms) * scale;
}

// x > 0 and normal. Series of the inverse hyperbolic tangent on [sqrt(1/2), sqrt(2)).
inline double det_log(double x) {
  constexpr double kLn2High = 0.6931471805599453;
  constexpr double kLn2Low = 2.3190468138462996e-17;
  constexpr std::array<double, 10> kTerms = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                                             2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
  // Moving the mantissa's cut to sqrt(1/2) before splitting keeps log(1) exact and small logs
  // small.
  constexpr std::uint64_t kSqrtHalf = 0x3FE6A09E667F3BCDu;
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t shifted = bits - kSqrtHalf;
  const auto exponent = static_cast<std::int64_t>(shifted) >> 52;
  const auto mantissa = std::bit_cast<double>((shifted & 0x000FFFFFFFFFFFFFu) + kSqrtHalf);
  const double f = mantissa - 1.0;
  const double s = f / (mantissa + 1.0);
  const double ss = s * s;
  const auto k = static_cast<double>(exponent);
  // 2 s = f - s f exactly, which keeps the leading term free of the division's rounding.
  const double tail = det::fma(s * ss, det::horner(ss, kTerms), det::fma(k, kLn2Low, -s * f));
  return det::fma(k, kLn2High, f + tail);
}

inline double det_pow(double x, double y) { return det_exp(y * det_log(x)); }

// Uniform in (0, 1), never 0 and never 1.
inline double unit_open(std::uint32_t word) {
  return (static_cast<double>(word) + 0.5) * (1.0 / 4294967296.0);
}

// Two independent standard normal values from two words (Box and Muller). 32 bits reach 6.7 sigma.
inline std::array<double, 2> gaussian_pair(std::uint32_t radius_word, std::uint32_t angle_word) {
  const double radius = det_sqrt(-2.0 * det_log(unit_open(radius_word)));
  const SinCos direction = det_sincos_turn(std::uint64_t{angle_word} << 32);
  return {radius * direction.cos, radius * direction.sin};
}

}  // namespace kernel
