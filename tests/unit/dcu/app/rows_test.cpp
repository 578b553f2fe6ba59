// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/rows.hpp"
#include "protocol/calendar.hpp"

#include <gtest/gtest.h>

#include "dcu/app/tasks/task_table.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace {

using namespace dcu::app;
namespace axdr = protocol::axdr;

Row row_of(std::int64_t utc_s, std::uint64_t value, std::uint8_t status = 0) {
  Row row;
  row.at.utc_s = utc_s;
  row.at.deviation_min = -60;
  row.status = status;
  row.values.fill(value);
  return row;
}

Octets load_rows(const std::vector<Row>& rows) {
  Octets octets(64 + rows.size() * 64);
  protocol::Writer out(octets);
  axdr::begin_array(rows.size(), out);
  for (const Row& row : rows) {
    axdr::begin_structure(2 + kRowValues, out);
    protocol::cosem::put_date_time(row.at, out);
    axdr::put_unsigned(row.status, out);
    for (const std::uint64_t value : row.values) {
      axdr::put_double_long_unsigned(static_cast<std::uint32_t>(value), out);
    }
  }
  octets.resize(out.size());
  return octets;
}

TEST(Rows, AreTakenAsTheMeterCapturedThem) {
  const std::vector<Row> rows{row_of(900, 5), row_of(1800, 6, 0xA0)};
  const auto decoded = decode_rows(load_rows(rows), Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->rows, rows);
  EXPECT_EQ(decoded->left_out, 0u);
}

TEST(Rows, OfColumnsThatAClientChangedAreNotTaken) {
  std::vector<Row> rows{row_of(900, 5), row_of(1800, 6)};
  for (Row& row : rows) row.at.status = protocol::cosem::classes::kColumnsChanged;
  const auto decoded = decode_rows(load_rows(rows), Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->columns_changed);
  EXPECT_TRUE(decoded->rows.empty());
}

TEST(Rows, TheCaptureCounterIsTakenWhereThereIsOneAndMakesEqualRowsTwo) {
  Octets octets(256);
  protocol::Writer out(octets);
  axdr::begin_array(2, out);
  for (const std::uint32_t number : {41u, 43u}) {
    axdr::begin_structure(3, out);
    protocol::cosem::put_date_time(row_of(900, 0).at, out);
    axdr::put_unsigned(2, out);
    axdr::put_double_long_unsigned(number, out);
  }
  const auto decoded = decode_rows(out.written(), Profile::standard_events, 900);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->newest, 43u);
  const std::vector<Row>* const rows = &decoded->rows;
  EXPECT_EQ(rows->at(0).capture_counter, 41u);
  EXPECT_EQ(rows->at(1).capture_counter, 43u);
  TakenRows taken;
  taken.add(rows->at(1));
  EXPECT_EQ(taken.fresh(*rows, 0, 1000), std::vector<Row>{rows->at(0)});
  const Chunk chunk{1, 2, 3, 4, *rows};
  EXPECT_EQ(decode_chunk(encode(chunk))->rows, *rows);
}

TEST(Rows, ANullIsAsTheRowBefore) {
  Octets octets(256);
  protocol::Writer out(octets);
  axdr::begin_array(2, out);
  axdr::begin_structure(2 + kRowValues, out);
  protocol::cosem::put_date_time(row_of(900, 0).at, out);
  axdr::put_unsigned(3, out);
  for (std::size_t k = 0; k < kRowValues; ++k) axdr::put_double_long_unsigned(7, out);
  axdr::begin_structure(2 + kRowValues, out);
  for (std::size_t k = 0; k < 2 + kRowValues; ++k) axdr::put_null(out);
  const auto decoded = decode_rows(out.written(), Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->rows.at(1), row_of(1800, 7, 3));
}

// It may be one without a date: how much later nobody knows then.
TEST(Rows, ANullBehindARowWithoutADateIsNoTime) {
  Octets octets(256);
  protocol::Writer out(octets);
  axdr::begin_array(3, out);
  axdr::begin_structure(2 + kRowValues, out);
  protocol::cosem::put_date_time(row_of(900, 0).at, out);
  axdr::put_unsigned(3, out);
  for (std::size_t k = 0; k < kRowValues; ++k) axdr::put_double_long_unsigned(100, out);
  axdr::begin_structure(2 + kRowValues, out);
  out.bytes(Octets{9, 12, 0x07, 0xE8, 13, 1, 0xFF, 12, 0, 0, 0xFF, 0xFF, 0xC4, 0});
  axdr::put_unsigned(3, out);
  for (std::size_t k = 0; k < kRowValues; ++k) axdr::put_double_long_unsigned(200, out);
  axdr::begin_structure(2 + kRowValues, out);
  for (std::size_t k = 0; k < 2 + kRowValues; ++k) axdr::put_null(out);
  const auto decoded = decode_rows(out.written(), Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->rows, std::vector<Row>{row_of(900, 100, 3)});
  EXPECT_EQ(decoded->left_out, 2u);
}

