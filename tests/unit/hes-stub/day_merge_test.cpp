// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/day_merge.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/rigs/head_end/rows.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::quarters;
using hes_test::row;
using Rows = std::vector<Row>;

constexpr std::uint32_t kClockAdjusted = 0x20;

class Day {
 public:
  int push(const Rows& rows) {
    merge_push(rows_, rows, is_new_);
    return added();
  }
  int pull(const Rows& rows) {
    merge_pull(rows_, rows, is_new_);
    return added();
  }
  Rows rows_;

 private:
  int added() const {
    int n = 0;
    for (const std::uint8_t is : is_new_) n += is;
    return n;
  }
  std::vector<std::uint8_t> is_new_;
};

Rows part(const Rows& rows, std::size_t from, std::size_t to) {
  return Rows(rows.begin() + static_cast<std::ptrdiff_t>(from),
              rows.begin() + static_cast<std::ptrdiff_t>(to));
}

void expect_same(const Rows& day, const Rows& expected) {
  ASSERT_EQ(day.size(), expected.size());
  for (std::size_t i = 0; i < day.size(); ++i) {
    EXPECT_TRUE(same_capture(day[i], expected[i])) << "row " << i;
  }
}

// The meter's buffer after its clock was set back by half an hour: stamps 10:15 and 10:30 twice.
Rows set_back(std::int64_t step_wh) {
  Rows buffer;
  std::int64_t energy = 1000;
  const std::int64_t ten = kFebruary + 36'000;
  for (const int quarter : {0, 1, 2}) buffer.push_back(row(ten + 900 * quarter, energy += step_wh));
  buffer.push_back(row(ten + 900, energy += step_wh, kClockAdjusted));
  for (const int quarter : {2, 3, 4}) buffer.push_back(row(ten + 900 * quarter, energy += step_wh));
  return buffer;
}

TEST(DayMerge, APushDeliveredAgainIsDropped) {
  const Rows buffer = quarters(kFebruary + 900, 8);
  Day day;
  EXPECT_EQ(day.push(part(buffer, 0, 4)), 4);
  EXPECT_EQ(day.push(part(buffer, 0, 4)), 0);
  expect_same(day.rows_, part(buffer, 0, 4));
}

TEST(DayMerge, APushDeliveredAgainWithMoreRowsAddsOnlyThese) {
  const Rows buffer = quarters(kFebruary + 900, 8);
  Day day;
  day.push(part(buffer, 0, 4));
  EXPECT_EQ(day.push(part(buffer, 2, 7)), 3);
  expect_same(day.rows_, part(buffer, 0, 7));
}

TEST(DayMerge, AQueuedPushAfterAPullOfTheSameRowsIsDropped) {
  const Rows buffer = quarters(kFebruary + 900, 12);
  Day day;
  day.push(part(buffer, 0, 4));
  EXPECT_EQ(day.pull(part(buffer, 4, 12)), 8);
  EXPECT_EQ(day.push(part(buffer, 4, 8)), 0);
  EXPECT_EQ(day.push(part(buffer, 8, 12)), 0);
  expect_same(day.rows_, buffer);
}

TEST(DayMerge, APullFillsTheGapOfALostPush) {
  const Rows buffer = quarters(kFebruary + 900, 12);
  Day day;
  day.push(part(buffer, 0, 4));
  day.push(part(buffer, 8, 12));
  EXPECT_EQ(day.pull(part(buffer, 3, 9)), 4);
  expect_same(day.rows_, buffer);
}

TEST(DayMerge, AfterAClockSetBackBothRowsOfAStampStay) {
  for (const std::int64_t step_wh : {25, 0}) {  // 0: the empty home, only order tells them apart
    const Rows buffer = set_back(step_wh);
    for (std::size_t cut = 1; cut < buffer.size(); ++cut) {
      Day day;
      EXPECT_EQ(day.push(part(buffer, 0, cut)), static_cast<int>(cut));
      EXPECT_EQ(day.push(part(buffer, cut, buffer.size())), static_cast<int>(buffer.size() - cut));
      expect_same(day.rows_, buffer);
      EXPECT_EQ(day.pull(buffer), 0) << "cut " << cut << " step " << step_wh;
      expect_same(day.rows_, buffer);
    }
  }
}

