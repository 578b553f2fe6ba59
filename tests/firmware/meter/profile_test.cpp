// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Profiles over the wire: whole, by range and by entry, in blocks, while the meter goes on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/cosem/classes/profile_generic.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Selection;
using rigs::kDay_s;
using rigs::MeterFixture;
using rigs::rows_of;
using rigs::StoredRow;
using rigs::TestClient;
using rigs::unsigned_in;
using rigs::WireRow;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr std::int64_t kPeriod_s = 900;
const Attribute kLoad{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 2};
const Attribute kClosing{classes::ProfileGeneric::kId, obis(1, 0, 99, 2, 0), 2};
const Attribute kEvents{classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 0), 2};
const Attribute kLoadEntries{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 7};
const Attribute kLoadPeriod{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 4};

Selection range(std::int64_t from_utc_s, std::int64_t to_utc_s) {
  Selection selection;
  selection.kind = Selection::Kind::range;
  selection.from_utc_s = from_utc_s;
  selection.to_utc_s = to_utc_s;
  return selection;
}
Selection entries(std::uint32_t from, std::uint32_t to) {
  Selection selection;
  selection.kind = Selection::Kind::entry;
  selection.from_entry = from;
  selection.to_entry = to;
  return selection;
}

class Profile : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  TestClient reader{meter, rigs::reading_client(meter.provision)};

  void SetUp() override { meter.consume({240.0, 6.0, -20.0, 50.0}, 2 * kDay_s); }
  void open() { ASSERT_TRUE(reader.connect() && reader.associate()); }
  std::vector<WireRow> read(const Attribute& attribute, const Selection& selection = {}) {
    const auto rows = rows_of(reader.get(attribute, selection));
    EXPECT_TRUE(rows);
    return rows ? *rows : std::vector<WireRow>{};
  }
  std::vector<std::int64_t> stamps(const Selection& selection) {
    std::vector<std::int64_t> all;
    for (const WireRow& row : read(kLoad, selection)) all.push_back(row.time.utc_s - kStart);
    return all;
  }
};

TEST_F(Profile, TheWireShowsWhatFlashHolds) {
  open();
  for (const auto& [attribute, id] : {std::pair{kLoad, LogId::load}, {kClosing, LogId::closing}}) {
    const std::vector<WireRow> wire = read(attribute);
    const std::vector<StoredRow> stored = meter.rows(id);
    ASSERT_EQ(wire.size(), stored.size());
    for (std::size_t k = 0; k < wire.size(); ++k) {
      EXPECT_EQ(wire[k].time.utc_s, stored[k].head.utc_s);
      EXPECT_EQ(wire[k].time.deviation_min, -60);
      EXPECT_EQ(wire[k].status, stored[k].head.status);
      EXPECT_THAT(wire[k].values, testing::ElementsAreArray(stored[k].values));
    }
  }
  EXPECT_EQ(unsigned_in(reader, kLoadEntries), 192u);
  const std::vector<WireRow> events = read(kEvents);
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].status, 2);
}

TEST_F(Profile, RangesIncludeBothEnds) {
  open();
  EXPECT_THAT(stamps(range(kStart + 2 * kPeriod_s, kStart + 4 * kPeriod_s)),
              ElementsAre(2 * kPeriod_s, 3 * kPeriod_s, 4 * kPeriod_s));
  EXPECT_THAT(stamps(range(kStart + 2 * kPeriod_s + 1, kStart + 4 * kPeriod_s - 1)),
              ElementsAre(3 * kPeriod_s));
  EXPECT_THAT(stamps(range(kStart - 5000, kStart + kPeriod_s)), ElementsAre(kPeriod_s));
  EXPECT_THAT(stamps(range(kStart + 2 * kDay_s, kStart + 9 * kDay_s)), ElementsAre(2 * kDay_s));
  EXPECT_THAT(stamps(range(kStart + 3 * kDay_s, kStart + 9 * kDay_s)), ElementsAre());
  EXPECT_THAT(stamps(range(kStart + 4 * kPeriod_s, kStart + 2 * kPeriod_s)), ElementsAre());
  EXPECT_EQ(stamps(range(0, INT64_MAX / 4)).size(), 192u);
}

TEST_F(Profile, EntriesCountFromTheOldest) {
  open();
  EXPECT_THAT(stamps(entries(1, 2)), ElementsAre(kPeriod_s, 2 * kPeriod_s));
  EXPECT_THAT(stamps(entries(191, 0)), ElementsAre(191 * kPeriod_s, 192 * kPeriod_s));
  EXPECT_THAT(stamps(entries(192, 5000)), ElementsAre(192 * kPeriod_s));
  EXPECT_THAT(stamps(entries(193, 0)), ElementsAre());
}

TEST_F(Profile, ARangeOverARepeatedHourGivesBothRows) {
  meter.set_clock(kStart + 2 * kDay_s - 2 * kPeriod_s - 10);
  meter.run_for_us(20 * rigs::kSecond_us);
  open();
  const std::int64_t again = 192 * kPeriod_s - 2 * kPeriod_s;
  EXPECT_THAT(stamps(range(kStart + again, kStart + again)), ElementsAre(again, again));
}

