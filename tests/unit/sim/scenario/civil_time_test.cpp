// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/civil_time.hpp"

#include <gtest/gtest.h>

#include "sim/scenario/zone_table.hpp"

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

const std::int64_t kYear2024 = parse_rfc3339("2024-01-15T00:00:00Z").value();

ZoneRule rule_of(const char* zone) {
  const MeterZone found = meter_zone(zone, kYear2024, kYear2024 + 86'400);
  EXPECT_EQ(found.why, "") << zone;
  return found.rule;
}

TEST(Zones, AMetersClockKeepsFixedOffsetsAndTheEuropeanSummerTime) {
  const std::int64_t spring = parse_rfc3339("2024-03-31T01:00:00Z").value();
  const std::int64_t autumn = parse_rfc3339("2024-10-27T01:00:00Z").value();
  EXPECT_EQ(rule_of("Europe/London").offset_at_min(spring - 1), 0);
  EXPECT_EQ(rule_of("Europe/London").offset_at_min(spring), 60);
  EXPECT_EQ(rule_of("Europe/Dublin").offset_at_min(spring), 60) << "the law calls winter the odd";
  EXPECT_EQ(rule_of("Europe/Berlin").offset_at_min(autumn - 1), 120);
  EXPECT_EQ(rule_of("Europe/Paris").offset_at_min(autumn), 60);
  EXPECT_EQ(rule_of("Europe/Athens").offset_at_min(spring), 180);
  EXPECT_EQ(rule_of("Asia/Kolkata").offset_at_min(spring), 330);
  EXPECT_EQ(rule_of("-03:30").offset_at_min(spring), -210);
  EXPECT_EQ(rule_of("UTC").offset_at_min(spring), 0);
  EXPECT_FALSE(rule_of("Europe/Istanbul").daylight_saving);
  EXPECT_TRUE(rule_of("Europe/Lisbon").daylight_saving);
}

TEST(Zones, WhatAMetersClockCannotKeepIsSaid) {
  EXPECT_EQ(meter_zone("Australia/Sydney", kYear2024, kYear2024).why,
            "its clocks change at 2024-04-06T16:00:00Z, those of a meter at the dates of the "
            "European Union or never");
  EXPECT_NE(meter_zone("America/New_York", kYear2024, kYear2024).why, "");
  const std::int64_t in_1993 = parse_rfc3339("1993-05-01T00:00:00Z").value();
  EXPECT_NE(meter_zone("Europe/London", in_1993, in_1993).why, "") << "not yet the common dates";
  EXPECT_EQ(meter_zone("Mars/Olympus", kYear2024, kYear2024).why, "unknown time zone");
}

TEST(Zones, LocalTimesOfBothChangeDays) {
  const ZoneTable london = find_zone("Europe/London").value();
  const auto local = [](const char* text) { return parse_civil(text)->local_s; };
  const auto utc = [](const char* text) { return parse_rfc3339(text).value(); };
  EXPECT_FALSE(london.to_utc(local("2024-03-31 01:30"), 0)) << "this hour is skipped";
  EXPECT_EQ(london.to_utc(local("2024-03-31 02:00"), 0), utc("2024-03-31T01:00:00Z"));
  const std::int64_t first = utc("2024-10-27T00:30:00Z");
  EXPECT_EQ(london.to_utc(local("2024-10-27 01:30"), first - 1800), first);
  EXPECT_EQ(london.to_utc(local("2024-10-27 01:30"), first + 1800), first + 3600)
      << "the second pass through the hour";
  const ZoneTable sydney = find_zone("Australia/Sydney").value();
  EXPECT_EQ(sydney.to_utc(local("2024-01-15 12:00"), 0), utc("2024-01-15T01:00:00Z"));
  EXPECT_FALSE(sydney.to_utc(local("2024-10-06 02:30"), 0));
  const ZoneTable howe = find_zone("Australia/Lord_Howe").value();
  EXPECT_FALSE(howe.to_utc(local("2024-10-06 02:15"), 0)) << "half an hour is skipped there";
  EXPECT_EQ(howe.to_utc(local("2024-10-06 02:30"), 0), utc("2024-10-05T15:30:00Z"));
}

TEST(Zones, UnknownNamesFindTheirNeighbour) {
  EXPECT_FALSE(find_zone("Europe/Berln"));
  EXPECT_EQ(nearest_zone("Europe/Berln"), "Europe/Berlin");
  EXPECT_FALSE(find_zone("localtime")) << "another zone on every machine";
  EXPECT_FALSE(find_zone("../../etc/passwd"));
  EXPECT_FALSE(find_zone("+1:00"));
  EXPECT_NE(zone_data_version(), "none");
}

}  // namespace
