// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/day_codec.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <random>

#include "tests/rigs/head_end/rows.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::quarters;

std::vector<std::uint8_t> encode(const std::vector<Row>& rows) {
  std::vector<std::uint8_t> blob;
  DayTail tail;
  start_day(blob, tail);
  for (const Row& row : rows) append_row(row, blob, tail);
  return blob;
}

void expect_equal(const std::vector<Row>& a, const std::vector<Row>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(same_capture(a[i], b[i])) << i;
    EXPECT_EQ(a[i].arrival_utc_s, b[i].arrival_utc_s) << i;
    EXPECT_EQ(a[i].deliveries, b[i].deliveries) << i;
  }
}

std::vector<Row> random_day(std::mt19937_64& random) {
  const auto extreme = [&random]() -> std::int64_t {
    switch (random() % 5) {
      case 0:
        return static_cast<std::int64_t>(random() % 1000);
      case 1:
        return INT64_MAX;
      case 2:
        return INT64_MIN;
      case 3:
        return static_cast<std::int64_t>(random());
      default:
        return UINT32_MAX;
    }
  };
  std::vector<Row> rows(random() % 200);
  for (Row& row : rows) row.capture_counter = static_cast<std::uint32_t>(random() >> 40 << 8);
  for (Row& row : rows) {
    row.stamp_utc_s = extreme();
    row.arrival_utc_s = extreme();
    row.status = static_cast<std::uint32_t>(random() % 3 == 0 ? random() : 0);
    row.deviation_min = static_cast<std::int16_t>(random() % 4 == 0 ? random() : 0);
    row.clock_status = static_cast<std::uint8_t>(random() % 4 == 0 ? random() : 0);
    row.deliveries = static_cast<std::uint8_t>(random() % 4);
    row.n_values = static_cast<std::uint8_t>(random() % (kMaxValues + 1));
    for (std::size_t i = 0; i < row.n_values; ++i) row.values[i] = extreme();
  }
  return rows;
}

TEST(DayCodec, RoundTripOfAnything) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 300; ++i) {
    const std::vector<Row> rows = random_day(random);
    std::vector<Row> back;
    DayTail tail;
    ASSERT_TRUE(decode_day(encode(rows), back, tail));
    expect_equal(rows, back);
  }
}

TEST(DayCodec, AppendingAfterDecodingIsTheSameAsWritingInOneGo) {
  const std::vector<Row> rows = quarters(kFebruary + 900, 96);
  const std::vector<Row> half(rows.begin(), rows.begin() + 40);
  std::vector<std::uint8_t> blob = encode(half);
  std::vector<Row> back;
  DayTail tail;
  ASSERT_TRUE(decode_day(blob, back, tail));
  for (std::size_t i = 40; i < rows.size(); ++i) append_row(rows[i], blob, tail);
  EXPECT_EQ(blob, encode(rows));
}

TEST(DayCodec, SteadyRowsTakeADozenOctets) {
  const std::vector<Row> rows = quarters(kFebruary + 900, 96);
  EXPECT_LT(encode(rows).size(), 96u * 12);
}

TEST(DayCodec, CutOrGarbledBlobsAreRefusedOrReadAndNeverCrash) {
  const std::uint64_t seed = hes_test::test_seed();
  SCOPED_TRACE(testing::Message() << "AMITWIN_SEED=" << seed);
  std::mt19937_64 random(seed);
  for (int i = 0; i < 2000; ++i) {
    std::vector<std::uint8_t> blob = encode(random_day(random));
    if (random() % 2 == 0) blob.resize(random() % (blob.size() + 1));
    for (int k = 0; k < 4 && !blob.empty(); ++k) {
      blob[random() % blob.size()] = static_cast<std::uint8_t>(random());
    }
    std::vector<Row> back;
    DayTail tail;
    static_cast<void>(decode_day(blob, back, tail));
    EXPECT_LE(back.size(), blob.size());
  }
}

TEST(DayCodec, AnotherVersionIsRefused) {
  std::vector<Row> back;
  DayTail tail;
  EXPECT_FALSE(decode_day(std::vector<std::uint8_t>{kDayBlobVersion + 1}, back, tail));
  EXPECT_FALSE(decode_day({}, back, tail));
}

}  // namespace
}  // namespace hes