TEST(DayMerge, RowByRowPushesAroundASetBack) {
  for (const std::int64_t step_wh : {25, 0}) {
    const Rows buffer = set_back(step_wh);
    Day day;
    for (std::size_t i = 0; i < buffer.size(); ++i) EXPECT_EQ(day.push(part(buffer, i, i + 1)), 1);
    expect_same(day.rows_, buffer);
    EXPECT_EQ(day.push(part(buffer, buffer.size() - 2, buffer.size())), 0);
  }
}

TEST(DayMerge, APullFindsTheLostFirstPassBehindTheSecond) {
  const Rows buffer = set_back(25);
  Day day;
  day.push(part(buffer, 0, 1));
  day.push(part(buffer, 3, buffer.size()));  // 10:15 and 10:30 of the first pass are lost
  EXPECT_EQ(day.pull(buffer), 2);
  expect_same(day.rows_, buffer);
}

// Rows that came apart are put by their stamps as long as nothing tells that time was lived twice;
// what a later delivery shows of it puts them right, and a push again is known as one.
TEST(DayMerge, RowsPutByTheirStampsAreSetRightOnceTimeIsSeenLivedTwice) {
  Rows buffer;  // set back before the fourth, fifth and ninth row
  for (const int quarter : {14, 15, 16, 14, 14, 15, 16, 17, 17, 20, 21}) {
    buffer.push_back(row(kFebruary + 900 * quarter, 400 + 30 * std::ssize(buffer)));
  }
  const auto range = [&](int from, int to) {
    return part(buffer, static_cast<std::size_t>(from), static_cast<std::size_t>(to));
  };
  Day day;
  day.push(range(3, 4));
  day.pull(range(1, 3));
  day.push(range(4, 6));
  day.push(range(9, 10));
  day.pull({buffer[0], buffer[1], buffer[3], buffer[4], buffer[5]});
  day.pull({buffer[2], buffer[6], buffer[7], buffer[8]});
  EXPECT_EQ(day.push(range(9, 11)), 1);
  expect_same(day.rows_, buffer);
}

// Of another meter in its place: as long as no time was lived twice, the stamps tell.
TEST(DayMerge, RegistersThatBeginAnewStandBehindTheOldOnes) {
  Rows buffer;
  for (const int wh : {9000, 9100, 0, 30, 60, 90}) {
    buffer.push_back(row(kFebruary + 900 * (std::ssize(buffer) + 1), wh));
  }
  Day day;
  EXPECT_EQ(day.pull(part(buffer, 0, 4)), 4);
  EXPECT_EQ(day.pull(part(buffer, 4, 6)), 2);
  expect_same(day.rows_, buffer);
}

// A profile of voltages has no such order: its rows stay as the meter sent them.
TEST(DayMerge, ValuesThatFallSetNothingRight) {
  Rows buffer;
  for (const int quarter : {3, 4, 5, 4, 5, 6}) {
    buffer.push_back(row(kFebruary + 900 * quarter, 2400 - 7 * std::ssize(buffer)));
  }
  Day day;
  EXPECT_EQ(day.push(part(buffer, 0, 3)), 3);
  EXPECT_EQ(day.push(part(buffer, 3, 6)), 3);
  expect_same(day.rows_, buffer);
  EXPECT_EQ(day.pull(buffer), 0);
  expect_same(day.rows_, buffer);
}

// Forty rows with set-backs drawn; the meter's buffer in its order.
Rows drawn_buffer(std::mt19937_64& random, bool empty_home) {
  Rows buffer;
  std::int64_t stamp = kFebruary + 900;
  std::int64_t energy = 0;
  for (int i = 0; i < 40; ++i) {
    const bool back = random() % 12 == 0;
    if (back) stamp = std::max(kFebruary + 900, stamp - 900 * static_cast<int>(random() % 4));
    energy += empty_home ? 0 : 1 + static_cast<int>(random() % 50);
    buffer.push_back(row(stamp, energy, back ? kClockAdjusted : 0));
    stamp += 900;
  }
  return buffer;
}

