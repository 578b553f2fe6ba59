// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/det_math.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/philox.hpp"

namespace {

double draw(std::uint64_t index, double low, double high) {
  const auto words = kernel::philox4x32(1, 0, 0, index);
  return low + (high - low) * (words[0] + words[1] / 4294967296.0) / 4294967296.0;
}

TEST(DetMath, SinCosAgreeWithTheLibrary) {
  double worst = 0;
  for (std::uint64_t n = 0; n < 200000; ++n) {
    const double x = n < 100000 ? draw(n, -7, 7) : draw(n, -1e6, 1e6);
    const kernel::SinCos got = kernel::det_sincos(x);
    worst = std::max({worst, std::abs(got.sin - std::sin(x)), std::abs(got.cos - std::cos(x))});
  }
  EXPECT_LT(worst, 4e-16);
}

TEST(DetMath, SinCosOfAnIntegerPhaseAgreeWithTheLibrary) {
  double worst = 0;
  for (std::uint64_t n = 0; n < 100000; ++n) {
    const auto words = kernel::philox4x32(2, 0, 0, n);
    const std::uint64_t phase = (std::uint64_t{words[0]} << 32) | words[1];
    const long double x = 2 * 3.14159265358979323846264338327950288L *
                          (static_cast<long double>(phase) / 18446744073709551616.0L);
    const kernel::SinCos got = kernel::det_sincos_turn(phase);
    worst = std::max({worst, std::abs(got.sin - static_cast<double>(std::sin(x))),
                      std::abs(got.cos - static_cast<double>(std::cos(x)))});
  }
  EXPECT_LT(worst, 4e-16);
}

TEST(DetMath, QuarterTurnsAreExact) {
  const std::uint64_t quarter = std::uint64_t{1} << 62;
  EXPECT_EQ(kernel::det_sincos_turn(0).cos, 1.0);
  EXPECT_EQ(kernel::det_sincos_turn(quarter).sin, 1.0);
  EXPECT_EQ(kernel::det_sincos_turn(2 * quarter).cos, -1.0);
  EXPECT_EQ(kernel::det_sincos_turn(3 * quarter).sin, -1.0);
  EXPECT_EQ(kernel::det_sincos_turn(3 * quarter).cos, 0.0);
}

TEST(DetMath, ExpAgreesWithTheLibrary) {
  double worst = 0;
  for (std::uint64_t n = 0; n < 100000; ++n) {
    const double x = n % 2 ? draw(n, -2, 2) : draw(n, -690, 690);
    worst = std::max(worst, std::abs(kernel::det_exp(x) / std::exp(x) - 1));
  }
  EXPECT_LT(worst, 1e-15);
  EXPECT_EQ(kernel::det_exp(0), 1.0);
}

TEST(DetMath, LogAgreesWithTheLibrary) {
  double worst = 0;
  for (std::uint64_t n = 0; n < 100000; ++n) {
    const double x = n % 2 ? draw(n, 0.5, 2) : std::exp(draw(n, -600, 600));
    const double expected = std::log(x);
    worst = std::max(worst, std::abs(kernel::det_log(x) - expected) / std::abs(expected));
  }
  EXPECT_LT(worst, 1e-15);
  EXPECT_EQ(kernel::det_log(1), 0.0);
}

TEST(DetMath, PowAgreesWithTheLibrary) {
  for (std::uint64_t n = 0; n < 1000; ++n) {
    const double x = draw(2 * n, 0.01, 100);
    const double y = draw(2 * n + 1, -5, 5);
    EXPECT_NEAR(kernel::det_pow(x, y) / std::pow(x, y), 1, 3e-14);
  }
}

TEST(DetMath, GaussianPairIsFiniteAtTheEndsOfTheWords) {
  for (const std::uint32_t a : {0u, ~0u}) {
    for (const std::uint32_t b : {0u, ~0u}) {
      const auto pair = kernel::gaussian_pair(a, b);
      EXPECT_TRUE(std::isfinite(pair[0]) && std::isfinite(pair[1]));
      EXPECT_LT(std::hypot(pair[0], pair[1]), 6.8);
    }
  }
}

}  // namespace
