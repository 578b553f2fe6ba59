// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_csv.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/sim/scenario/problem_lines.hpp"

namespace {

using namespace sim::run;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

constexpr std::int64_t kStart = 1'705'276'800;  // 2024-01-15T00:00:00Z

LoadCsvRequest request(std::uint32_t meters = 2, double hours = 2) {
  LoadCsvRequest request;
  request.file = "h.csv";
  request.n_meters = meters;
  request.from_utc_s = kStart;
  request.to_utc_s = kStart + static_cast<std::int64_t>(hours * 3600);
  request.keep_to_utc_s = request.to_utc_s;
  return request;
}

const std::string kGood =
    "timestamp,A,B,C\n"
    "2024-01-15 00:00,100,200,300\n"
    "2024-01-15 00:30,101,201,301\n"
    "2024-01-15 01:00,102,202,302\n"
    "2024-01-15 01:30,103,203,303\n";

std::string with(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(LoadCsv, ColumnsGoToMetersInOrder) {
  const LoadCsvResult result = read_load_csv(request(), kGood);
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_EQ(result.table.first_utc_s, kStart);
  EXPECT_EQ(result.table.interval_s, 1800);
  EXPECT_EQ(result.table.n_intervals, 4u);
  ASSERT_EQ(result.table.homes.size(), 2u);
  EXPECT_EQ(result.table.homes[1].column, "B");
  EXPECT_THAT(result.table.homes[1].energy_wh, ElementsAre(200, 201, 202, 203));
}

TEST(LoadCsv, ColumnsGoToMetersByMap) {
  LoadCsvRequest by_map = request(3);
  by_map.map = {{"C", 1}, {"A", 2}};
  const LoadCsvResult result = read_load_csv(by_map, kGood);
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(300, 301, 302, 303));
  EXPECT_EQ(result.table.homes[1].column, "A");
  EXPECT_EQ(result.table.homes[2].column, "B") << "who is not named goes to who is left";
}

TEST(LoadCsv, WindowsLineEndsQuotesZonesAndByteOrderMark) {
  const LoadCsvResult result = read_load_csv(request(1, 1),
                                             "\xEF\xBB\xBF\"timestamp\",\"A\"\r\n"
                                             "2024-01-15T01:00:00+01:00,1.5\r\n"
                                             "2024-01-15T01:30:00+01:00, 2\r\n\r\n");
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(1.5, 2));
}

TEST(LoadCsv, TimestampsMayNameTheEndOfTheInterval) {
  LoadCsvRequest at_end = request(1, 1.5);
  at_end.stamp = StampAt::end;
  const LoadCsvResult result = read_load_csv(at_end, kGood);
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(101, 102, 103));
  at_end.to_utc_s += 1800;
  EXPECT_THAT(lines(read_load_csv(at_end, kGood).errors), ElementsAre(HasSubstr("too few rows")))
      << "the last row ends where it is stamped";
}

TEST(LoadCsv, AnEmptyCellIsAWarningAndUnknown) {
  const LoadCsvResult result = read_load_csv(request(), with(kGood, ",201", ","));
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(
      lines(result.warnings),
      ElementsAre("h.csv:3:3: row 3, column 3 (B) = \"\": the first gap of 1 cell without a value; "
                  "the homes draw nothing there and their truth is unknown"));
  EXPECT_TRUE(std::isnan(result.table.homes[1].energy_wh[1]));
  EXPECT_EQ(result.table.gaps, 1u);
}

TEST(LoadCsv, OnlyWhatTheRunNeedsIsKeptAndCounted) {
  LoadCsvRequest second_hour = request(2, 1);
  second_hour.from_utc_s = kStart + 3600;
  second_hour.to_utc_s = second_hour.keep_to_utc_s = kStart + 7200;
  const LoadCsvResult result = read_load_csv(second_hour, with(kGood, ",200", ","));
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(lines(result.warnings), IsEmpty());
  EXPECT_EQ(result.table.first_utc_s, kStart + 3600);
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(102, 103));
}

TEST(LoadCsv, CellsThatAreNoEnergy) {
  std::string text = with(kGood, ",201", ",-4");
  text = with(text, ",102", ",abc");
  text = with(text, ",203", ",many");
  text = with(text, ",100", ",1e9");
  EXPECT_THAT(
      lines(read_load_csv(request(), text).errors),
      ElementsAre("h.csv:2:2: row 2, column 2 (A) = \"1e9\": more than a 100 A meter "
                  "carries, allowed: Wh from 0 to 14400",
                  "h.csv:3:3: row 3, column 3 (B) = \"-4\": negative, allowed: Wh from 0 to "
                  "14400",
                  "h.csv:4:2: row 4, column 2 (A) = \"abc\": not a number, allowed: Wh from 0 "
                  "to 14400",
                  "h.csv:5:3: row 5, column 3 (B) = \"many\": not a number, allowed: Wh from 0 "
                  "to 14400"));
}

