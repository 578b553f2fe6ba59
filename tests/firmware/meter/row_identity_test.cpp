// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The capture counter 0.0.96.15.50: one number a row, over all logs and whatever is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "protocol/axdr/encode.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

using meter::fw::LogId;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::kDay_s;
using rigs::StoredRow;
using rigs::TestClient;
namespace classes = protocol::cosem::classes;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
const Attribute kCounter{classes::Data::kId, obis(0, 0, 96, 15, 50), 2};
const Attribute kPeriod{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 4};

std::vector<LogId> all_logs() {
  std::vector<LogId> all;
  for (std::uint8_t k = 0; k < static_cast<std::uint8_t>(LogId::logs); ++k) {
    all.push_back(static_cast<LogId>(k));
  }
  return all;
}

class RowIdentity : public testing::Test {
 protected:
  rigs::MeterFixture meter{kStart};

  static std::uint32_t number_of(const StoredRow& row) { return row.values.back(); }
  // Of all rows of all logs: they rise in each, and none comes twice.
  static std::set<std::uint32_t> numbers(const rigs::MeterFixture& of) {
    std::set<std::uint32_t> all;
    for (const LogId id : all_logs()) {
      std::uint32_t before = 0;
      for (const StoredRow& row : of.rows(id)) {
        const std::uint32_t number = number_of(row);
        EXPECT_GT(number, before);
        before = number;
        EXPECT_TRUE(all.insert(number).second) << number;
      }
    }
    return all;
  }
  static std::uint32_t newest(const rigs::MeterFixture& of) { return *numbers(of).rbegin(); }
  void change_period(std::uint32_t period_s) {
    TestClient manager(meter, rigs::management_client(meter.provision));
    ASSERT_TRUE(manager.connect() && manager.associate());
    ASSERT_TRUE(manager.set(kPeriod, rigs::encoded([&](protocol::Writer& out) {
                              protocol::axdr::put_double_long_unsigned(period_s, out);
                            })));
  }
};

TEST_F(RowIdentity, NumbersRiseByOneOverAllLogsAndTheObjectShowsTheNewest) {
  meter.run_to(kStart + 2 * kDay_s + 1);
  const std::set<std::uint32_t> all = numbers(meter);
  EXPECT_EQ(*all.begin(), 1u);
  EXPECT_EQ(*all.rbegin(), all.size());
  TestClient reader(meter, rigs::reading_client(meter.provision));
  ASSERT_TRUE(reader.connect() && reader.associate());
  EXPECT_EQ(rigs::unsigned_in(reader, kCounter), newest(meter));
}

TEST_F(RowIdentity, NumbersGoOnAfterPowerLossAndADeadBattery) {
  for (int round = 0; round < 12; ++round) {
    meter.run_for_us((5 + 7 * round) * rigs::kHour_s * rigs::kSecond_us);
    const std::uint32_t before = newest(meter);
    meter.power_off(round % 2 == 0);
    if (round % 3 == 0) meter.retained.fill(0);
    meter.power_on(METER_BOOT_POWER);
    EXPECT_GT(newest(meter), before);
  }
  const std::set<std::uint32_t> all = numbers(meter);
  EXPECT_EQ(*all.rbegin(), all.size());
}

// Midnight, with quarter, closing and checkpoint; with and without battery.
TEST_F(RowIdentity, ACutInAnyFlashOperationOfACaptureRepeatsAndLosesNoNumber) {
  const std::int64_t midnight_s = kStart + 23 * rigs::kHour_s;
  for (const std::uint32_t partial : {11u, METER_FLASH_PAGE_BYTES}) {
    for (const bool dead_battery : {false, true}) {
      bool complete = false;
      for (std::uint64_t at = 1; !complete; ++at) {
        rigs::MeterFixture cut(kStart);
        cut.run_to(midnight_s - 1);
        cut.cut_at_operation(at, partial);
        cut.run_to(midnight_s);
        complete = !cut.cut_happened();
        cut.power_off(false);
        if (dead_battery) cut.retained.fill(0);
        cut.power_on(METER_BOOT_POWER);
        cut.run_for_us(rigs::kHour_s * rigs::kSecond_us);
        const std::set<std::uint32_t> all = numbers(cut);
        EXPECT_EQ(*all.rbegin(), all.size()) << at << '/' << partial;
      }
    }
  }
}

TEST_F(RowIdentity, NumbersGoOnAfterTheProfileWasClearedAndTheBatteryDied) {
  meter.run_to(kStart + 3 * kDay_s + kDay_s / 2);
  const std::uint32_t before = newest(meter);
  EXPECT_EQ(number_of(meter.rows(LogId::load).back()), before);
  change_period(1800);
  EXPECT_TRUE(meter.rows(LogId::load).empty());
  meter.power_off(false);
  meter.retained.fill(0);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_GT(newest(meter), before);
}

// The rows that told the number are going, and the battery is dead.
TEST_F(RowIdentity, ACutInAnyFlashOperationOfAClearingRepeatsNoNumber) {
  bool complete = false;
  for (std::uint64_t at = 1; !complete; ++at) {
    rigs::MeterFixture cut(kStart);
    cut.run_to(kStart + kDay_s / 2);
    const std::uint32_t before = newest(cut);
    TestClient manager(cut, rigs::management_client(cut.provision));
    ASSERT_TRUE(manager.connect() && manager.associate());
    cut.cut_at_operation(at, METER_FLASH_PAGE_BYTES);
    static_cast<void>(manager.set(kPeriod, rigs::encoded([&](protocol::Writer& out) {
                                    protocol::axdr::put_double_long_unsigned(1800, out);
                                  })));
    complete = !cut.cut_happened();
    cut.power_off(false);
    cut.retained.fill(0);
    cut.power_on(METER_BOOT_POWER);
    EXPECT_GT(newest(cut), before) << at;
  }
}

// A supply that fails between the row and the saved state: the row itself tells its number.
TEST_F(RowIdentity, ARowWhoseStateWasNotSavedKeepsItsNumber) {
  meter.run_to(kStart + 899);
  const auto state = meter.retained;
  meter.run_to(kStart + 901);
  const std::uint32_t captured = newest(meter);
  meter.power_off(false);
  meter.retained = state;
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(number_of(meter.rows(LogId::standard_events).back()), captured + 1);
}

}  // namespace