// What a GET with a range by the clock returns when the meter has written `n` rows.
Rows range(const Rows& buffer, std::size_t n, std::int64_t from, std::int64_t to) {
  Rows rows;
  for (std::size_t i = 0; i < n; ++i) {
    if (buffer[i].stamp_utc_s >= from && buffer[i].stamp_utc_s <= to) rows.push_back(buffer[i]);
  }
  return rows;
}

// Whatever is lost, delivered twice or pulled in between: after a pull of everything the day is
// the meter's buffer, row for row, and no row was ever counted new twice.
TEST(DayMerge, AnyMixOfPushesAndPullsEndsAtTheBuffer) {
  const std::uint64_t seed = hes_test::test_seed();
  std::mt19937_64 random(seed);
  for (int run = 0; run < 3000; ++run) {
    SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed << " run " << run);
    const Rows buffer = drawn_buffer(random, false);
    Day day;
    int added = 0;
    for (std::size_t at = 0; at < buffer.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 5, buffer.size() - at);
      const std::size_t again = random() % 4 == 0 ? std::min<std::size_t>(at, random() % 4) : 0;
      if (random() % 4 != 0) added += day.push(part(buffer, at - again, at + n));  // else lost
      if (random() % 3 == 0) {
        const std::int64_t from = kFebruary + 900 * static_cast<int>(random() % 40);
        added += day.pull(range(buffer, at + n, from, from + 900 * static_cast<int>(random() % 9)));
      }
      at += n;
    }
    added += day.pull(buffer);
    expect_same(day.rows_, buffer);
    EXPECT_EQ(added, static_cast<int>(buffer.size()));
    if (HasFailure()) return;
  }
}

// The same for a home that draws nothing, where content tells nothing: with nothing lost, every row
// is there once. (Two set-backs to one and the same stamp look alike to everybody.)
TEST(DayMerge, AnEmptyHomeLosesAndDoublesNothing) {
  const std::uint64_t seed = hes_test::test_seed();
  std::mt19937_64 random(seed);
  for (int run = 0; run < 3000; ++run) {
    SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed << " run " << run);
    const Rows buffer = drawn_buffer(random, true);
    bool ambiguous = false;
    for (std::size_t i = 0; i < buffer.size(); ++i) {
      for (std::size_t k = 0; k < i && buffer[i].status != 0; ++k) {
        ambiguous |= same_capture(buffer[i], buffer[k]);
      }
    }
    if (ambiguous) continue;
    Day day;
    int added = 0;
    for (std::size_t at = 0; at < buffer.size();) {
      const std::size_t n = std::min<std::size_t>(1 + random() % 5, buffer.size() - at);
      added += day.push(part(buffer, at, at + n));
      at += n;
      if (random() % 4 == 0) added += day.pull(part(buffer, 0, at));
    }
    expect_same(day.rows_, buffer);
    EXPECT_EQ(added, static_cast<int>(buffer.size()));
    EXPECT_EQ(day.pull(buffer), 0);
    if (HasFailure()) return;
  }
}

Rows numbered(Rows rows, std::uint32_t first) {
  for (Row& row : rows) row.capture_counter = first++;
  return rows;
}

// An empty home after its clock was set back: the same stamps, registers and status again.
TEST(DayMerge, EqualRowsWithNumbersOfTheirOwnAreTwoRowsInWhateverOrderTheyCome) {
  const Rows once = quarters(kFebruary, 4, 0);
  const Rows buffer = [&] {
    Rows both = numbered(once, 7);
    const Rows again = numbered(once, 12);
    both.insert(both.end(), again.begin(), again.end());
    return both;
  }();
  Day day;
  EXPECT_EQ(day.push(part(buffer, 4, 8)), 4);
  EXPECT_EQ(day.push(part(buffer, 2, 8)), 2);
  EXPECT_EQ(day.push(part(buffer, 2, 8)), 0);
  EXPECT_EQ(day.pull(buffer), 2);
  EXPECT_EQ(day.pull(part(buffer, 1, 3)), 0);
  expect_same(day.rows_, buffer);
}

}  // namespace
}  // namespace hes