TEST(LoadCsv, Columns) {
  LoadCsvRequest map = request();
  map.map = {{"Bb", 1}};
  EXPECT_THAT(lines(read_load_csv(map, kGood).errors),
              testing::Contains(AllOf(StartsWith("h.csv:1:1:"), HasSubstr("missing column"))));
  EXPECT_THAT(lines(read_load_csv(request(4), kGood).errors),
              ElementsAre(AllOf(StartsWith("h.csv:1:4: row 1: too few columns, 3 homes for 4"))));
  EXPECT_THAT(
      lines(read_load_csv(request(), with(kGood, ",202,302", ",202")).errors),
      ElementsAre("h.csv:4:3: row 4: 3 cells, too few columns, allowed: 4 as in the header"));
  EXPECT_THAT(lines(read_load_csv(request(), with(kGood, ",302", ",302,9")).errors),
              ElementsAre(HasSubstr("row 4: 5 cells, too many columns")));
  EXPECT_THAT(lines(read_load_csv(request(), with(kGood, "A,B", "A,A")).errors),
              ElementsAre(HasSubstr("h.csv:1:3: row 1, column 3 (A) = \"A\": repeated column")));
}

TEST(LoadCsv, Timestamps) {
  const auto errors = [](const std::string& from, const std::string& to) {
    return lines(read_load_csv(request(), with(kGood, from, to)).errors);
  };
  EXPECT_THAT(
      errors("01:00,", "00:30,"),
      ElementsAre(HasSubstr("h.csv:4:1: row 4, column 1 (timestamp) = \"2024-01-15 00:30\": "
                            "repeated timestamp, allowed: 2024-01-15T01:00:00Z")))
      << "the row that was refused stands for the one that is missing";
  EXPECT_THAT(errors("01:00,", "01:07,"), ElementsAre(HasSubstr("h.csv:4:1: row 4, column 1")));
  EXPECT_THAT(
      errors("2024-01-15 01:00,102,202,302\n", ""),
      ElementsAre(HasSubstr("h.csv:4:1: row 4, column 1 (timestamp) = \"2024-01-15 01:30\": "
                            "irregular timestamp")));
  EXPECT_THAT(errors("2024-01-15 01:00,", "2024-01-15 25:00,"),
              testing::Contains(HasSubstr("h.csv:4:1: row 4, column 1 (timestamp) = \"2024-01-15 "
                                          "25:00\": not a timestamp")));
  const std::string twice = kGood.substr(0, kGood.find("2024-01-15 01:00")) +
                            "2024-01-15 00:30,1,2,3\n" +
                            kGood.substr(kGood.find("2024-01-15 01:00"));
  EXPECT_THAT(lines(read_load_csv(request(), twice).errors),
              ElementsAre(HasSubstr("h.csv:4:1: row 4, column 1")))
      << "a row too many is one mistake";
}

TEST(LoadCsv, TheScenarioMustBeCovered) {
  EXPECT_THAT(lines(read_load_csv(request(2, 3), kGood).errors),
              ElementsAre(HasSubstr("the file covers 2024-01-15T00:00:00Z to 2024-01-15T02:00:00Z, "
                                    "too few rows, allowed: all of")));
  LoadCsvRequest early = request();
  early.from_utc_s -= 1800;
  EXPECT_THAT(lines(read_load_csv(early, kGood).errors), ElementsAre(HasSubstr("too few rows")));
  EXPECT_THAT(lines(read_load_csv(request(), "").errors), ElementsAre(HasSubstr("empty file")));
  EXPECT_THAT(lines(read_load_csv(request(), "timestamp,A,B\n").errors),
              ElementsAre(HasSubstr("too few rows")));
  EXPECT_THAT(lines(read_load_csv(request(), "timestamp,A,B\n2024-01-15 00:00,1,2\n").errors),
              ElementsAre(HasSubstr("too few rows")));
}

TEST(LoadCsv, LocalTimesThroughTheRepeatedHour) {
  LoadCsvRequest october = request(1, 3);
  october.zone = find_zone("Europe/London").value();
  october.from_utc_s = parse_rfc3339("2024-10-26T23:00:00Z").value();
  october.to_utc_s = october.keep_to_utc_s = october.from_utc_s + 3 * 3600;
  const LoadCsvResult result = read_load_csv(october,
                                             "t,A\n2024-10-27 00:00,1\n2024-10-27 01:00,2\n"
                                             "2024-10-27 01:00,3\n2024-10-27 02:00,4\n");
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(1, 2, 3));
}

}  // namespace
