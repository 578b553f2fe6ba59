// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/row_numbers.hpp"

#include <gtest/gtest.h>

namespace hes {
namespace {

using Hole = RowNumbers::Hole;

TEST(RowNumbers, WithoutAHoleEverythingIsAccountedFor) {
  RowNumbers numbers;
  numbers.begin(7);
  EXPECT_EQ(numbers.accounted(), 7u);
  numbers.add(8);
  numbers.add(9);
  numbers.add(8);  // again
  EXPECT_EQ(numbers.hole(), std::nullopt);
  EXPECT_EQ(numbers.newest(), 9u);
  EXPECT_EQ(numbers.accounted(), 9u);
}

TEST(RowNumbers, AHoleStaysUntilItsNumbersComeOrWereAskedFor) {
  RowNumbers numbers;
  numbers.begin(10);
  numbers.add(15);
  EXPECT_EQ(numbers.hole(), Hole(11, 14));
  EXPECT_EQ(numbers.accounted(), 10u);
  numbers.add(12);  // splits it
  EXPECT_EQ(numbers.hole(), Hole(11, 11));
  numbers.add(11);
  EXPECT_EQ(numbers.hole(), Hole(13, 14));
  EXPECT_EQ(numbers.accounted(), 12u);
  numbers.close(13, 14);
  EXPECT_EQ(numbers.hole(), std::nullopt);
  EXPECT_EQ(numbers.accounted(), 15u);
}

TEST(RowNumbers, ClosingARangeCutsTheHolesAtItsEnds) {
  RowNumbers numbers;
  numbers.begin(1);
  numbers.add(10);  // 2..9
  numbers.add(20);  // 11..19
  numbers.close(4, 13);
  EXPECT_EQ(numbers.hole(), Hole(2, 3));
  numbers.close(2, 3);
  EXPECT_EQ(numbers.hole(), Hole(14, 19));
}

TEST(RowNumbers, TooManyHolesBecomeFewerAndNoneIsForgotten) {
  RowNumbers numbers;
  numbers.begin(1);
  for (std::uint32_t n = 1; n <= RowNumbers::kMaxHoles + 1; ++n) numbers.add(1 + 2 * n);
  EXPECT_EQ(numbers.hole(), Hole(2, 4));  // 3 is there and is asked for again
  EXPECT_EQ(numbers.accounted(), 1u);
}

}  // namespace
}  // namespace hes
