// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Load files that were refused wrongly, or taken for something else.
#include <zlib.h>

#include <cmath>

#include "sim/scenario/csv/cells.hpp"
#include "tests/faults/csv/load_file.hpp"

namespace {

using namespace csv_test;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// ---- 17: the first time stamp ----

TEST(LoadFile, fault_17_an_unreadable_first_stamp_is_named) {
  const auto result =
      read_load_csv(request("2024-03-30T00:00:00Z", 1, 2), text_of_file("fault_17_unreadable.csv"));
  EXPECT_THAT(lines(result.errors),
              ElementsAre(StartsWith("h.csv:2:1: row 2, column 1 (timestamp) = \"soon\": not a "
                                     "timestamp, allowed: YYYY-MM-DD HH:MM[:SS][zone], D-M-Y")));
}

TEST(LoadFile, fault_17_no_readable_stamp_at_all_is_named_in_row_2) {
  const auto result =
      read_load_csv(request("2024-03-30T00:00:00Z", 1, 2), "timestamp,A,B\nsoon,1,2\nlater,1,2\n");
  EXPECT_THAT(lines(result.errors),
              ElementsAre(StartsWith("h.csv:2:1: row 2, column 1 (timestamp) = \"soon\": not a "
                                     "timestamp, and no column has any, allowed: ")));
}

TEST(LoadFile, fault_17_fractions_of_zero_are_none) {
  const auto result =
      loaded("fault_17_low_carbon_london.csv", request("2024-03-30T00:00:00Z", 3, 2));
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(100, 101, 102, 103, 104, 105));
  std::string text = text_of_file("fault_17_low_carbon_london.csv");
  text.replace(text.find(".0000000"), 8, ".0000001");
  EXPECT_THAT(lines(read_load_csv(request("2024-03-30T00:00:00Z", 3, 2), text).errors),
              ElementsAre(HasSubstr("h.csv:2:1: ")));
}

TEST(LoadFile, fault_17_every_date_form_is_the_same_instant) {
  for (const char* const form :
       {"2024-03-30 %", "2024-03-30T%", "2024/3/30 %", "20240330 %", "30-03-2024 %", "30/03/2024 %",
        "30.3.2024 %", "30.03.24 %", "3/30/2024 %", "3/30/24 %", "30-Mar-2024 %",
        "\"30/03/2024\", %", " 2024-03-30  % ", "2024-03-30 %:00", "2024-03-30 %:00.000",
        "2024-03-30T%:00Z", "2024-03-30T%+00:00", "2024-03-30 % +0000", "2024-03-30 % UTC"}) {
    std::string text = "t,A\n";
    if (std::string(form).starts_with('"')) text = "d,t,A\n";
    int wh = 100;
    for (const char* const time : {"00:00", "00:30", "01:00", "01:30"}) {
      std::string row = form;
      row.replace(row.find('%'), 1, time);
      text += row + "," + std::to_string(wh++) + "\n";
    }
    const auto result = read_load_csv(request("2024-03-30T00:00:00Z", 2), text);
    EXPECT_THAT(lines(result.errors), IsEmpty()) << form;
    EXPECT_EQ(sum_wh(result), 406) << form;
  }
}

TEST(LoadFile, fault_17_twelve_hour_clocks_and_24_00) {
  const auto result = read_load_csv(request("2024-03-30T11:00:00Z", 2),
                                    "t,A\n2024-03-30 11:00 AM,1\n2024-03-30 12:00 PM,2\n"
                                    "2024-03-30 1:00 PM,3\n");
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(1, 2));
  LoadCsvRequest at_end = request("2024-03-30T22:30:00Z", 2);
  at_end.stamp = StampAt::end;
  const auto midnight = read_load_csv(at_end,
                                      "t,A\n2024-03-30 23:00,1\n2024-03-30 23:30,2\n"
                                      "2024-03-30 24:00,3\n2024-03-31 00:30,4\n");
  EXPECT_THAT(lines(midnight.errors), IsEmpty());
  EXPECT_THAT(midnight.table.homes[0].energy_wh, ElementsAre(1, 2, 3, 4));
}

