// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/local_zone.hpp"

#include <gtest/gtest.h>

#include "protocol/calendar.hpp"

namespace hes {
namespace {

using protocol::LocalZone;

constexpr std::int64_t kMarch31 = 1'711'843'200;    // 2024-03-31T00:00:00Z, last Sunday
constexpr std::int64_t kOctober27 = 1'729'987'200;  // 2024-10-27T00:00:00Z, last Sunday

TEST(LocalZone, DaylightSavingChangesAtOneUtcOnTheLastSundays) {
  const LocalZone zone;
  EXPECT_FALSE(zone.daylight_saving(kMarch31 + 3599));
  EXPECT_TRUE(zone.daylight_saving(kMarch31 + 3600));
  EXPECT_TRUE(zone.daylight_saving(kOctober27 + 3599));
  EXPECT_FALSE(zone.daylight_saving(kOctober27 + 3600));
}

TEST(LocalZone, TheDaysOfTheChangeHave23And25Hours) {
  const LocalZone zone;
  const std::int64_t spring = zone.next_midnight(kMarch31 - 7200);
  EXPECT_EQ(spring, kMarch31 - 3600);  // local midnight is 23:00 UTC in winter
  EXPECT_EQ(zone.next_midnight(spring) - spring, 23 * 3600);
  const std::int64_t autumn = zone.next_midnight(kOctober27 - 7201);
  EXPECT_EQ(autumn, kOctober27 - 7200);
  EXPECT_EQ(zone.next_midnight(autumn) - autumn, 25 * 3600);
}

TEST(LocalZone, NextMidnightIsAlwaysLaterAndAlwaysMidnight) {
  for (const int offset_min : {-300, 0, 60, 120, 330}) {
    const LocalZone zone{static_cast<std::int16_t>(offset_min), true};
    for (std::int64_t t = kMarch31 - 3 * 86'400; t < kMarch31 + 3 * 86'400; t += 617) {
      const std::int64_t midnight = zone.next_midnight(t);
      EXPECT_GT(midnight, t);
      EXPECT_LE(midnight - t, 25 * 3600);
      EXPECT_EQ((midnight + zone.offset_min(midnight) * 60) % 86'400, 0) << offset_min << ' ' << t;
    }
  }
}

// Held against the days themselves, quarter by quarter around both changes, wherever the change at
// 01:00 UTC falls at, before or behind midnight.
TEST(LocalZone, NextMidnightIsWhereTheDayGoesUpInEveryZone) {
  for (const int offset_min : {-180, -120, -105, -90, -60, -30, 0, 30, 60, 330}) {
    const LocalZone zone{static_cast<std::int16_t>(offset_min), true};
    const auto day = [&](std::int64_t t) {
      return protocol::floor_div(t + zone.offset_min(t) * 60, std::int64_t{86'400});
    };
    for (const std::int64_t around : {kMarch31, kOctober27}) {
      for (std::int64_t t = around - 7200; t < around + 5 * 3600; t += 299) {
        std::int64_t goes_up = (protocol::floor_div(t, std::int64_t{900}) + 1) * 900;
        while (day(goes_up) <= day(t)) goes_up += 900;
        EXPECT_EQ(zone.next_midnight(t), goes_up) << offset_min << ' ' << t;
      }
    }
  }
}

// 23:00 of the 30th is followed by 01:00 of the 31st, which closes the 30th, in the meter as here.
TEST(LocalZone, WhereTheChangeLeavesMidnightOutItBeginsTheDay) {
  const LocalZone azores{-60, true};
  EXPECT_EQ(azores.next_midnight(kMarch31 - 43'200), kMarch31 + 3600);
  EXPECT_EQ(azores.next_midnight(kMarch31 + 1800), kMarch31 + 3600);
}

TEST(LocalZone, ALocalTimeIsSummerTimeOnlyInSummer) {
  const LocalZone zone;
  constexpr std::int64_t kJanuary = 1'704'067'200 + 43'200;  // noon, and said to be in summer
  EXPECT_EQ(zone.utc_of(kJanuary, true), kJanuary - 3600);
  for (const bool summer : {false, true}) {  // 02:30 is left out
    EXPECT_EQ(zone.utc_of(kMarch31 + 9000, summer), kMarch31 + 5400);
    EXPECT_EQ(zone.utc_of(kMarch31 + 10'800, summer), kMarch31 + 3600);
  }
}

}  // namespace
}  // namespace hes
