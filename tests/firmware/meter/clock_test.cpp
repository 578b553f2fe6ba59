// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Captures, daily closings and what jumps of the clock do to them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/time/clock.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace {

using meter::fw::kClockAdjusted;
using meter::fw::kClockInvalid;
using meter::fw::kDataNotValid;
using meter::fw::kDaylightSaving;
using meter::fw::kPowerDown;
using meter::fw::LogId;
using rigs::kDay_s;
using rigs::kHour_s;
using rigs::MeterFixture;
using rigs::StoredRow;
using rigs::utc_s;
using testing::ElementsAre;

constexpr std::int64_t kPeriod_s = 900;
const std::int64_t kWinter = utc_s(2026, 2, 10);

std::vector<std::int64_t> stamps(const std::vector<StoredRow>& rows) {
  std::vector<std::int64_t> all;
  for (const StoredRow& row : rows) all.push_back(row.head.utc_s);
  return all;
}
std::vector<int> statuses(const std::vector<StoredRow>& rows) {
  std::vector<int> all;
  for (const StoredRow& row : rows) all.push_back(row.head.status);
  return all;
}

TEST(Captures, ComeAtTheTickOfTheBoundary) {
  for (const double ppm : {0.0, 19.7, -31.3}) {
    MeterFixture meter(kWinter + 7);
    meter.rtc_ppm = ppm;
    meter.run_for_us(kDay_s * rigs::kSecond_us);
    ASSERT_GE(meter.rtc_upcalls.size(), 95u);
    for (const std::int64_t ticks : meter.rtc_upcalls) {
      EXPECT_EQ(ticks % (kPeriod_s * METER_RTC_HZ), 0) << ppm;
    }
  }
}

TEST(Captures, ADayHas96RowsOfRisingRegisters) {
  MeterFixture meter(kWinter);
  meter.consume({240.0, 10.0, 20.0, 50.0}, kDay_s);
  const std::vector<StoredRow> rows = meter.rows(LogId::load);
  ASSERT_EQ(rows.size(), 96u);
  for (std::size_t k = 0; k < rows.size(); ++k) {
    EXPECT_EQ(rows[k].head.utc_s, kWinter + static_cast<std::int64_t>(k + 1) * kPeriod_s);
    EXPECT_EQ(rows[k].head.deviation_min, -60);
    EXPECT_EQ(rows[k].head.status, 0);
    // 2400 W cos 20 deg for k + 1 quarters of an hour.
    EXPECT_EQ(rows[k].values[0], static_cast<std::uint32_t>(563.8155 * static_cast<double>(k + 1)));
    EXPECT_EQ(rows[k].values[1], 0u);
  }
}

TEST(Captures, ClosingStandsAtLocalMidnight) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 3 * kDay_s);
  EXPECT_THAT(stamps(meter.rows(LogId::closing)),
              ElementsAre(kWinter + 23 * kHour_s, kWinter + 47 * kHour_s, kWinter + 71 * kHour_s));
}

TEST(Captures, EveryPeriodOfTheDataSheet) {
  for (const std::uint32_t period_s : {300u, 600u, 900u, 1200u, 1800u, 3600u}) {
    meter_provision provision = rigs::make_provision();
    provision.capture_period_s = period_s;
    MeterFixture meter(kWinter, provision);
    meter.run_to(kWinter + kDay_s);
    EXPECT_EQ(meter.rows(LogId::load).size(), kDay_s / period_s);
  }
}

TEST(Captures, SixtyThreeDaysStayAndTheOldestGo) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 140 * kDay_s);
  const std::vector<StoredRow> rows = meter.rows(LogId::load);
  ASSERT_EQ(rows.size(), 63u * 96u);
  EXPECT_EQ(rows.back().head.utc_s, kWinter + 140 * kDay_s);
  EXPECT_EQ(rows.front().head.utc_s, kWinter + 77 * kDay_s + kPeriod_s);
  EXPECT_GE(meter.rows(LogId::closing).size(), 110u);
}