TEST(LoadFile, fault_17_the_whole_file_tells_the_day_from_the_month) {
  const auto in_order = [](const char* first, const char* second) {
    return std::string("t,A\n") + first + " 23:00,1\n" + first + " 23:30,2\n" + second +
           " 00:00,3\n" + second + " 00:30,4\n";
  };
  const LoadCsvRequest april = request("2024-04-03T23:00:00Z", 2);
  EXPECT_EQ(sum_wh(read_load_csv(april, in_order("03/04/2024", "04/04/2024"))), 10)
      << "only day first are these rows half an hour apart";
  EXPECT_EQ(sum_wh(read_load_csv(april, in_order("04/03/2024", "04/04/2024"))), 10);
  LoadCsvRequest one_day = request("2024-03-04T23:00:00Z", 1);
  const std::string open = "t,A\n04/03/2024 23:00,1\n04/03/2024 23:30,2\n";
  EXPECT_THAT(lines(read_load_csv(one_day, open).errors),
              ElementsAre("h.csv:2:1: row 2, column 1 (t) = \"04/03/2024 23:00\": the file does "
                          "not tell the day from the month, allowed: csv.date = \"D-M-Y\" or "
                          "\"M-D-Y\""));
  one_day.dialect.date = CsvDate::dmy;
  EXPECT_EQ(sum_wh(read_load_csv(one_day, open)), 3);
  const std::string both = "t,A\n14/03/2024 23:00,1\n03/14/2024 23:30,2\n";
  EXPECT_THAT(lines(read_load_csv(one_day, both).errors), testing::SizeIs(1));
  one_day.dialect.date = CsvDate::automatic;
  EXPECT_THAT(lines(read_load_csv(one_day, both).errors),
              ElementsAre(HasSubstr("the file has days on either side of the month")));
}

// ---- 18: units, readings ----

TEST(LoadFile, fault_18_the_header_names_the_unit) {
  const auto result = loaded("fault_18_kwh.csv", request("2024-01-15T00:00:00Z", 48, 2));
  EXPECT_NEAR(sum_wh(result), 8433, 0.5);
  EXPECT_THAT(result.understood, HasSubstr("meter 1 is A (kWh) (kWh), meter 2 is B (kWh) (kWh)"));
  EXPECT_THAT(lines(result.warnings), IsEmpty());
  const auto watts = loaded("fault_18_watts.csv", request("2024-01-15T00:00:00Z", 48));
  EXPECT_NEAR(sum_wh(watts), 8408.5, 1e-6) << "the mean power of half an hour";
}

TEST(LoadFile, fault_18_a_street_that_draws_nothing_is_doubted) {
  LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 48, 2);
  const auto result = loaded("fault_18_kwh_unsaid.csv", wanted);
  EXPECT_THAT(lines(result.warnings),
              ElementsAre("h.csv:1:2: 2 homes draw next to nothing: A 4.22 Wh a day, B 4.08 Wh a "
                          "day; are the numbers kWh? csv.unit = \"kWh\""));
  wanted.dialect.unit = CsvUnit::kwh;
  const auto in_kwh = loaded("fault_18_kwh_unsaid.csv", wanted);
  EXPECT_NEAR(sum_wh(in_kwh), 8433, 0.5);
  EXPECT_THAT(lines(in_kwh.warnings), IsEmpty());
}

TEST(LoadFile, fault_18_5_kwh_a_year_are_doubted) {
  std::string text = "t,A\n";
  for (int i = 0; i < 48; ++i) {
    text += "2024-01-15 " + std::string(i < 20 ? "0" : "") + std::to_string(i / 2) +
            (i % 2 ? ":30," : ":00,") + (i % 2 ? "0.27\n" : "0.3\n");
  }
  EXPECT_THAT(lines(read_load_csv(request("2024-01-15T00:00:00Z", 24), text).warnings),
              ElementsAre(HasSubstr("A 5 kWh a year")));
}

TEST(LoadFile, fault_18_the_key_holds_against_the_header_and_says_so) {
  LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 48, 2);
  wanted.dialect.unit = CsvUnit::w;
  const auto result = loaded("fault_18_kwh.csv", wanted);
  EXPECT_THAT(lines(result.warnings),
              testing::Contains("h.csv:1:2: csv.unit = \"W\" holds, though column A (kWh) says "
                                "kWh, as 1 more do"));
}

