// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <initializer_list>

namespace meter::dsp {

// Angles in 2^32ths of a turn; they wrap as angles do.
inline constexpr float kRadPerTurn32 = 6.283185307179586f / 4294967296.0f;

struct Angle {
  float cos;
  float sin;
};

// Taylor on a quarter of the angle, then doubled twice: errors below 2e-7, and no branch.
template <typename Lanes>
void angles_of(typename Lanes::Counts turns32, float* to_cos, float* to_sin) {
  using Floats = typename Lanes::Floats;
  const auto fma = [](Floats a, Floats b, float c) { return Lanes::fma(a, b, Lanes::spread(c)); };
  const Floats x = Lanes::to_float(turns32) * (kRadPerTurn32 / 4);
  const Floats xx = x * x;
  Floats sin = fma(xx, Lanes::spread(1.0f / 362880), -1.0f / 5040);
  sin = fma(fma(sin, xx, 1.0f / 120), xx, -1.0f / 6);
  sin = Lanes::fma(x * xx, sin, x);
  Floats cos = fma(xx, Lanes::spread(1.0f / 40320), -1.0f / 720);
  cos = fma(fma(fma(cos, xx, 1.0f / 24), xx, -0.5f), xx, 1.0f);
  for (int doubled = 0; doubled < 2; ++doubled) {
    const Floats twice = sin + sin;
    sin = twice * cos;
    cos = fma(-twice, twice * 0.5f, 1.0f);
  }
  std::memcpy(to_cos, &cos, sizeof(cos));
  std::memcpy(to_sin, &sin, sizeof(sin));
}

// The angle of a phasor, 0 to 3599 tenths of a degree. Abramowitz and Stegun 4.4.49: 1e-5 rad.
inline std::uint32_t tenths_of_degree(float re, float im) {
  constexpr float kPi = 3.14159265f;
  const float a = re < 0 ? -re : re;
  const float b = im < 0 ? -im : im;
  if (a == 0 && b == 0) return 0;
  const float x = a < b ? a / b : b / a;
  const float xx = x * x;
  float angle = 0.0208351f;
  for (const float next : {-0.0851330f, 0.1801410f, -0.3302995f, 0.9998660f}) {
    angle = __builtin_fmaf(angle, xx, next);
  }
  angle *= x;
  if (a < b) angle = kPi / 2 - angle;
  if (re < 0) angle = kPi - angle;
  if (im < 0) angle = 2 * kPi - angle;
  return static_cast<std::uint32_t>(angle * (1800 / kPi) + 0.5f) % 3600;
}

}  // namespace meter::dsp