// Numbers go by what was captured, whatever the clock said, and the logs share them.
TEST_F(Profile, NumbersSelectWhatAClockSetBackHides) {
  const std::uint32_t last = meter.rows(LogId::load).back().values.back();
  meter.set_clock(kStart + 2 * kDay_s - 2 * kPeriod_s - 10);
  meter.run_for_us(2 * kPeriod_s * rigs::kSecond_us);
  open();
  const auto numbers = [](std::uint32_t from, std::uint32_t to) {
    Selection selection = entries(from, to);
    selection.kind = Selection::Kind::numbers;
    return selection;
  };
  const std::int64_t end = 192 * kPeriod_s;
  EXPECT_THAT(stamps(numbers(last + 1, UINT32_MAX)),
              ElementsAre(end - 2 * kPeriod_s, end - kPeriod_s));
  EXPECT_THAT(stamps(numbers(last, last)), ElementsAre(end));
  EXPECT_THAT(stamps(numbers(1, 2)), ElementsAre(kPeriod_s));  // 1: the event of the first start
  EXPECT_EQ(stamps(numbers(0, UINT32_MAX)).size(), 194u);
  EXPECT_THAT(stamps(numbers(last + 1, last)), ElementsAre());
  EXPECT_THAT(read(kClosing, numbers(last + 1, UINT32_MAX)), testing::IsEmpty());
}

// The range's seek is a bisection: the last quarter of a full ring costs as little as the first.
TEST_F(Profile, SeeksInsteadOfScanning) {
  meter.run_to(kStart + 70 * kDay_s);
  open();
  for (const std::int64_t day : {8, 40, 69}) {
    meter.work_bytes.fill(0);
    const std::int64_t at = kStart + day * kDay_s;
    EXPECT_EQ(read(kLoad, range(at + 1, at + kDay_s)).size(), 96u);
    // Rows encoded: those asked for, plus at most one a block that turned out not to fit.
    EXPECT_LE(meter.work_bytes[METER_WORK_PROFILE_ROW], 96u + 2 * 6);
  }
}

TEST_F(Profile, SixtyThreeDaysComeInBlocks) {
  meter.run_to(kStart + 64 * kDay_s);
  open();
  const std::vector<WireRow> rows = read(kLoad);
  ASSERT_EQ(rows.size(), 63u * 96u);
  for (std::size_t k = 1; k < rows.size(); ++k) {
    ASSERT_EQ(rows[k].time.utc_s, rows[k - 1].time.utc_s + kPeriod_s);
  }
}

// Blocks are taken at the meter's pace: captures fall into the transfer, even the ring turns.
TEST_F(Profile, RowsCapturedDuringATransferDoNotShiftIt) {
  meter.run_to(kStart + 80 * kDay_s);
  const std::vector<StoredRow> before = meter.rows(LogId::load);
  open();
  int frames = 0;
  reader.on_wire = [&](std::vector<std::uint8_t>&) {
    if (++frames % 20 == 0) meter.run_for_us(kPeriod_s / 8 * rigs::kSecond_us);
  };
  const std::vector<WireRow> rows = read(kLoad);
  reader.on_wire = nullptr;
  EXPECT_GT(meter.rows(LogId::load).back().head.utc_s, before.back().head.utc_s);
  ASSERT_EQ(rows.size(), before.size());
  for (std::size_t k = 0; k < rows.size(); ++k) {
    ASSERT_EQ(rows[k].time.utc_s, before[k].head.utc_s) << k;
  }
}

TEST_F(Profile, DamagedAndLostFramesAreRepeated) {
  open();
  int frames = 0;
  reader.on_wire = [&](std::vector<std::uint8_t>& frame) {
    if (++frames % 4 == 0) frame.clear();
    if (frames % 7 == 0 && !frame.empty()) frame[frame.size() / 2] ^= 0x10;
  };
  EXPECT_EQ(read(kLoad, range(kStart, kStart + kDay_s)).size(), 96u);
  reader.on_wire = nullptr;
}

TEST_F(Profile, ANewPeriodBeginsANewProfile) {
  TestClient manager(meter, rigs::management_client(meter.provision));
  ASSERT_TRUE(manager.connect() && manager.associate());
  const auto period = [](std::uint32_t period_s) {
    return rigs::encoded(
        [&](protocol::Writer& out) { protocol::axdr::put_double_long_unsigned(period_s, out); });
  };
  EXPECT_FALSE(manager.set(kLoadPeriod, period(777)));
  EXPECT_FALSE(manager.set(kLoadPeriod, period(0)));
  EXPECT_EQ(unsigned_in(manager, kLoadEntries), 192u);
  EXPECT_TRUE(manager.set(kLoadPeriod, period(300)));
  EXPECT_EQ(unsigned_in(manager, kLoadEntries), 0u);
  meter.run_for_us(3600 * rigs::kSecond_us);
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  meter.run_for_us(3600 * rigs::kSecond_us);
  open();
  EXPECT_EQ(unsigned_in(reader, kLoadEntries), 24u);
  EXPECT_EQ(unsigned_in(reader, {kLoad.class_id, kLoad.instance, 8}), 63u * 96u);
  EXPECT_EQ(unsigned_in(reader, kLoadPeriod), 300u);
}

TEST_F(Profile, OneBadPageCostsNoOtherRows) {
  MeterFixture worn(kStart);
  worn.failing_pages = {meter::fw::kProfileFirstPage + 1u};
  worn.run_to(kStart + 3 * kDay_s);
  TestClient client(worn, rigs::reading_client(worn.provision));
  ASSERT_TRUE(client.connect() && client.associate());
  const auto rows = rows_of(client.get(kLoad));
  ASSERT_TRUE(rows);
  EXPECT_EQ(rows->size(), 288u);
  EXPECT_EQ(rows->back().status & meter::fw::kCriticalError, meter::fw::kCriticalError);
}

}  // namespace