// ---- Jumps of the clock ----

TEST(ClockJump, InsideAnIntervalMarksItsRow) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 100);
  meter.set_clock(kWinter + 137);
  meter.run_to(kWinter + 2 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(kClockAdjusted, 0));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 4, 5));
}

TEST(ClockJump, ForwardOverBoundariesGivesOneRowAtOnce) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + kPeriod_s + 10);
  meter.set_clock(kWinter + 5 * kPeriod_s + 20);
  EXPECT_EQ(meter.rows(LogId::load).size(), 2u);  // before any time has passed
  meter.run_to(kWinter + 6 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 5 * kPeriod_s, kWinter + 6 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(0, kClockAdjusted | kDataNotValid, 0));
}

TEST(ClockJump, ForwardOntoABoundaryCrossesIt) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 10);
  meter.set_clock(kWinter + kPeriod_s);
  meter.run_to(kWinter + 2 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s));
}

TEST(ClockJump, BackwardRepeatsStamps) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 2 * kPeriod_s + 30);
  meter.set_clock(kWinter + kPeriod_s - 5);
  meter.run_to(kWinter + 3 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s, kWinter + kPeriod_s,
                          kWinter + 2 * kPeriod_s, kWinter + 3 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(0, 0, kClockAdjusted, 0, 0));
}

TEST(ClockJump, OverMidnightMarksTheClosingToo) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 22 * kHour_s);
  meter.set_clock(kWinter + 23 * kHour_s + 60);
  meter.run_to(kWinter + 47 * kHour_s + 60);
  EXPECT_THAT(stamps(meter.rows(LogId::closing)),
              ElementsAre(kWinter + 23 * kHour_s, kWinter + 47 * kHour_s));
  EXPECT_THAT(statuses(meter.rows(LogId::closing)), ElementsAre(kClockAdjusted | kDataNotValid, 0));
  meter.set_clock(kWinter + 46 * kHour_s);
  meter.run_to(kWinter + 48 * kHour_s);
  EXPECT_THAT(stamps(meter.rows(LogId::closing)),
              ElementsAre(kWinter + 23 * kHour_s, kWinter + 47 * kHour_s, kWinter + 47 * kHour_s));
}

TEST(ClockJump, AMillionSecondsEitherWayKeepsTheLogReadable) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + kDay_s);
  meter.set_clock(kWinter + 1'000'000);
  meter.run_for_us(kDay_s * rigs::kSecond_us);
  meter.set_clock(kWinter + 1'000);
  meter.run_for_us(kDay_s * rigs::kSecond_us);
  EXPECT_EQ(meter.rows(LogId::load).size(), 96u + 1 + 96 + 96);
}

// A disturbed RTC: nobody set it, so no row says so.
TEST(ClockFault, ForwardOverABoundaryGivesARowOfDoubtfulLengthAtOnce) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 400);
  meter.clock_from_outside(kWinter + kPeriod_s + 123);
  meter.run_to(kWinter + 2 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(kDataNotValid, 0));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2));
}

TEST(ClockFault, BackwardIsNoticedWithTheNextFrameAndRepeatsStamps) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 2 * kPeriod_s + 30);
  const std::uint8_t noise[] = {0x7E, 0x00};
  meter.firmware->on_uart(meter.instance(), METER_UART_RS485, noise, sizeof noise);
  meter.clock_from_outside(kWinter + kPeriod_s - 100);
  meter.run_for_us(60 * rigs::kSecond_us);
  meter.firmware->on_uart(meter.instance(), METER_UART_RS485, noise, sizeof noise);
  meter.run_to(kWinter + 3 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s, kWinter + kPeriod_s,
                          kWinter + 2 * kPeriod_s, kWinter + 3 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(0, 0, kDataNotValid, 0, 0));
}

