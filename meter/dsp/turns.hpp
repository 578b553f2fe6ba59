// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>

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

}  // namespace meter::dsp
