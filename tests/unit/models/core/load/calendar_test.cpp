// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/load/calendar.hpp"

#include <gtest/gtest.h>

namespace {

using models::DayType;
using models::local_time;
using models::LocalTime;
using models::Place;

Place at_utc(std::int64_t start_utc_s) {
  Place place;
  place.start_utc_s = start_utc_s;
  return place;
}

TEST(Calendar, KnownDays) {
  // 2024-02-29 12:00 UTC, a Thursday, day 60 of the year.
  const LocalTime leap = local_time(at_utc(1709208000), 0);
  EXPECT_EQ(leap.day_of_year, 59);
  EXPECT_EQ(leap.minute, 13 * 60);
  EXPECT_EQ(leap.type, DayType::work);
  EXPECT_FALSE(leap.summer_time);
  // 2024-06-01 23:30 UTC is already Sunday the 2nd in CEST.
  const LocalTime summer = local_time(at_utc(1717284600), 0);
  EXPECT_EQ(summer.type, DayType::sunday);
  EXPECT_EQ(summer.minute, 90);
  EXPECT_EQ(summer.day_of_year, 153);
  EXPECT_EQ(local_time(at_utc(1717200000), 0).type, DayType::saturday);  // 2024-06-01 00:00
  // 2023-12-31 23:00 UTC: New Year in CET.
  EXPECT_EQ(local_time(at_utc(1704063600), 0).day_of_year, 0);
  EXPECT_EQ(local_time(at_utc(1704063600), -1).day_of_year, 364);
}

// 2024: 31 March and 27 October, 01:00 UTC.
TEST(Calendar, SummerTimeStartsAndEndsOnTheLastSundays) {
  const Place march = at_utc(1711846800 - 600);  // ten minutes before
  EXPECT_EQ(local_time(march, 9).minute, 119);
  EXPECT_EQ(local_time(march, 10).minute, 180);
  const Place october = at_utc(1729990800 - 600);
  EXPECT_EQ(local_time(october, 9).minute, 179);
  EXPECT_EQ(local_time(october, 10).minute, 120);
  EXPECT_FALSE(local_time(at_utc(1711200000), 0).summer_time);  // a week before
  Place without = march;
  without.daylight_saving = false;
  EXPECT_EQ(local_time(without, 10).minute, 120);
}

}  // namespace
