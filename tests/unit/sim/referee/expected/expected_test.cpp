// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/expected/expected.hpp"

#include <gtest/gtest.h>

namespace {

using namespace sim::run;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerSecond;

constexpr std::int64_t kStart = 1'705'276'800;  // midnight UTC
constexpr std::int64_t kPeriod = 900;
constexpr PoweredSpan kAlways[] = {{0, kernel::kNever}};

models::Rtc clock_at_start(std::int32_t offset_ppb = 0) {
  return {{.offset_ppb = offset_ppb}, kStart * models::Rtc::kRateHz};
}
void shift(models::Rtc& rtc, kernel::TimeNs t, std::int64_t seconds) {
  rtc.set(t, rtc.ticks_at(t) + seconds * models::Rtc::kRateHz);
}
std::vector<std::int64_t> minutes(const std::vector<ExpectedRow>& rows) {
  std::vector<std::int64_t> stamps;
  for (const ExpectedRow& row : rows) stamps.push_back((row.stamp_utc_s - kStart) / 60);
  return stamps;
}

TEST(ExpectedRows, ADayHasNinetySixStampedAtIntervalEnd) {
  const auto rows =
      expected_rows(clock_at_start(), kAlways, multiples_of(kPeriod), kernel::kNsPerDay);
  ASSERT_EQ(rows.size(), 96u);
  EXPECT_EQ(rows.front().stamp_utc_s, kStart + 900);
  EXPECT_EQ(rows.front().captured_at, 15 * kNsPerMinute);
  EXPECT_EQ(rows.back().stamp_utc_s, kStart + 86'400);
  EXPECT_EQ(rows.back().captured_at, kernel::kNsPerDay);
}

TEST(ExpectedRows, AFastClockCapturesEarly) {
  const auto rows =
      expected_rows(clock_at_start(5'000), kAlways, multiples_of(kPeriod), kNsPerHour);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_LT(rows[3].captured_at, kNsPerHour);
  EXPECT_NEAR(static_cast<double>(rows[3].captured_at), 3600e9 * (1 - 5e-6), 40'000);
}

// The meter trims its clock with a capture; a board warms at any time.
TEST(ExpectedRows, ARateThatChangesAtABoundaryTakesNoRowAndGivesNone) {
  models::Rtc rtc = clock_at_start();
  rtc.trim(15 * kNsPerMinute, 3'000);
  rtc.trim(20 * kNsPerMinute, -40'000);
  rtc.trim(rtc.time_of((kStart + 1800) * models::Rtc::kRateHz), 0);
  const auto rows = expected_rows(rtc, kAlways, multiples_of(kPeriod), 46 * kNsPerMinute);
  EXPECT_EQ(minutes(rows), (std::vector<std::int64_t>{15, 30, 45}));
  for (const ExpectedRow& row : rows) EXPECT_EQ(row.status, 0);
}

// Battery and mains gone: it counts from 1970 on, and its rows say so until somebody sets it.
TEST(ExpectedRows, ALostClockIsInvalidUntilItIsSet) {
  const PoweredSpan powered[] = {{0, 20 * kNsPerMinute}, {25 * kNsPerMinute, kernel::kNever}};
  models::Rtc rtc = clock_at_start();
  rtc.lose(20 * kNsPerMinute);
  rtc.set(36 * kNsPerMinute, (kStart + 36 * 60) * models::Rtc::kRateHz);
  const auto rows = expected_rows(rtc, powered, multiples_of(kPeriod), 45 * kNsPerMinute);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[1].stamp_utc_s, 900);
  EXPECT_EQ(rows[1].status, kRowStatusClockInvalid | kRowStatusPowerDown);
  EXPECT_EQ(rows[2].stamp_utc_s, kStart + 1800);
  EXPECT_EQ(rows[2].status, kRowStatusClockAdjusted | kRowStatusDataNotValid);
  EXPECT_EQ(rows[3].status, 0);
}

TEST(ExpectedRows, AJumpInsideAnIntervalOnlyMarksItsRow) {
  models::Rtc rtc = clock_at_start();
  shift(rtc, 20 * kNsPerMinute, 37);
  const auto rows = expected_rows(rtc, kAlways, multiples_of(kPeriod), 45 * kNsPerMinute);
  EXPECT_EQ(minutes(rows), (std::vector<std::int64_t>{15, 30, 45}));
  EXPECT_EQ(rows[0].status, 0);
  EXPECT_EQ(rows[1].status, kRowStatusClockAdjusted);
  EXPECT_EQ(rows[1].captured_at, 30 * kNsPerMinute - 37 * kNsPerSecond);
  EXPECT_EQ(rows[2].status, 0);
}

TEST(ExpectedRows, AForwardJumpOverStampsGivesOneRowAtOnce) {
  models::Rtc rtc = clock_at_start();
  shift(rtc, 10 * kNsPerMinute, 25 * 60);  // 00:10 -> 00:35
  const auto rows = expected_rows(rtc, kAlways, multiples_of(kPeriod), 30 * kNsPerMinute);
  EXPECT_EQ(minutes(rows), (std::vector<std::int64_t>{30, 45}));
  EXPECT_EQ(rows[0].captured_at, 10 * kNsPerMinute);
  EXPECT_EQ(rows[0].status, kRowStatusClockAdjusted | kRowStatusDataNotValid);
}

TEST(ExpectedRows, ABackwardJumpRepeatsStamps) {
  models::Rtc rtc = clock_at_start();
  shift(rtc, 32 * kNsPerMinute, -20 * 60);  // 00:32 -> 00:12
  const auto rows = expected_rows(rtc, kAlways, multiples_of(kPeriod), 60 * kNsPerMinute);
  EXPECT_EQ(minutes(rows), (std::vector<std::int64_t>{15, 30, 15, 30}));
  EXPECT_EQ(rows[2].ordinal, 1);
  EXPECT_EQ(rows[2].status, kRowStatusClockAdjusted);
  EXPECT_EQ(rows[3].status, 0);
}

TEST(ExpectedRows, NoSupplyNoRow) {
  const PoweredSpan powered[] = {{0, 20 * kNsPerMinute}, {50 * kNsPerMinute, kernel::kNever}};
  const auto rows =
      expected_rows(clock_at_start(), powered, multiples_of(kPeriod), 75 * kNsPerMinute);
  EXPECT_EQ(minutes(rows), (std::vector<std::int64_t>{15, 60, 75}));
  EXPECT_EQ(rows[1].status, kRowStatusPowerDown);
  EXPECT_EQ(rows[2].status, 0);
}

}  // namespace