TEST(ClockFault, BackwardOverMidnightMarksTheClosingToo) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 23 * kHour_s + 30);
  meter.clock_from_outside(kWinter + 23 * kHour_s - 100);
  meter.run_for_us(60 * rigs::kSecond_us);
  const std::uint8_t noise[] = {0x7E, 0x00};
  meter.firmware->on_uart(meter.instance(), METER_UART_RS485, noise, sizeof noise);
  meter.run_to(kWinter + 23 * kHour_s + 60);
  EXPECT_THAT(stamps(meter.rows(LogId::closing)),
              ElementsAre(kWinter + 23 * kHour_s, kWinter + 23 * kHour_s));
  EXPECT_THAT(statuses(meter.rows(LogId::closing)), ElementsAre(0, kDataNotValid));
}

// An interrupt has its latency: a millisecond is no jump.
TEST(ClockFault, AMillisecondLateIsPunctual) {
  for (const int ticks : {32, 33}) {
    MeterFixture meter(kWinter);
    meter.run_to(kWinter + kPeriod_s - 1);
    meter.rtc_adjust((kWinter + kPeriod_s) * METER_RTC_HZ + ticks);
    meter.run_to(kWinter + kPeriod_s + 10);
    EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(ticks == 32 ? 0 : kDataNotValid));
  }
}

// ---- Daylight saving ----

TEST(DaylightSaving, AChangeThatTheClockJumpsOverIsNoEvent) {
  MeterFixture meter(utc_s(2026, 3, 28, 12));
  meter.run_to(utc_s(2026, 3, 28, 12) + 100);
  meter.set_clock(utc_s(2026, 3, 29, 12) + 5);
  meter.run_to(utc_s(2026, 3, 29, 13));
  EXPECT_EQ(meter.rows(LogId::load).back().head.deviation_min, -120);
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 4, 5));
}

TEST(DaylightSaving, SpringDayHas92RowsInLocalTime) {
  const std::int64_t midnight = utc_s(2026, 3, 28, 23);  // 29 March 00:00 CET
  MeterFixture meter(midnight);
  meter.run_to(midnight + 23 * kHour_s);
  const std::vector<StoredRow> rows = meter.rows(LogId::load);
  ASSERT_EQ(rows.size(), 92u);
  for (const StoredRow& row : rows) {
    const bool summer = row.head.utc_s >= utc_s(2026, 3, 29, 1);
    EXPECT_EQ(row.head.deviation_min, summer ? -120 : -60);
    EXPECT_EQ(row.head.status, summer ? kDaylightSaving : 0);
  }
  EXPECT_THAT(stamps(meter.rows(LogId::closing)), ElementsAre(midnight + 23 * kHour_s));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 3));
}

TEST(DaylightSaving, AutumnDayHas100RowsAndNoneIsTwice) {
  const std::int64_t midnight = utc_s(2026, 10, 24, 22);  // 25 October 00:00 CEST
  MeterFixture meter(midnight);
  meter.run_to(midnight + 25 * kHour_s);
  const std::vector<StoredRow> rows = meter.rows(LogId::load);
  ASSERT_EQ(rows.size(), 100u);
  for (const StoredRow& row : rows) {
    const bool summer = row.head.utc_s < utc_s(2026, 10, 25, 1);
    EXPECT_EQ(row.head.deviation_min, summer ? -120 : -60);
  }
  EXPECT_THAT(stamps(meter.rows(LogId::closing)), ElementsAre(midnight + 25 * kHour_s));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 3));
}

TEST(DaylightSaving, ChangesAreTheLastSundaysAtOneUtc) {
  using protocol::eu_change_utc_s;
  EXPECT_EQ(eu_change_utc_s(2024, 3), utc_s(2024, 3, 31, 1));
  EXPECT_EQ(eu_change_utc_s(2025, 3), utc_s(2025, 3, 30, 1));
  EXPECT_EQ(eu_change_utc_s(2026, 3), utc_s(2026, 3, 29, 1));
  EXPECT_EQ(eu_change_utc_s(2027, 10), utc_s(2027, 10, 31, 1));
  EXPECT_EQ(eu_change_utc_s(2032, 10), utc_s(2032, 10, 31, 1));
  EXPECT_EQ(eu_change_utc_s(1998, 3), utc_s(1998, 3, 29, 1));
}

