// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Rows by their numbers: what the referee finds when some are planted.
#include "sim/referee/outcome.hpp"

#include <gtest/gtest.h>

namespace sim::run {
namespace {

constexpr std::int64_t kStart = 1'705'276'800;

// Four quarters in which nothing is drawn; other logs took numbers in between.
class Outcome : public testing::Test {
 protected:
  std::vector<ReferenceRow> reference_;
  std::vector<HeldRow> held_;

  Outcome() {
    for (std::uint32_t k = 1; k <= 4; ++k) {
      ReferenceRow expected;
      expected.row.stamp_utc_s = kStart + 900 * k;
      expected.row.captured_at = k * 900 * kernel::kNsPerSecond;
      reference_.push_back(expected);
      HeldRow row;
      row.stamp_utc_s = expected.row.stamp_utc_s;
      row.capture_counter = 5 + 3 * k;
      held_.push_back(row);
    }
  }
  result::Tally tally() const { return compare(reference_, held_, kStart, {60, 0}); }
};

TEST_F(Outcome, NumbersThatRiseAreRightAndRowsWithoutAnyAreNotAsked) {
  EXPECT_EQ(tally().misnumbered, 0u);
  for (HeldRow& row : held_) row.capture_counter = 0;
  EXPECT_EQ(tally().misnumbered, 0u);
}

TEST_F(Outcome, ANumberGivenTwiceIsFound) {
  held_[2].capture_counter = held_[1].capture_counter;
  EXPECT_EQ(tally().misnumbered, 1u);
}

TEST_F(Outcome, ANumberThatGoesBackIsFound) {
  held_[3].capture_counter = 1;
  EXPECT_EQ(tally().misnumbered, 1u);
}

TEST_F(Outcome, ACopyOfARowIsFound) {
  HeldRow copy = held_[1];
  copy.ordinal = 1;
  held_.insert(held_.begin() + 2, copy);
  EXPECT_EQ(tally().duplicated, 1u);
  EXPECT_EQ(tally().lost, 0u);
}

TEST_F(Outcome, ANumberThatTheMeterNeverGaveIsADifference) {
  const std::vector<HeldRow> flash = held_;
  for (HeldRow& row : held_) row.capture_counter *= 2;
  EXPECT_EQ(tally().misnumbered, 0u);
  EXPECT_EQ(differing(flash, held_), 4u);
}

// The first of two rows with the same stamp did not arrive: the second is still that second one.
TEST_F(Outcome, FlashAndHeadEndAreComparedByNumber) {
  std::vector<HeldRow> flash = held_;
  flash[2].stamp_utc_s = flash[1].stamp_utc_s;
  flash[2].ordinal = 1;
  flash[2].registers[0] = 7;
  std::vector<HeldRow> arrived{flash[0], flash[2], flash[3]};
  arrived[1].ordinal = 0;
  EXPECT_EQ(differing(arrived, flash), 0u);
  arrived[1].registers[0] = 8;
  EXPECT_EQ(differing(arrived, flash), 1u);
}

}  // namespace
}  // namespace sim::run