TEST(LoadFile, fault_18_readings_are_told_by_their_shape) {
  const auto wanted = in_zone(request("2024-10-20T03:15:00Z", 24, 2), "Europe/Amsterdam");
  const auto result = loaded("fault_18_homewizard_readings.csv", wanted);
  EXPECT_THAT(result.understood, HasSubstr("stamped when read in Europe/Amsterdam"));
  EXPECT_THAT(result.understood, HasSubstr("meter 1 is Import kWh (kWh readings)"));
  ASSERT_EQ(result.table.homes[0].energy_wh.size(), 96u);
  EXPECT_NEAR(result.table.homes[0].energy_wh[1], 28, 1e-6) << "not 6 199 Wh";
  EXPECT_NEAR(sum_wh(result), 2048, 1e-3);
  EXPECT_EQ(sum_wh(result, 1), 0) << "a register that stands still is a register as well";
}

TEST(LoadFile, fault_18_readings_taken_as_intervals_are_doubted) {
  LoadCsvRequest wanted = in_zone(request("2024-10-20T03:15:00Z", 24), "Europe/Amsterdam");
  wanted.dialect.values = CsvValues::interval;
  wanted.dialect.unit = CsvUnit::wh;
  const auto result = loaded("fault_18_homewizard_readings.csv", wanted);
  EXPECT_THAT(lines(result.warnings),
              testing::Contains("h.csv:1:2: column Import kWh never falls: readings of a "
                                "register? csv.values = \"reading\""));
}

TEST(LoadFile, fault_18_a_reading_that_falls_is_a_fault_or_a_gap) {
  LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 24);
  const auto refused = read_load_csv(wanted, text_of_file("meter_change.csv"));
  EXPECT_THAT(lines(refused.errors),
              ElementsAre("h.csv:22:2: row 22, column 2 (A kWh reading) = \"3\": the reading falls "
                          "from 5004.07, allowed: readings that rise; a new meter there: csv.gaps "
                          "= \"allow\""));
  wanted.gaps = CsvGaps::allow;
  const auto allowed = loaded("meter_change.csv", wanted);
  EXPECT_EQ(allowed.table.gaps, 1u);
  EXPECT_TRUE(std::isnan(allowed.table.homes[0].energy_wh[19]));
  EXPECT_THAT(lines(allowed.warnings), ElementsAre(HasSubstr("1 reading that falls")));
}

// ---- 19: the hours of the change ----

TEST(LoadFile, fault_19_the_hour_that_does_not_exist_is_two_faults) {
  const auto result = read_load_csv(in_zone(request("2024-03-29T23:00:00Z", 72), "Europe/Berlin"),
                                    text_of_file("fault_19_spring_hour.csv"));
  EXPECT_THAT(
      lines(result.errors),
      ElementsAre(AllOf(StartsWith("h.csv:54:1: row 54, column 1 (time) = \"2024-03-31 02:00\": "),
                        HasSubstr("this hour does not exist in Europe/Berlin")),
                  AllOf(StartsWith("h.csv:55:1: "), HasSubstr("does not exist"))));
}

TEST(LoadFile, fault_19_the_hour_of_autumn_comes_twice_and_newest_first_too) {
  const auto wanted = in_zone(request("2024-10-26T22:00:00Z", 5), "Europe/Berlin");
  const std::string up =
      "2024-10-27 00:00,1\n2024-10-27 01:00,2\n2024-10-27 02:00,3\n"
      "2024-10-27 02:00,4\n2024-10-27 03:00,5\n";
  const std::string down =
      "2024-10-27 03:00,5\n2024-10-27 02:00,4\n2024-10-27 02:00,3\n"
      "2024-10-27 01:00,2\n2024-10-27 00:00,1\n";
  for (const std::string& rows : {up, down}) {
    const auto result = read_load_csv(wanted, "t,A\n" + rows);
    EXPECT_THAT(lines(result.errors), IsEmpty());
    EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(1, 2, 3, 4, 5));
  }
  const std::string once =
      "2024-10-27 00:00,1\n2024-10-27 01:00,2\n2024-10-27 02:00,3\n"
      "2024-10-27 03:00,5\n2024-10-27 04:00,6\n";
  EXPECT_THAT(lines(read_load_csv(wanted, "t,A\n" + once).errors),
              ElementsAre(AllOf(StartsWith("h.csv:5:1: "), HasSubstr("1 row is missing"),
                                HasSubstr("2024-10-27T01:00:00Z"))));
}

