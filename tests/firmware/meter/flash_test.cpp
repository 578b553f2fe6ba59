// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Power cuts inside every flash operation, in the manner of a file system's test: the same history
// is run again and again, cut at operation 1, 2, 3 ... until it completes uncut.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "meter/fw/store/parameters.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using meter::fw::Hal;
using meter::fw::LogId;
using meter::fw::LogPlace;
using meter::fw::RowHead;
using meter::fw::RowLog;
using rigs::FakePlatform;
using rigs::kDay_s;
using rigs::MeterFixture;
using rigs::StoredRow;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
// Octets of the operation that still happen; METER_FLASH_PAGE_BYTES: all of it, the cut comes
// right behind it.
const std::uint32_t kPartial[] = {0, 1, 5, 13, 31, 39, 2000, METER_FLASH_PAGE_BYTES};

class RowLogTest : public testing::Test {
 protected:
  static constexpr LogPlace kPlace{20, 3, 24};
  static constexpr std::uint32_t kCapacity = 150;

  FakePlatform platform{meter_ad11a_firmware()};
  Hal hal{&platform.hal};

  static std::array<std::uint8_t, 24> values_of(std::uint32_t n) {
    std::array<std::uint8_t, 24> values;
    values.fill(static_cast<std::uint8_t>(n * 7));
    std::memcpy(values.data(), &n, 4);
    return values;
  }
  bool append(RowLog& log, std::uint32_t n) {
    RowHead head;
    head.utc_s = 1000 + n;
    return log.append(hal, head, values_of(n));
  }
  // The visible rows; each must be intact.
  std::vector<std::uint32_t> read_all(const RowLog& log) {
    std::vector<std::uint32_t> all;
    for (std::uint32_t n = log.first_ordinal(); n < log.next_ordinal(); ++n) {
      RowHead head;
      std::array<std::uint8_t, 24> values;
      EXPECT_TRUE(log.read_ordinal(hal, n, head, values)) << n;
      std::uint32_t number;
      std::memcpy(&number, values.data(), 4);
      EXPECT_EQ(values, values_of(number));
      all.push_back(number);
    }
    return all;
  }
};

TEST_F(RowLogTest, RowsAreFoundAgainAtEveryLength) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  for (std::uint32_t n = 0; n < 1000; ++n) {
    ASSERT_TRUE(append(log, n));
    RowLog again;
    again.open(hal, kPlace, kCapacity);
    ASSERT_EQ(again.next_slot(), log.next_slot());
    ASSERT_EQ(again.rows(), std::min(n + 1, kCapacity));
  }
  const std::vector<std::uint32_t> rows = read_all(log);
  EXPECT_EQ(rows.front(), 850u);
  EXPECT_EQ(rows.back(), 999u);
}

TEST_F(RowLogTest, FindingThemReadsHeadersAndAFewRows) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  for (std::uint32_t n = 0; n < 250; ++n) append(log, n);
  static int reads;
  static const meter_flash* cells;
  reads = 0;
  cells = platform.hal.flash;
  meter_flash counted = *cells;
  counted.read = [](void* context, std::uint32_t address, void* out, std::uint32_t n) {
    ++reads;
    return cells->read(context, address, out, n);
  };
  meter_hal counting = platform.hal;
  counting.flash = &counted;
  RowLog again;
  again.open(Hal{&counting}, kPlace, kCapacity);
  EXPECT_EQ(again.next_slot(), 250u);
  EXPECT_LE(reads, 3 + 8 + 1);  // page headers, bisection, newest row
}

