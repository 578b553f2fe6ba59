// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/store.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <random>

#include "tests/rigs/head_end/rows.hpp"

namespace hes {
namespace {

using hes_test::kFebruary;
using hes_test::quarters;
using hes_test::row;

constexpr std::int64_t kSpringDay = 1'711'839'600;  // 2024-03-31 00:00 local, CET
constexpr std::int64_t kAutumnDay = 1'729'980'000;  // 2024-10-27 00:00 local, CEST

Inventory inventory(std::size_t n) {
  std::vector<MeterEntry> meters(n);
  for (std::size_t i = 0; i < n; ++i) {
    meters[i].serial = std::to_string(1000 + i);
    meters[i].logical_device_name = "ADD" + meters[i].serial;
    meters[i].system_title[7] = static_cast<std::uint8_t>(i);
  }
  return Inventory(std::move(meters));
}

class StoreTest : public testing::Test {
 protected:
  StoreTest()
      : path_(testing::TempDir() + "hes_store_" + std::to_string(getpid()) + "_" +
              testing::UnitTest::GetInstance()->current_test_info()->name() + ".sqlite") {
    open(true);
  }
  ~StoreTest() override {
    store_.reset();
    for (const char* end : {"", "-wal", "-shm"}) std::remove((path_ + end).c_str());
  }
  void open(bool fresh = false) {
    store_.reset();
    store_ = std::make_unique<Store>(StoreOptions{path_, fresh, false});
    store_->set_meters(inventory(3), protocol::LocalZone{});
    profile_ = store_->profile(kLoadProfile);
  }
  AddResult push(MeterIndex meter, const std::vector<Row>& rows) {
    return store_->add_rows(meter, profile_, rows, Delivery::push);
  }
  AddResult pull(MeterIndex meter, const std::vector<Row>& rows) {
    return store_->add_rows(meter, profile_, rows, Delivery::pull);
  }
  std::vector<std::pair<Row, unsigned>> all(MeterIndex meter) {
    std::vector<std::pair<Row, unsigned>> rows;
    store_->for_each_row(meter, profile_,
                         [&](const Row& r, unsigned ordinal) { rows.emplace_back(r, ordinal); });
    return rows;
  }
  std::uint32_t missing_count(MeterIndex meter, std::int64_t from, std::int64_t to) {
    std::uint32_t count = 0;
    for (const MissingRun& run : store_->missing(meter, profile_, from, to)) count += run.count;
    return count;
  }