// ---- 20: gaps and forms ----

TEST(LoadFile, fault_20_missing_rows_are_a_fault_or_gaps_in_one_line) {
  LoadCsvRequest wanted = request("2023-12-31T23:00:00Z", 72, 2);
  const auto refused = read_load_csv(wanted, text_of_file("shape_dsmr_reader_hours.csv"));
  EXPECT_THAT(lines(refused.errors),
              ElementsAre(AllOf(StartsWith("h.csv:22:1: "), HasSubstr("3 rows are missing before"),
                                HasSubstr("csv.gaps = \"allow\"")),
                          AllOf(StartsWith("h.csv:49:1: "), HasSubstr("1 row is missing before"))));
  wanted.gaps = CsvGaps::allow;
  wanted.dialect.unit = CsvUnit::kwh;
  const auto allowed = loaded("shape_dsmr_reader_hours.csv", wanted);
  EXPECT_EQ(allowed.table.gaps, 4u * 2u);
  ASSERT_EQ(allowed.table.homes[0].energy_wh.size(), 72u);
  EXPECT_TRUE(std::isnan(allowed.table.homes[0].energy_wh[21]));
  EXPECT_THAT(lines(allowed.warnings),
              ElementsAre("h.csv:22:1: before row 22: the first gap of 4 rows missing; the homes "
                          "draw nothing there and their truth is unknown"));
}

TEST(LoadFile, fault_20_a_hole_outside_of_the_run_is_nobodys_fault) {
  const auto result = read_load_csv(request("2023-12-31T23:00:00Z", 12),
                                    text_of_file("shape_dsmr_reader_hours.csv"));
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_EQ(result.table.gaps, 0u);
}

TEST(LoadFile, fault_20_words_for_nothing) {
  LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 3);
  const std::string rows =
      "t,A\n2024-01-15 00:00,5\n2024-01-15 00:30,Null\n"
      "2024-01-15 01:00,NA\n2024-01-15 01:30,nan\n2024-01-15 02:00,\n"
      "2024-01-15 02:30,n/a\n";
  const auto result = read_load_csv(wanted, rows);
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_EQ(result.table.gaps, 5u);
  wanted.dialect.missing = {"NULL"};
  EXPECT_EQ(read_load_csv(wanted, rows).errors.size(), 3u) << "only the words of the key";
}

TEST(LoadFile, fault_20_a_row_that_is_there_twice_is_there_once) {
  const std::string rows =
      "t,A\n2024-01-15 00:00,5\n2024-01-15 00:30,6\n2024-01-15 00:30,6\n"
      "2024-01-15 01:00,7\n";
  const auto result = read_load_csv(request("2024-01-15T00:00:00Z", 1.5), rows);
  EXPECT_THAT(lines(result.errors), IsEmpty());
  EXPECT_THAT(result.table.homes[0].energy_wh, ElementsAre(5, 6, 7));
  EXPECT_THAT(lines(result.warnings), testing::Contains(HasSubstr("1 row that repeat")));
}

TEST(LoadFile, fault_20_decimals_and_thousands) {
  const auto sum = [](const std::string& delimiter, const std::string& a, const std::string& b,
                      CsvDecimal decimal = CsvDecimal::automatic) {
    LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 1);
    wanted.dialect.decimal = decimal;
    const auto result = read_load_csv(wanted, "t" + delimiter + "A\n2024-01-15 00:00" + delimiter +
                                                  a + "\n2024-01-15 00:30" + delimiter + b + "\n");
    return result.errors.empty() ? sum_wh(result) : -1;
  };
  EXPECT_NEAR(sum(";", "1,5", "2,25"), 3.75, 1e-9);
  EXPECT_NEAR(sum(",", "\"1,5\"", "\"2,25\""), 3.75, 1e-9);
  EXPECT_NEAR(sum("\t", "0,173", "1,024"), 1.197, 1e-9) << "0,173 is no thousand";
  EXPECT_NEAR(sum(";", "1.024,5", "2,5"), 1027, 1e-9);
  EXPECT_NEAR(sum("|", "1,024.5", "2.5"), 1027, 1e-9);
  EXPECT_EQ(sum(";", "1,024", "2,048"), -1) << "thousands or decimals?";
  EXPECT_NEAR(sum(";", "1,024", "2,048", CsvDecimal::comma), 3.072, 1e-9);
  EXPECT_NEAR(sum(";", "1,024", "2,048", CsvDecimal::point), 3072, 1e-9);
}

