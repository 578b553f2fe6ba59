// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/civil_time.hpp"

#include <gtest/gtest.h>

namespace {

using namespace sim::run;

TEST(CivilTime, Rfc3339) {
  EXPECT_EQ(parse_rfc3339("1970-01-02T00:00:01Z"), 86'401);
  EXPECT_EQ(parse_rfc3339("2024-01-15T00:00:00Z"), 1'705'276'800);
  EXPECT_EQ(parse_rfc3339("2024-01-15T01:30:00+01:30"), 1'705'276'800);
  EXPECT_EQ(format_utc(1'705'276'800), "2024-01-15T00:00:00Z");
  EXPECT_EQ(format_utc(-1), "1969-12-31T23:59:59Z");
  for (const char* const wrong :
       {"", "2024-01-15", "2024-02-30T00:00:00Z", "2024-01-15T24:00:00Z", "2024-01-15T00:00:00",
        "2024-01-15T00:00:00Zx", "2024-01-15T00:00:00+1:00", "24-01-15T00:00:00Z"}) {
    EXPECT_FALSE(parse_rfc3339(wrong)) << wrong;
  }
}

TEST(CivilTime, ClockTimesMayExceedADay) {
  EXPECT_EQ(parse_clock("26:00:30"), 93'630);
  EXPECT_EQ(parse_clock("00:05"), 300);
  for (const char* const wrong : {"", "5", "-1:00:00", "1:60:00", "1:2:3", "1:00:00:00", "a:00"}) {
    EXPECT_FALSE(parse_clock(wrong)) << wrong;
  }
}

TEST(CivilTime, TheEuRuleChangesAtOneUtcOnTheLastSundays) {
  const ZoneRule london = parse_zone("Europe/London").value();
  const ZoneRule berlin = parse_zone("Europe/Berlin").value();
  const std::int64_t spring = parse_rfc3339("2024-03-31T01:00:00Z").value();
  const std::int64_t autumn = parse_rfc3339("2024-10-27T01:00:00Z").value();
  EXPECT_EQ(london.offset_at_min(spring - 1), 0);
  EXPECT_EQ(london.offset_at_min(spring), 60);
  EXPECT_EQ(berlin.offset_at_min(autumn - 1), 120);
  EXPECT_EQ(berlin.offset_at_min(autumn), 60);
  EXPECT_EQ(parse_zone("-03:30")->offset_at_min(spring), -210);
  EXPECT_FALSE(parse_zone("Mars/Olympus"));
}

TEST(CivilTime, LocalTimesOfBothChangeDays) {
  const ZoneRule london = parse_zone("Europe/London").value();
  const auto local = [](const char* text) { return parse_civil(text)->local_s; };
  const auto utc = [](const char* text) { return parse_rfc3339(text).value(); };
  EXPECT_FALSE(london.to_utc(local("2024-03-31 01:30"), 0)) << "this hour is skipped";
  EXPECT_EQ(london.to_utc(local("2024-03-31 02:00"), 0), utc("2024-03-31T01:00:00Z"));
  const std::int64_t first = utc("2024-10-27T00:30:00Z");
  EXPECT_EQ(london.to_utc(local("2024-10-27 01:30"), first - 1800), first);
  EXPECT_EQ(london.to_utc(local("2024-10-27 01:30"), first + 1800), first + 3600)
      << "the second pass through the hour";
}

}  // namespace
