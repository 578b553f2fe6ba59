// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/rows.hpp"
#include "protocol/calendar.hpp"

#include <gtest/gtest.h>

#include "dcu/app/tasks/task_table.hpp"
#include "protocol/axdr/encode.hpp"

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
  EXPECT_EQ(decode_rows(load_rows(rows), Profile::load, 900), rows);
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
  const auto rows = decode_rows(out.written(), Profile::standard_events, 900);
  ASSERT_TRUE(rows);
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
  const auto rows = decode_rows(out.written(), Profile::load, 900);
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->at(1), row_of(1800, 7, 3));
}

TEST(Rows, EveryDamagedOctetIsReadOrRefusedNeverMore) {
  const Octets good = load_rows({row_of(900, 5), row_of(1800, 6)});
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (const int bit : {0, 3, 7}) {
      Octets bad = good;
      bad[at] ^= static_cast<std::uint8_t>(1 << bit);
      const auto rows = decode_rows(bad, Profile::load, 900);
      if (rows) {
        EXPECT_EQ(rows->size(), 2u);
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