// Every row that append() confirmed before the cut is there after it, in order, and nothing else
// but perhaps the row under way; and the log goes on.
TEST_F(RowLogTest, AnyCutLosesAtMostTheRowUnderWay) {
  for (const std::uint32_t partial : kPartial) {
    for (std::uint64_t at = 1;; ++at) {
      platform.flash.assign(platform.flash.size(), 0xFF);
      platform.construct();
      RowLog log;
      log.open(hal, kPlace, kCapacity);
      platform.cut_at_operation(at, partial);
      std::uint32_t n = 0;
      while (n < 320 && !platform.cut_happened()) append(log, n++);
      const bool complete = !platform.cut_happened();
      platform.construct();  // supply is back
      RowLog again;
      again.open(hal, kPlace, kCapacity);
      std::vector<std::uint32_t> rows = read_all(again);
      const std::uint32_t confirmed = complete ? n : n - 1;
      ASSERT_GE(rows.size(), std::min(confirmed, kCapacity - 1)) << at << '/' << partial;
      for (std::size_t k = 1; k < rows.size(); ++k) ASSERT_EQ(rows[k], rows[k - 1] + 1);
      if (!rows.empty()) {
        ASSERT_TRUE(rows.back() + 1 == confirmed || rows.back() + 1 == confirmed + 1);
      }
      for (std::uint32_t more = 0; more < 120; ++more) ASSERT_TRUE(append(again, 5000 + more));
      rows = read_all(again);
      ASSERT_EQ(rows.back(), 5119u);
      ASSERT_EQ(rows.size(), std::min<std::size_t>(kCapacity, rows.size()));
      if (complete) break;
    }
  }
}

// The number is in the CRC: what stands in a slot's place today does not pass for it.
TEST_F(RowLogTest, OverwrittenRowsDoNotComeBackAsOthers) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  for (std::uint32_t n = 0; n < 3 * 102 + 10; ++n) append(log, n);
  RowHead head;
  std::array<std::uint8_t, 24> values;
  EXPECT_TRUE(log.read(hal, 3 * 102 + 5, head, values));
  EXPECT_FALSE(log.read(hal, 5, head, values));
  EXPECT_FALSE(log.read_ordinal(hal, 5, head, values));
}

TEST_F(RowLogTest, ManyTornRowsKeepOrdinalsExact) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  std::vector<std::uint32_t> expected;
  for (std::uint32_t n = 0; n < 140; ++n) {
    ASSERT_TRUE(append(log, n));
    expected.push_back(n);
    if (n % 5 != 2) continue;
    // On a fresh page the first operation is its erase: that tears no row.
    platform.cut_at_operation(1, 9);
    append(log, 9999);
    platform.construct();
    log.open(hal, kPlace, kCapacity);
  }
  EXPECT_EQ(read_all(log), expected);
}

TEST_F(RowLogTest, ABadPageCostsItsRowsOnly) {
  platform.failing_pages = {21};
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  for (std::uint32_t n = 0; n < 150; ++n) EXPECT_TRUE(append(log, n)) << n;
  EXPECT_TRUE(log.failed());
  EXPECT_EQ(log.rows(), 150u);
  EXPECT_EQ(read_all(log).back(), 149u);
}

TEST_F(RowLogTest, StampsAreFoundByBisectionAcrossEras) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  // 1000.., set back to 1020.., then to 900..
  for (const std::uint32_t begin : {1000u, 1020u, 900u}) {
    for (std::uint32_t n = 0; n < 40; ++n) {
      RowHead head;
      head.utc_s = begin + n;
      log.append(hal, head, values_of(n));
    }
  }
  const auto count = [&](std::int64_t from, std::int64_t to) {
    std::uint32_t at = log.first_ordinal();
    std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;
    RowLog::Run run;
    while (log.next_run(hal, from, to, log.next_ordinal(), at, run)) {
      runs.emplace_back(run.first, run.count);
    }
    return runs;
  };
  using Runs = std::vector<std::pair<std::uint32_t, std::uint32_t>>;
  EXPECT_EQ(count(1030, 1032), (Runs{{30, 3}, {50, 3}}));
  EXPECT_EQ(count(0, 2000), (Runs{{0, 40}, {40, 40}, {80, 40}}));
  EXPECT_EQ(count(1059, 1100), (Runs{{79, 1}}));
  EXPECT_EQ(count(939, 1000), (Runs{{0, 1}, {119, 1}}));
  EXPECT_EQ(count(940, 999), Runs{});
}

TEST_F(RowLogTest, WearIsEvenAndOneEraseAPage) {
  RowLog log;
  log.open(hal, kPlace, kCapacity);
  for (std::uint32_t n = 0; n < 102 * 30; ++n) append(log, n);
  for (std::uint32_t page = 20; page < 23; ++page) EXPECT_EQ(platform.erases[page], 10u);
}

// ---- Settings ----