std::string gzip(const std::string& text) {
  z_stream stream{};
  deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY);
  std::string packed(deflateBound(&stream, text.size()) + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  return packed;
}

// Every sign can be named, also where another one parts every line as well.
TEST(LoadFile, fault_20_the_delimiter_is_the_one_that_is_named) {
  const struct {
    CsvDelimiter delimiter;
    const char* sign;
    const char* other;  // which would be taken for it, but for the first
    const char* understood;
  } kSigns[] = {{CsvDelimiter::semicolon, ";", "|", "\";\""},
                {CsvDelimiter::comma, ",", ";", "\",\""},
                {CsvDelimiter::tab, "\t", ";", "tabs"},
                {CsvDelimiter::bar, "|", ";", "\"|\""}};
  for (const auto& named : kSigns) {
    const std::string sign = named.sign, other = named.other;
    std::string text = "time" + sign + "home" + sign + "note" + other + "more\n";
    for (const char* minute : {"00", "15", "30", "45"}) {
      text += "2024-01-15T00:" + std::string(minute) + ":00Z" + sign + "250" + sign + "a" + other +
              "b\n";
    }
    LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 1);
    wanted.dialect.unit = CsvUnit::wh;
    const bool first = named.delimiter == CsvDelimiter::semicolon;
    EXPECT_EQ(read_load_csv(wanted, text).errors.empty(), first) << sign;
    for (const auto& each : kSigns) {
      wanted.dialect.delimiter = each.delimiter;
      const LoadCsvResult result = read_load_csv(wanted, text);
      EXPECT_EQ(result.errors.empty(), each.delimiter == named.delimiter) << sign << each.sign;
      if (each.delimiter != named.delimiter) continue;
      EXPECT_NEAR(sum_wh(result), 1000, 1e-6) << sign;
      EXPECT_THAT(result.understood, testing::HasSubstr(named.understood));
    }
  }
}

TEST(LoadFile, fault_20_gzip_is_unpacked_up_to_a_bound) {
  const std::string text = text_of_file("fault_18_kwh.csv");
  const LoadCsvRequest wanted = request("2024-01-15T00:00:00Z", 48, 2);
  EXPECT_NEAR(sum_wh(read_load_csv(wanted, gzip(text))), 8433, 0.5);
  const std::string two = gzip(text.substr(0, 500)) + gzip(text.substr(500));
  EXPECT_NEAR(sum_wh(read_load_csv(wanted, two)), 8433, 0.5) << "members in a row";
  const std::string packed = gzip(text);
  EXPECT_THAT(lines(read_load_csv(wanted, packed.substr(0, packed.size() / 2)).errors),
              ElementsAre("h.csv: a gzip file that is cut off, allowed: a whole one"));
  std::string bent = packed;
  bent[packed.size() / 2] = static_cast<char>(bent[packed.size() / 2] ^ 0x55);
  EXPECT_EQ(read_load_csv(wanted, bent).errors.size(), 1u);
  constexpr std::size_t kMiB = std::size_t{1} << 20;
  EXPECT_THAT(text_of(gzip(std::string(3 * kMiB, 'x')), 2 * kMiB).error,
              StartsWith("a gzip file of more than 2 MiB"));
  // Sixteen gigabytes of cells, were 512 MiB of commas to end one each.
  EXPECT_EQ(text_of(gzip(std::string(5 * kMiB, ','))).error,
            "a line of more than 4 MiB, allowed: CSV of shorter lines");
  EXPECT_EQ(text_of(gzip(std::string(8 * kMiB, '\n'))).error,
            "more than 8000000 lines, allowed: fewer, or cut to the time the scenario needs");
}

TEST(LoadFile, fault_20_what_is_no_csv_is_called_by_its_name) {
  const auto said = [](std::string octets) { return text_of(std::move(octets)).error; };
  EXPECT_THAT(said("\xFF\xFEt\0,\0"), HasSubstr("UTF-16"));
  EXPECT_THAT(said("PK\x03\x04xl/worksheets"), HasSubstr("a spreadsheet"));
  EXPECT_THAT(said(std::string("a,b\n\0\n", 6)), HasSubstr("not text"));
}

}  // namespace