// One row of the load profile: this clock, status 0, these registers.
Octets one_row(const Octets& clock, const Octets& registers) {
  Octets value = {1, 1, 2, 2 + kRowValues};
  value.insert(value.end(), clock.begin(), clock.end());
  value.insert(value.end(), {17, 0});
  value.insert(value.end(), registers.begin(), registers.end());
  return value;
}
const Octets kNoonInFebruary = {9, 12, 0x07, 0xE8, 2, 1, 0xFF, 12, 0, 0, 0xFF, 0xFF, 0xC4, 0};
constexpr std::int64_t kNoonUtcS = 1'706'785'200;  // 11:00Z

TEST(Rows, fault_10_numbers_of_any_type_are_taken) {
  const Octets registers = {23, 0x41, 0x48, 0,    0,                          // 12.5
                            24, 0x40, 0xC8, 0x1C, 0x80, 0,    0,    0,    0,  // 12345.0
                            21, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
                            20, 0,    0,    1,    0,    0,    0,    0,    0,  // 2^40
                            16, 0x01, 0x00, 22,   7};
  const auto decoded = decode_rows(one_row(kNoonInFebruary, registers), Profile::load, 900);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->rows.size(), 1u);
  const std::array<std::uint64_t, kRowValues> expected{
      13, 12'345, UINT64_MAX, std::uint64_t{1} << 40, 256, 7};
  EXPECT_EQ(decoded->rows[0].values, expected);
  EXPECT_EQ(decoded->rows[0].at.utc_s, kNoonUtcS);
}