// Each zone of the union and some that meet the change at midnight: midnights found forward and
// backward agree, and none is further away than 25 hours.
TEST(DaylightSaving, MidnightsAreConsistentInEveryZone) {
  for (std::int16_t zone_min = -720; zone_min <= 720; zone_min += 30) {
    meter::fw::TimeZone zone;
    zone.set(zone_min, true);
    std::int64_t at = utc_s(2026, 1, 1);
    for (std::int64_t midnight = zone.next_midnight(at); at < utc_s(2027, 1, 1);
         midnight = zone.next_midnight(at)) {
      ASSERT_GT(midnight, at);
      ASSERT_LE(midnight - at, 25 * kHour_s) << zone_min;
      ASSERT_EQ(zone.last_midnight(midnight), midnight) << zone_min;
      ASSERT_LT(zone.last_midnight(midnight - 1), midnight) << zone_min;
      at = midnight;
    }
  }
}

// ---- Power ----

TEST(PowerDown, LeavesNoRowForBoundariesItSleptThrough) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + kPeriod_s + 100);
  meter.power_off(true);
  meter.run_to(kWinter + 4 * kPeriod_s + 100);
  meter.power_on(METER_BOOT_POWER);
  meter.run_to(kWinter + 6 * kPeriod_s);
  EXPECT_THAT(stamps(meter.rows(LogId::load)),
              ElementsAre(kWinter + kPeriod_s, kWinter + 5 * kPeriod_s, kWinter + 6 * kPeriod_s));
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(0, kPowerDown, 0));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 1, 2));
  const std::vector<StoredRow> events = meter.rows(LogId::standard_events);
  EXPECT_EQ(events[1].head.utc_s, kWinter + kPeriod_s + 100);
  EXPECT_EQ(events[2].head.utc_s, kWinter + 4 * kPeriod_s + 100);
}

TEST(PowerDown, InsideAnIntervalKeepsEarlierMarks) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 100);
  meter.set_clock(kWinter + 160);
  meter.power_off(false);
  meter.run_for_us(10 * rigs::kSecond_us);
  meter.power_on(METER_BOOT_POWER);
  meter.run_to(kWinter + kPeriod_s);
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(kClockAdjusted | kPowerDown));
}

TEST(PowerDown, ASagThatIsRiddenThroughLeavesNoTrace) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 100);
  meter.firmware->on_power(meter.instance(), METER_POWER_FAILING);
  meter.firmware->on_power(meter.instance(), METER_POWER_GOOD);
  meter.run_to(kWinter + kPeriod_s);
  EXPECT_THAT(statuses(meter.rows(LogId::load)), ElementsAre(0));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2));
}

TEST(PowerDown, AClockThatLostCountIsMarkedUntilItIsSet) {
  MeterFixture meter(kWinter);
  meter.run_to(kWinter + 2 * kPeriod_s);
  meter.power_off(true);
  meter.rtc_lose();
  meter.power_on(METER_BOOT_POWER);
  meter.run_for_us(2 * kPeriod_s * rigs::kSecond_us);
  meter.set_clock(kWinter + kDay_s + 5);
  meter.run_to(kWinter + kDay_s + kPeriod_s);
  const std::vector<StoredRow> rows = meter.rows(LogId::load);
  EXPECT_THAT(stamps(rows),
              ElementsAre(kWinter + kPeriod_s, kWinter + 2 * kPeriod_s, kPeriod_s, 2 * kPeriod_s,
                          kWinter + kDay_s, kWinter + kDay_s + kPeriod_s));
  EXPECT_THAT(statuses(rows), ElementsAre(0, 0, kClockInvalid | kPowerDown, kClockInvalid,
                                          kClockAdjusted | kDataNotValid, 0));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 1, 2, 6, 4, 5));
}

}  // namespace