TEST(Parameters, TheNewestOfEachKindSurvivesAnyCut) {
  using meter::fw::BlockKind;
  for (const std::uint32_t partial : {0u, 7u, 100u, METER_FLASH_PAGE_BYTES}) {
    for (std::uint64_t at = 1;; ++at) {
      FakePlatform platform(meter_ad11a_firmware());
      const Hal hal(&platform.hal);
      meter::fw::Parameters parameters;
      parameters.open(hal);
      std::array<std::uint32_t, 5> confirmed{};
      for (std::uint8_t kind = 0; kind < 5; ++kind) {
        parameters.store(hal, static_cast<BlockKind>(kind), ++confirmed[kind]);
      }
      platform.cut_at_operation(at, partial);
      std::uint8_t kind = 0;
      for (std::uint32_t n = 0; n < 70 && !platform.cut_happened(); ++n) {
        kind = static_cast<std::uint8_t>(n % 11 == 0 ? n / 11 % 4 : 4);  // mostly checkpoints
        parameters.store(hal, static_cast<BlockKind>(kind), confirmed[kind] + 1);
        if (!platform.cut_happened()) ++confirmed[kind];
      }
      const bool complete = !platform.cut_happened();
      platform.construct();
      meter::fw::Parameters again;
      again.open(hal);
      for (std::uint8_t k = 0; k < 5; ++k) {
        std::uint32_t value = 0;
        ASSERT_TRUE(again.load(hal, static_cast<BlockKind>(k), value)) << at << '/' << partial;
        const bool under_way = !complete && k == kind;
        ASSERT_TRUE(value == confirmed[k] || (under_way && value == confirmed[k] + 1))
            << "kind " << int{k} << " cut " << at << '/' << partial;
        confirmed[k] = value;
      }
      // Kinds that nobody writes any more are carried along from page to page.
      for (std::uint32_t n = 0; n < 60; ++n) again.store(hal, BlockKind::checkpoint, n);
      for (std::uint8_t k = 0; k < 4; ++k) {
        std::uint32_t value = 0;
        ASSERT_TRUE(again.load(hal, static_cast<BlockKind>(k), value)) << at << '/' << partial;
        ASSERT_EQ(value, confirmed[k]);
      }
      if (complete) break;
    }
  }
}

TEST(Parameters, ACheckpointNeedsNoErase) {
  MeterFixture meter(kStart);
  for (int k = 0; k < 300; ++k) {
    const auto before = meter.erases;
    meter.firmware->on_power(meter.instance(), METER_POWER_FAILING);
    EXPECT_EQ(meter.erases, before) << k;
    meter.power_off(false);
    meter.run_for_us(rigs::kSecond_us);
    meter.power_on(METER_BOOT_POWER);
  }
}

// ---- The whole meter ----

// A day and a half with a clock jump and a relay order, cut at every flash operation of it. The
// rows before the cut are there, the energy goes on where it was, and the meter works on.
TEST(Meter, EveryCutOfADayIsSurvived) {
  for (const std::uint32_t partial : {3u, METER_FLASH_PAGE_BYTES}) {
    for (std::uint64_t at = 1;; ++at) {
      MeterFixture meter(kStart);
      meter.cut_at_operation(at, partial);
      const meter_sums sums = rigs::make_sums({240.0, 10.0});
      std::uint32_t quarters = 0;
      while (quarters < 40 && !meter.cut_happened()) {
        ++quarters;
        meter.sums(sums, 4500);
        if (quarters == 17) meter.set_clock(meter.rtc_now() / METER_RTC_HZ + 37);
        if (quarters == 30) meter.set_clock(meter.rtc_now() / METER_RTC_HZ - 37);
        meter.run_for_us(900 * rigs::kSecond_us);
      }
      const bool complete = !meter.cut_happened();
      meter.power_off(false);
      meter.power_on(METER_BOOT_POWER);
      const std::vector<StoredRow> rows = meter.rows(LogId::load);
      ASSERT_GE(rows.size() + 1, quarters) << at << '/' << partial;
      for (std::size_t k = 1; k < rows.size(); ++k) {
        ASSERT_GT(rows[k].head.utc_s, rows[k - 1].head.utc_s);
        ASSERT_EQ(rows[k].values[0], 600u * (k + 1));
      }
      meter.sums(sums, 18000);
      meter.run_for_us(900 * rigs::kSecond_us);
      ASSERT_EQ(meter.rows(LogId::load).back().values[0], 600u * quarters + 2400u)
          << at << '/' << partial;
      if (complete) break;
    }
  }
}

}  // namespace