TEST(Rows, AFloatOfMoreThan64BitsFitsNoRegister) {
  const Octets rest = {17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  Octets most = {24, 0x43, 0xEF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
  Octets beyond = {24, 0x43, 0xF0, 0, 0, 0, 0, 0, 0};  // 2^64
  most.insert(most.end(), rest.begin(), rest.end());
  beyond.insert(beyond.end(), rest.begin(), rest.end());
  const auto kept = decode_rows(one_row(kNoonInFebruary, most), Profile::load, 900);
  ASSERT_TRUE(kept && kept->rows.size() == 1);
  EXPECT_EQ(kept->rows[0].values[0], UINT64_MAX - 2047);
  const auto lost = decode_rows(one_row(kNoonInFebruary, beyond), Profile::load, 900);
  ASSERT_TRUE(lost);
  EXPECT_EQ(lost->left_out, 1u);
}

// A null stands for one period after a row that has a time.
TEST(Rows, ANullAfterARowWithoutATimeHasNone) {
  const Octets good = {17, 1, 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  Octets no_date = kNoonInFebruary;
  no_date[4] = 13;
  Octets value = {1, 2};
  for (const Octets& clock : {no_date, Octets{0}}) {
    const Octets row = one_row(clock, good);
    value.insert(value.end(), row.begin() + 2, row.end());
  }
  const auto decoded = decode_rows(value, Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_TRUE(decoded->rows.empty());
  EXPECT_EQ(decoded->left_out, 2u);
}

// One row that cannot be kept does not take the others along.
TEST(Rows, fault_10_what_fits_no_register_leaves_its_row_out) {
  const Octets good = {17, 1, 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  const Octets negative = {15, 0xFF, 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  const Octets not_a_number = {23, 0x7F, 0xC0, 0, 0, 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  const Octets text = {10, 1, 'x', 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  Octets no_date = kNoonInFebruary;
  no_date[4] = 13;
  Octets value = {1, 5};
  for (const Octets& row : {one_row(kNoonInFebruary, negative), one_row(kNoonInFebruary, good),
                            one_row(kNoonInFebruary, not_a_number), one_row(no_date, good),
                            one_row(kNoonInFebruary, text)}) {
    value.insert(value.end(), row.begin() + 2, row.end());
  }
  const auto decoded = decode_rows(value, Profile::load, 900);
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->left_out, 4u);
  ASSERT_EQ(decoded->rows.size(), 1u);
  EXPECT_EQ(decoded->rows[0].values[5], 6u);
}

TEST(Rows, fault_14_a_clock_without_deviation_is_local_time) {
  const Octets good = {17, 1, 17, 2, 17, 3, 17, 4, 17, 5, 17, 6};
  Octets local = kNoonInFebruary;
  local[11] = 0x80;
  local[12] = 0;
  const protocol::LocalZone madrid{60, true};
  const protocol::LocalZone lisbon{0, true};
  EXPECT_EQ(decode_rows(one_row(local, good), Profile::load, 900, madrid)->rows.at(0).at.utc_s,
            kNoonUtcS);
  EXPECT_EQ(decode_rows(one_row(local, good), Profile::load, 900, lisbon)->rows.at(0).at.utc_s,
            kNoonUtcS + 3600);
  local[5] = 2;
  local[4] = 7;  // July
  const auto summer = decode_rows(one_row(local, good), Profile::load, 900, madrid);
  EXPECT_EQ(summer->rows.at(0).at.utc_s, 1'719'914'400);  // 10:00Z
  EXPECT_EQ(summer->rows.at(0).at.deviation_min, -120);
}

TEST(Rows, fault_15_rows_in_a_compact_array) {
  Octets value = {19, 2, 9, 9, 17, 6, 6, 6, 6, 6, 6, 6, 84};
  for (std::uint8_t row = 0; row < 2; ++row) {
    value.insert(value.end(), kNoonInFebruary.begin() + 1, kNoonInFebruary.end());
    value[value.size() - 6] = static_cast<std::uint8_t>(15 * row);  // minutes
    value.push_back(3);
    for (std::uint8_t i = 0; i < 6; ++i) value.insert(value.end(), {0, 0, row, i});
    value.insert(value.end(), {0, 0, 0, static_cast<std::uint8_t>(40 + row)});
  }
  const auto decoded = decode_rows(value, Profile::load, 900);
  ASSERT_TRUE(decoded);
  ASSERT_EQ(decoded->rows.size(), 2u);
  EXPECT_EQ(decoded->rows[1].at.utc_s, kNoonUtcS + 900);
  EXPECT_EQ(decoded->rows[1].values[1], 257u);
  EXPECT_EQ(decoded->rows[0].status, 3);
  EXPECT_EQ(decoded->newest, 41u);
  value.pop_back();
  EXPECT_FALSE(decode_rows(value, Profile::load, 900));
}

TEST(Rows, EveryDamagedOctetIsReadOrRefusedNeverMore) {
  const Octets good = load_rows({row_of(900, 5), row_of(1800, 6)});
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      Octets bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1 << bit);
      const auto decoded = decode_rows(bad, Profile::load, 900);
      if (decoded) {
        EXPECT_EQ(decoded->rows.size() + decoded->left_out, 2u);
      }
    }
    EXPECT_FALSE(decode_rows(Bytes(good).first(at), Profile::load, 900));
  }
}

TEST(Rows, AChunkComesBackAsItWas) {
  Chunk chunk;
  chunk.read_s = 5000;
  chunk.from_s = 0;
  chunk.to_s = 4000;
  chunk.period_s = 900;
  chunk.rows = {row_of(900, UINT64_MAX), row_of(1800, 0), row_of(900, 3)};
  const auto again = decode_chunk(encode(chunk));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->rows, chunk.rows);
  EXPECT_EQ(again->to_s, 4000);
  const Octets octets = encode(chunk);
  for (std::size_t n = 0; n < octets.size(); ++n)
    EXPECT_FALSE(decode_chunk(Bytes(octets).first(n)));
}

TEST(TakenRows, WhatOverlapsIsKnown) {
  TakenRows taken;
  for (int k = 1; k <= 4; ++k) taken.add(row_of(k * 900, 10u + static_cast<unsigned>(k)));
  const std::vector<Row> delivered{row_of(2700, 13), row_of(3600, 14), row_of(4500, 15)};
  EXPECT_EQ(taken.fresh(delivered, 2700, 9000), std::vector<Row>{row_of(4500, 15)});
}

// The clock was set back and the home draws nothing: the same row stands twice in the buffer.
TEST(TakenRows, ARowThatIsThereTwiceIsTakenTwice) {
  TakenRows taken;
  taken.add(row_of(2700, 13));
  const std::vector<Row> delivered{row_of(2700, 13), row_of(2700, 13)};
  EXPECT_EQ(taken.fresh(delivered, 0, 9000).size(), 1u);
  taken.add(row_of(2700, 13));
  EXPECT_TRUE(taken.fresh(delivered, 0, 9000).empty());
}

Task task_of(std::uint32_t period_s, std::uint32_t offset_s) {
  Task task;
  task.period_s = period_s;
  task.offset_s = offset_s;
  return task;
}

TEST(Task, RunsAtInstantsAlignedToUtc) {
  const Task task = task_of(14'400, 120);
  EXPECT_EQ(last_run_s(task, 14'519), 120);
  EXPECT_EQ(last_run_s(task, 14'520), 14'520);
  EXPECT_EQ(next_run_s(task, 14'520), 28'920);
}

TEST(Task, APeriodOfZeroIsTheFirstOfTheMonth) {
  using protocol::days_from_civil;
  const Task task = task_of(0, 3600);
  const std::int64_t day = 86'400;
  const std::int64_t now = days_from_civil(2026, 1, 1) * day + 60;
  EXPECT_EQ(last_run_s(task, now), days_from_civil(2025, 12, 1) * day + 3600);
  EXPECT_EQ(next_run_s(task, now), days_from_civil(2026, 1, 1) * day + 3600);
  EXPECT_EQ(next_run_s(task, now + 3600), days_from_civil(2026, 2, 1) * day + 3600);
}

}  // namespace
