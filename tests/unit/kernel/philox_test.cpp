// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/philox.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using Block = std::array<std::uint32_t, 4>;

// Known-answer vectors published with the generator (kat_vectors, philox4x32-10).
TEST(Philox, PublishedVectorZero) {
  EXPECT_EQ(kernel::philox4x32(0, 0, 0, 0),
            (Block{0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}));
}

TEST(Philox, PublishedVectorOnes) {
  EXPECT_EQ(kernel::philox4x32(~0ull, ~0u, ~0u, ~0ull),
            (Block{0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}));
}

TEST(Philox, PublishedVectorPi) {
  // counter 243f6a88 85a308d3 13198a2e 03707344, key a4093822 299f31d0
  EXPECT_EQ(
      kernel::philox4x32(0x299f31d0a4093822ull, 0x13198a2eu, 0x03707344u, 0x85a308d3243f6a88ull),
      (Block{0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}));
}

TEST(Philox, BulkEqualsScalarAcrossTheCarryOfTheIndex) {
  const std::uint64_t first = 0xFFFFFFFFull - 20;  // crosses 2^32 inside the bulk
  for (const std::size_t n_blocks : {1u, 15u, 16u, 17u, 64u, 93u}) {
    std::vector<std::uint32_t> words(4 * n_blocks + 1, 0xABCDu);
    kernel::philox4x32_fill(0x123456789ABCDEFull, 77, 4, first, n_blocks, words.data());
    for (std::size_t b = 0; b < n_blocks; ++b) {
      const Block expected = kernel::philox4x32(0x123456789ABCDEFull, 77, 4, first + b);
      for (std::size_t w = 0; w < 4; ++w) ASSERT_EQ(words[4 * b + w], expected[w]) << b;
    }
    EXPECT_EQ(words.back(), 0xABCDu) << "wrote past the end";
  }
}

}  // namespace
