// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/concentrator_store.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "tests/rigs/head_end/rows.hpp"

namespace hes {
namespace {

TEST(SeqSet, IsASetInAnyOrder) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int round = 0; round < 50; ++round) {
    SeqSet seen;
    std::set<std::uint64_t> reference;
    for (int i = 0; i < 300; ++i) {
      const std::uint64_t seq = 1 + random() % 200;
      EXPECT_EQ(seen.insert(seq), reference.insert(seq).second);
    }
    for (std::uint64_t seq = 0; seq <= 202; ++seq) {
      EXPECT_EQ(seen.contains(seq), reference.count(seq) != 0) << seq;
    }
    SeqSet again;
    ASSERT_TRUE(again.read(seen.write()));
    EXPECT_EQ(again.write(), seen.write());
  }
}

TEST(SeqSet, NumbersInOrderAreOneRunWhateverTheOrder) {
  SeqSet seen;
  for (std::uint64_t seq = 1000; seq > 0; --seq) seen.insert(seq);
  EXPECT_EQ(seen.runs(), 1u);
  EXPECT_EQ(seen.contiguous(), 1000u);
  seen.insert(1002);
  EXPECT_EQ(seen.runs(), 2u);
  EXPECT_EQ(seen.contiguous(), 1000u);
}

TEST(SeqSet, ExtremesDoNotWrap) {
  SeqSet seen;
  EXPECT_TRUE(seen.insert(UINT64_MAX));
  EXPECT_FALSE(seen.contains(0));
  EXPECT_TRUE(seen.insert(0));
  EXPECT_TRUE(seen.insert(UINT64_MAX - 1));
  EXPECT_EQ(seen.runs(), 2u);
  SeqSet again;
  EXPECT_TRUE(again.read(seen.write()));
  EXPECT_TRUE(again.contains(UINT64_MAX));
}

TEST(SeqSet, HolesAreBoundedAndTheOldestCloseFirst) {
  SeqSet seen;
  for (std::uint64_t i = 0; i < SeqSet::kMaxRuns + 10; ++i) seen.insert(2 * i + 1);
  EXPECT_EQ(seen.runs(), SeqSet::kMaxRuns);
  EXPECT_TRUE(seen.contains(2));
  EXPECT_FALSE(seen.contains(2 * SeqSet::kMaxRuns));
}

TEST(SeqSet, DamagedOctetsAreRefused) {
  SeqSet seen;
  const std::vector<std::uint8_t> odd(15, 0);
  EXPECT_FALSE(seen.read(odd));
  std::vector<std::uint8_t> backwards(16, 0);
  backwards[7] = 9;  // 9 to 0
  EXPECT_FALSE(seen.read(backwards));
  EXPECT_TRUE(seen.read({}));
  EXPECT_EQ(seen.contiguous(), std::nullopt);
}

}  // namespace
}  // namespace hes