  std::string path_;
  std::unique_ptr<Store> store_;
  ProfileIndex profile_ = 0;
};

TEST_F(StoreTest, RowsComeBackAcrossARestart) {
  const std::vector<Row> rows = quarters(kFebruary + 900, 300);
  for (std::size_t i = 0; i < rows.size(); i += 4) {
    push(1, {rows[i], rows[i + 1], rows[i + 2], rows[i + 3]});
    if (i % 16 == 0) store_->commit();
  }
  open();
  EXPECT_EQ(store_->rows(), 300u);
  const auto back = all(1);
  ASSERT_EQ(back.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_TRUE(same_capture(back[i].first, rows[i]));
    EXPECT_EQ(back[i].first.arrival_utc_s, rows[i].arrival_utc_s);
    EXPECT_EQ(back[i].second, 0u);
  }
  EXPECT_TRUE(all(0).empty());
}

TEST_F(StoreTest, LateRowsMergeIntoADayLongWritten) {
  const std::vector<Row> rows = quarters(kFebruary + 900, 3 * 96);
  std::vector<Row> late(rows.begin() + 20, rows.begin() + 30);
  std::vector<Row> rest(rows.begin(), rows.begin() + 20);
  push(0, rest);
  push(0, {rows.begin() + 30, rows.end()});
  store_->commit();
  open();
  EXPECT_EQ(missing_count(0, kFebruary, kFebruary + 3 * 86'400), 10u);
  EXPECT_EQ(pull(0, late).added, 10u);
  EXPECT_EQ(pull(0, late).duplicates, 10u);
  EXPECT_EQ(missing_count(0, kFebruary, kFebruary + 3 * 86'400), 0u);
  const auto back = all(0);
  ASSERT_EQ(back.size(), rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_TRUE(same_capture(back[i].first, rows[i]));
}

TEST_F(StoreTest, DuplicatesAreDroppedAndCountedRepeatedRowsGetOrdinals) {
  push(0, {row(kFebruary + 900, 10), row(kFebruary + 1800, 20)});
  EXPECT_EQ(push(0, {row(kFebruary + 900, 10), row(kFebruary + 1800, 20)}).duplicates, 2u);
  EXPECT_EQ(store_->duplicates(), 2u);
  const AddResult back = push(0, {row(kFebruary + 900, 25, 0x20), row(kFebruary + 1800, 31)});
  EXPECT_EQ(back.added, 2u);
  const auto rows = all(0);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].second, 0u);
  EXPECT_EQ(rows[2].second, 1u);
  EXPECT_EQ(rows[2].first.values[0], 25);
  EXPECT_EQ(rows[3].second, 1u);
}

TEST_F(StoreTest, ADeliveryMayCrossMidnightAndComeBack) {
  const std::int64_t midnight = kFebruary + 86'400;
  const std::vector<Row> rows = {row(midnight - 900, 10), row(midnight, 20),
                                 row(midnight + 900, 30), row(midnight, 40, 0x20),
                                 row(midnight + 900, 50)};
  EXPECT_EQ(push(2, rows).added, 5u);
  EXPECT_EQ(push(2, rows).duplicates, 5u);
  EXPECT_EQ(pull(2, rows).duplicates, 5u);
  EXPECT_EQ(all(2).size(), 5u);
}

TEST_F(StoreTest, TheDaysOfTheClockChangeHave92And100Intervals) {
  for (const auto& [from, hours] : {std::pair{kSpringDay, 23}, std::pair{kAutumnDay, 25}}) {
    const std::int64_t to = protocol::LocalZone{}.next_midnight(from);
    EXPECT_EQ(to - from, hours * 3600);
    EXPECT_EQ(missing_count(0, from, to), hours * 4u);
    std::vector<Row> rows = quarters(from + 900, hours * 4, 100'000);
    for (Row& r : rows) {
      const bool summer = protocol::LocalZone{}.daylight_saving(r.stamp_utc_s);
      r.deviation_min = summer ? -120 : -60;
      r.clock_status = summer ? 0x80 : 0;
    }
    EXPECT_EQ(push(0, rows).added, hours * 4u);
    EXPECT_EQ(missing_count(0, from, to), 0u);
  }
  EXPECT_EQ(all(0).size(), 192u);
}

TEST_F(StoreTest, MissingNamesRunsAndWhetherTheMeterWasAsked) {
  store_->begin_series(0, profile_, kFebruary);
  push(0, quarters(kFebruary + 900, 4));
  push(0, quarters(kFebruary + 9 * 900, 4, 100));
  EXPECT_EQ(store_->settled_until(0, profile_), kFebruary + 3600);
  auto runs = store_->missing(0, kFebruary, kFebruary + 16 * 900);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].first_utc_s, kFebruary + 5 * 900);
  EXPECT_EQ(runs[0].last_utc_s, kFebruary + 8 * 900);
  EXPECT_EQ(runs[0].count, 4u);
  EXPECT_FALSE(runs[0].asked);
  EXPECT_EQ(runs[1].count, 4u);
  store_->settle(0, profile_, kFebruary + 8 * 900);
  runs = store_->missing(0, kFebruary, kFebruary + 16 * 900);
  EXPECT_TRUE(runs[0].asked);
  EXPECT_FALSE(runs[1].asked);
  // Behind what was asked the stored rows go on by themselves.
  EXPECT_EQ(store_->settled_until(0, profile_), kFebruary + 12 * 900);
  store_->commit();
  open();
  EXPECT_EQ(store_->settled_until(0, profile_), kFebruary + 12 * 900);
}

TEST_F(StoreTest, AGapFilledAtTheEndOfAnOldDaySettlesTheNewerDays) {
  const std::int64_t midnight = kFebruary + 86'400;
  for (const bool reopened : {false, true}) {
    const MeterIndex meter = reopened ? 1 : 0;
    store_->begin_series(meter, profile_, kFebruary);
    push(meter, quarters(kFebruary + 900, 95));
    push(meter, quarters(midnight + 900, 8, 960));
    EXPECT_EQ(store_->settled_until(meter, profile_), midnight - 900);
    if (reopened) open();
    EXPECT_EQ(store_->settled_until(meter, profile_), midnight - 900);
    EXPECT_EQ(pull(meter, {row(midnight, 950)}).added, 1u);
    EXPECT_EQ(store_->settled_until(meter, profile_), midnight + 8 * 900);
  }
}

TEST_F(StoreTest, DailyClosingsAreMissingByLocalMidnight) {
  const ProfileIndex closing = store_->profile(kDailyClosing);
  EXPECT_EQ(store_->missing(0, closing, kSpringDay - 86'400, kSpringDay + 2 * 86'400)[0].count, 3u);
  store_->add_rows(0, closing, std::vector<Row>{row(kSpringDay + 23 * 3600, 5)}, Delivery::pull);
  const auto runs = store_->missing(0, closing, kSpringDay - 86'400, kSpringDay + 2 * 86'400);
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0].last_utc_s, kSpringDay);
  EXPECT_EQ(runs[1].first_utc_s, kSpringDay + 47 * 3600);
}

TEST_F(StoreTest, CountersAndMetersKeepTheirPlaceWhateverTheInventoryOrder) {
  store_->meter_table().set_record(2, {77, 3000, 0, true, 5});
  push(2, quarters(kFebruary + 900, 4));
  store_->commit();
  store_ = std::make_unique<Store>(StoreOptions{path_, false, false});
  std::vector<MeterEntry> turned = inventory(3).meters();
  std::reverse(turned.begin(), turned.end());
  store_->set_meters(Inventory(turned), protocol::LocalZone{});
  EXPECT_EQ(store_->meter_table().record(0).push_counter, 77u);
  EXPECT_EQ(store_->meter_table().record(0).client_reserved, 3000u);
  EXPECT_TRUE(store_->meter_table().record(0).push_seen);
  EXPECT_EQ(store_->meter_table().record(0).key_changes, 5u);
  EXPECT_FALSE(store_->meter_table().record(1).push_seen);
  EXPECT_EQ(store_->meter_table().record(1).key_changes, 0u);
  EXPECT_EQ(all(0).size(), 4u);
  EXPECT_EQ(store_->meter_table().load_all().size(), 3u);
}

TEST_F(StoreTest, NothingToWriteIsNoCommit) {
  const std::uint64_t before = store_->commits();
  store_->commit();
  EXPECT_EQ(store_->commits(), before);
  push(0, quarters(kFebruary + 900, 4));
  EXPECT_TRUE(store_->dirty());
  store_->commit();
  EXPECT_FALSE(store_->dirty());
  EXPECT_EQ(store_->commits(), before + 1);
}

TEST_F(StoreTest, AMeterGoneMadIsBounded) {
  std::vector<Row> flood;
  for (int i = 0; i < 5000; ++i) flood.push_back(row(kFebruary + 1 + i, i));
  for (std::size_t i = 0; i < flood.size(); i += 100) {
    push(0, {flood.begin() + static_cast<std::ptrdiff_t>(i),
             flood.begin() + static_cast<std::ptrdiff_t>(i + 100)});
  }
  EXPECT_LE(all(0).size(), 2880u);
}

TEST_F(StoreTest, AFileThatIsNoStoreIsRefused) {
  const std::string other = path_ + ".txt";
  std::FILE* file = std::fopen(other.c_str(), "w");
  std::fputs("this is not a database, only a text of some length", file);
  std::fclose(file);
  EXPECT_THROW(Store(StoreOptions{other, false, false}), std::runtime_error);
  std::remove(other.c_str());
}

TEST_F(StoreTest, AHundredDaysInPushesOfFourAreAllHeld) {
  for (int day = 0; day < 100; ++day) {
    const std::vector<Row> rows = quarters(kFebruary + day * 86'400 + 900, 96, day * 1000);
    for (std::size_t i = 0; i < rows.size(); i += 4) {
      store_->add_rows(0, profile_, std::span(rows).subspan(i, 4), Delivery::push);
    }
    store_->commit();
  }
  EXPECT_EQ(all(0).size(), 9600u);
}

}  // namespace
}  // namespace hes
