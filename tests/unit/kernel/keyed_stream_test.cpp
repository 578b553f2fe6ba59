// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/keyed_stream.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernel/purpose.hpp"

namespace {

using kernel::KeyedStream;

TEST(KeyedStream, IsTheCounterSequenceOfItsKey) {
  KeyedStream stream(5, 9, kernel::kPurposeTest, 100);
  for (std::uint64_t index = 100; index < 103; ++index) {
    for (const std::uint32_t word : kernel::philox4x32(5, 9, kernel::kPurposeTest, index)) {
      EXPECT_EQ(stream.next_u32(), word);
    }
  }
}

TEST(KeyedStream, NeighboursShareNothing) {
  KeyedStream a(5, 9, 1);
  KeyedStream other_entity(5, 10, 1);
  KeyedStream other_purpose(5, 9, 2);
  KeyedStream other_seed(6, 9, 1);
  const std::uint64_t first = a.next_u64();
  EXPECT_NE(first, other_entity.next_u64());
  EXPECT_NE(first, other_purpose.next_u64());
  EXPECT_NE(first, other_seed.next_u64());
}

// Bounds at about five standard errors; the draws are fixed, so these cannot flicker.
TEST(KeyedStream, MomentsOfItsDistributions) {
  KeyedStream stream(1, 1, kernel::kPurposeTest);
  const int n = 200000;
  double uniform = 0, normal = 0, normal2 = 0, normal4 = 0, exponential = 0;
  for (int k = 0; k < n; ++k) {
    const double u = stream.uniform();
    ASSERT_TRUE(u >= 0 && u < 1);
    uniform += u / n;
    const double g = stream.gaussian();
    normal += g / n;
    normal2 += g * g / n;
    normal4 += g * g * g * g / n;
    exponential += stream.exponential(3) / n;
  }
  EXPECT_NEAR(uniform, 0.5, 0.0033);
  EXPECT_NEAR(normal, 0, 0.012);
  EXPECT_NEAR(normal2, 1, 0.016);
  EXPECT_NEAR(normal4, 3, 0.11);
  EXPECT_NEAR(exponential, 3, 0.034);
}

TEST(KeyedStream, GaussianTailsAreThoseOfTheNormalLaw) {
  KeyedStream stream(2, 1, kernel::kPurposeTest);
  int above_two = 0;
  for (int k = 0; k < 100000; ++k) above_two += std::abs(stream.gaussian()) > 2;
  EXPECT_NEAR(above_two, 4550, 340);  // 2 (1 - Phi(2)) = 0.0455
}

TEST(KeyedStream, BelowIsEvenAndInRange) {
  KeyedStream stream(3, 1, kernel::kPurposeTest);
  std::array<int, 7> count{};
  for (int k = 0; k < 70000; ++k) ++count.at(stream.below(7));
  for (const int c : count) EXPECT_NEAR(c, 10000, 500);
  EXPECT_EQ(stream.below(1), 0u);
}

}  // namespace
