// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Law 1 for doubles themselves. The image computes with the compiler's routines, the host with its
// processor: every operation the firmware uses, on operands at which routines go wrong.
#include <gtest/gtest.h>

#include "tests/target/target_firmware.hpp"

namespace target {
namespace {

using meter::port::apply;
using meter::port::Operation;
using Pair = std::array<std::uint64_t, 2>;

class Arithmetic : public testing::Test {
 protected:
  // An operation for many pairs at once; where the hashes differ, pair by pair.
  void compare(Operation operation, std::span<const Pair> pairs) {
    constexpr std::size_t kAtOnce = 256;
    for (std::size_t at = 0; at < pairs.size(); at += kAtOnce) {
      const auto some = pairs.subspan(at, std::min(kAtOnce, pairs.size() - at));
      compared += some.size();
      if (image.arithmetic(operation, some) == hash_of(operation, some)) continue;
      for (const Pair& pair : some) {
        const std::span<const Pair> one(&pair, 1);
        EXPECT_EQ(image.arithmetic(operation, one), hash_of(operation, one))
            << "operation " << static_cast<int>(operation) << std::hex << " of " << pair[0]
            << " and " << pair[1] << ": host " << apply(operation, pair[0], pair[1]);
      }
    }
  }
  static std::uint32_t hash_of(Operation operation, std::span<const Pair> pairs) {
    std::uint32_t hash = 0;
    for (const auto& [x, y] : pairs) {
      const std::uint64_t result = apply(operation, x, y);
      hash = meter::port::mix(meter::port::mix(hash, static_cast<std::uint32_t>(result)),
                              static_cast<std::uint32_t>(result >> 32));
    }
    return hash;
  }

  std::uint64_t random() {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    return state_ ^= state_ << 17;
  }
  // Fractions around which rounding turns: none, all, the ends, half, one bit, few and many bits.
  std::uint64_t fraction(unsigned kind) {
    constexpr std::uint64_t kAll = (std::uint64_t{1} << 52) - 1;
    const std::uint64_t some = random() & kAll;
    const std::uint64_t all[] = {0,
                                 1,
                                 kAll,
                                 kAll - 1,
                                 some,
                                 some & 0xFFFF,
                                 some << 32 & kAll,
                                 (some << 32 & kAll) | 1,
                                 kAll ^ (some & 0xFFFF),
                                 std::uint64_t{1} << 51,
                                 std::uint64_t{1} << some % 52,
                                 (some | random()) & kAll};
    return all[kind % kFractions];
  }
  // Every kind with every other, in all four combinations of signs.
  std::vector<Pair> pairs_of(std::uint64_t exponent, std::uint64_t other) {
    std::vector<Pair> pairs;
    for (unsigned k = 0; k < kFractions * kFractions; ++k) {
      const std::uint64_t x = exponent << 52 | fraction(k);
      const std::uint64_t y = other << 52 | fraction(k / kFractions);
      for (std::uint64_t signs = 0; signs < 4; ++signs) {
        pairs.push_back({x | signs << 63, y | signs >> 1 << 63});
      }
    }
    return pairs;
  }

  static constexpr unsigned kFractions = 12;
  TargetMeter image{kAd11aImage};
  std::uint64_t compared = 0;

 private:
  std::uint64_t state_ = 88172645463325252u;
};

// libgcc's addition rounds wrongly at distances of 32 and 33: the first two lines are one case
// each.
TEST_F(Arithmetic, SumsRoundAsTheHostDoes) {
  compare(Operation::subtract, std::array<Pair, 1>{{{0x3FF0000000000000, 0x3DEC50261A78024F}}});
  compare(Operation::add, std::array<Pair, 1>{{{0x41FFFFFFFFFFAD7D, 0x3FF0000000000001}}});
  for (std::uint64_t apart = 0; apart <= 70; ++apart) {
    for (const Operation operation : {Operation::add, Operation::subtract}) {
      compare(operation, pairs_of(1023, 1023 - apart));
      compare(operation, pairs_of(1023 - apart, 1023));
    }
  }
  EXPECT_GT(compared, 160'000u);
}

TEST_F(Arithmetic, ProductsAndQuotientsRoundAsTheHostDoes) {
  for (std::uint64_t apart = 0; apart <= 40; apart += 4) {
    for (const Operation operation : {Operation::multiply, Operation::divide}) {
      compare(operation, pairs_of(1023, 1023 + apart));
      compare(operation, pairs_of(1023, 1023 - apart));
    }
  }
}

// Subnormal numbers, overflow, infinities, what is no number.
TEST_F(Arithmetic, TheEndsOfTheRangeAreTheSame) {
  const std::uint64_t exponents[] = {0, 1, 33, 34, 53, 1022, 1023, 2013, 2014, 2046, 2047};
  for (const std::uint64_t one : exponents) {
    for (const std::uint64_t other : exponents) {
      const std::vector<Pair> pairs = pairs_of(one, other);
      for (const Operation operation :
           {Operation::add, Operation::subtract, Operation::multiply, Operation::divide}) {
        compare(operation, pairs);
      }
    }
  }
}

TEST_F(Arithmetic, RootsAndConversionsAreTheSame) {
  for (std::uint64_t exponent = 0; exponent < 2048; exponent += exponent < 850 ? 17 : 1) {
    if (exponent > 1200) exponent += 16;
    std::vector<Pair> pairs;
    for (unsigned k = 0; k < 2 * kFractions; ++k) {
      const std::uint64_t sign = std::uint64_t{k / kFractions} << 63;
      pairs.push_back({sign | exponent << 52 | fraction(k), 0});
    }
    for (const Operation operation :
         {Operation::root, Operation::to_integer, Operation::through_float}) {
      compare(operation, pairs);
    }
  }
  std::vector<Pair> integers;
  for (unsigned k = 0; k < 64 * 24; ++k) {
    const std::uint64_t ends[] = {~std::uint64_t{0}, std::uint64_t{1} << 63, ~std::uint64_t{0x3FF}};
    integers.push_back({(k % 24 < 3 ? ends[k % 24] : random() | 1ull << 63) >> k / 24, 0});
  }
  compare(Operation::from_integer, integers);
}

}  // namespace
}  // namespace target
