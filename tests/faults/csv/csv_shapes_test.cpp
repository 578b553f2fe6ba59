// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Files of the shapes that real exports have (the values are invented): most load as they are, the
// others say what to do.
#include <cmath>

#include "tests/faults/csv/load_file.hpp"

namespace {

using namespace csv_test;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

LoadCsvRequest with_unit(LoadCsvRequest request, CsvUnit unit) {
  request.dialect.unit = unit;
  return request;
}
LoadCsvRequest at_end(LoadCsvRequest request) {
  request.stamp = StampAt::end;
  return request;
}

TEST(Shape, fault_20_dsmr_reader) {
  LoadCsvRequest wanted = with_unit(request("2023-12-31T23:00:00Z", 72, 2), CsvUnit::kwh);
  wanted.gaps = CsvGaps::allow;
  const auto result = loaded("shape_dsmr_reader_hours.csv", wanted);
  EXPECT_NEAR(sum_wh(result), 5962, 1);
  EXPECT_NEAR(sum_wh(result, 1), 3116, 1);
}

TEST(Shape, fault_20_a_column_of_another_quantity_is_nobodys_home) {
  LoadCsvRequest wanted = with_unit(request("2023-12-31T23:00:00Z", 20, 5), CsvUnit::kwh);
  EXPECT_THAT(lines(read_load_csv(wanted, text_of_file("shape_dsmr_reader_hours.csv")).errors),
              testing::ElementsAre(HasSubstr("too few columns, 4 homes for 5 meters")))
      << "the gas is not taken";
}

TEST(Shape, fault_20_fluvius_date_and_time_in_two_columns) {
  const auto wanted = in_zone(request("2023-10-21T22:00:00Z", 12), "Europe/Brussels");
  const auto result = loaded("shape_fluvius_one_register.csv", wanted);
  EXPECT_NEAR(sum_wh(result), 4077, 0.5);
  EXPECT_EQ(result.table.gaps, 1u);
  EXPECT_THAT(result.understood, AllOf(HasSubstr("D-M-Y"), HasSubstr("\";\", decimal comma"),
                                       HasSubstr("meter 1 is Volume (kWh)")));
}

TEST(Shape, fault_20_fluvius_with_a_row_a_register_says_what_to_do) {
  const auto wanted = in_zone(request("2023-10-21T22:00:00Z", 12), "Europe/Brussels");
  const auto result = read_load_csv(wanted, text_of_file("shape_fluvius_quarters.csv"));
  ASSERT_EQ(result.errors.size(), 3u) << "not one for each of 48";
  EXPECT_THAT(lines(result.errors)[2],
              AllOf(StartsWith("h.csv:7:1: "), HasSubstr("repeated timestamp"),
                    HasSubstr("a row for each home, register or tariff? docs/load-files.md")));
}

TEST(Shape, fault_20_london_long_form_says_what_to_do) {
  const auto result = read_load_csv(request("2012-10-12T00:30:00Z", 24),
                                    text_of_file("shape_london_long_form.csv"));
  ASSERT_EQ(result.errors.size(), 3u);
  EXPECT_THAT(lines(result.errors)[0], StartsWith("h.csv:50:3: "));
  EXPECT_THAT(lines(result.errors)[2], HasSubstr("a row for each home, register or tariff?"));
}

TEST(Shape, fault_20_enel_a_day_in_a_row_says_what_to_do) {
  const auto result = read_load_csv(in_zone(request("2024-08-31T22:00:00Z", 48), "Europe/Rome"),
                                    text_of_file("shape_enel_day_a_row.csv"));
  EXPECT_THAT(lines(result.errors),
              testing::ElementsAre("h.csv:1:2: the columns are times of a day, a row is a day; "
                                   "allowed: a row an interval (docs/load-files.md, \"A day in a "
                                   "row\")"));
}

TEST(Shape, fault_20_ameren_preamble_and_columns_by_number) {
  LoadCsvRequest wanted = in_zone(request("2024-03-30T05:00:00Z", 48), "America/Chicago");
  wanted.map = {{"#6", 1}};
  const auto result = loaded("shape_ameren_quarters.csv", wanted);
  EXPECT_NEAR(sum_wh(result), 16610, 1e-3) << "kwh stands in the column beside";
  EXPECT_THAT(result.understood, AllOf(HasSubstr("header in row 9"), HasSubstr("M-D-Y")));
  wanted.map = {{"Usage", 1}};
  EXPECT_THAT(lines(read_load_csv(wanted, text_of_file("shape_ameren_quarters.csv")).errors),
              testing::ElementsAre(HasSubstr(
                  "load.map.Usage = 1: 2 columns are called so, allowed: their numbers, \"#3\" or "
                  "\"#6\"")));
}

TEST(Shape, fault_20_sma_separator_line_and_units_below_the_names) {
  const auto wanted = in_zone(request("2025-06-29T22:00:00Z", 23, 2), "Europe/Berlin");
  const auto result = loaded("shape_sma_five_minutes.csv", wanted);
  EXPECT_THAT(result.understood,
              AllOf(HasSubstr("header in row 7"),
                    HasSubstr("meter 1 is Metering.TotWhOut (Wh readings), meter 2 is "
                              "GridMs.TotW (Avg) (W)")));
  EXPECT_NEAR(sum_wh(result), 30'489, 1e-6);
  EXPECT_NEAR(sum_wh(result, 1), 30'551.2, 0.1) << "counter and power agree";
}

TEST(Shape, fault_20_liander_readings_beside_usage) {
  const auto wanted =
      with_unit(in_zone(request("2023-06-04T22:00:00Z", 600, 2), "Europe/Amsterdam"), CsvUnit::kwh);
  const auto result = loaded("shape_liander_days.csv", wanted);
  EXPECT_THAT(result.understood,
              HasSubstr("meter 1 is reading1 (kWh readings), meter 2 is usage1 (kWh)"));
  EXPECT_NEAR(sum_wh(result) - result.table.homes[0].energy_wh.back(), sum_wh(result, 1), 1e-3)
      << "usage stands in the row behind";
}

TEST(Shape, fault_20_grafana) {
  const auto result = loaded("shape_grafana_hours.csv",
                             in_zone(request("2026-02-13T11:00:00Z", 48), "Europe/Amsterdam"));
  EXPECT_EQ(sum_wh(result), 16'000);
}

TEST(Shape, fault_20_united_power_intervals_as_text) {
  const auto result = loaded("shape_united_power_hours.csv",
                             in_zone(request("2025-10-19T06:00:00Z", 48), "America/Denver"));
  EXPECT_NEAR(sum_wh(result), 16'625, 0.5);
  EXPECT_THAT(result.understood, HasSubstr("header in row 14"));
}

TEST(Shape, fault_20_metasys_newest_first_units_in_cells_and_repeated_rows) {
  const auto result = loaded("shape_metasys_newest_first.csv",
                             in_zone(request("2023-06-29T03:00:00Z", 48, 2), "America/Chicago"));
  EXPECT_THAT(result.understood, AllOf(HasSubstr("M-D-Y, newest first"), HasSubstr("(kWh)")));
  EXPECT_EQ(sum_wh(result), 336'000);
  EXPECT_EQ(sum_wh(result, 1), 192'000);
  EXPECT_THAT(lines(result.warnings), testing::ElementsAre(HasSubstr("repeat the one before")));
}

TEST(Shape, fault_20_uci_quoted_stamps_and_decimal_commas) {
  const auto wanted = at_end(in_zone(request("2012-01-01T00:00:00Z", 24, 2), "Europe/Lisbon"));
  const auto result = loaded("shape_uci_kilowatts.csv", with_unit(wanted, CsvUnit::kw));
  EXPECT_NEAR(result.table.homes[0].energy_wh[0], 80, 1e-9);
  EXPECT_NEAR(sum_wh(result), 8431, 1);
}

TEST(Shape, fault_20_enedis_preamble_of_another_width) {
  const auto wanted = at_end(in_zone(request("2024-01-12T23:00:00Z", 48), "Europe/Paris"));
  const auto result = loaded("shape_enedis_watts.csv", with_unit(wanted, CsvUnit::w));
  EXPECT_NEAR(sum_wh(result), 8408.5, 1e-6);
  EXPECT_THAT(result.understood, HasSubstr("header in row 3"));
}

TEST(Shape, fault_20_esb_networks_newest_first_with_the_unit_in_a_column) {
  const auto result = loaded("fault_17_esb_networks.csv",
                             at_end(in_zone(request("2024-12-30T00:00:00Z", 48), "Europe/Dublin")));
  EXPECT_THAT(result.understood, AllOf(HasSubstr("newest first"), HasSubstr("Read Value (kW)")));
  EXPECT_NEAR(sum_wh(result), 16'860, 1);
}

TEST(Shape, fault_20_edc_from_and_to_times_with_24_00) {
  const auto wanted =
      with_unit(in_zone(request("2025-07-31T22:00:00Z", 24), "Europe/Prague"), CsvUnit::kwh);
  EXPECT_NEAR(sum_wh(loaded("shape_edc_two_columns.csv", wanted)), 8433, 0.5);
}

TEST(Shape, fault_20_engie_numbers_that_are_somebodys_and_no_energy) {
  const auto wanted = with_unit(request("2021-12-24T23:00:00Z", 48), CsvUnit::kwh);
  const auto result = loaded("shape_engie_hours.csv", wanted);
  EXPECT_THAT(result.understood, HasSubstr("meter 1 is Verbruik (kWh)")) << "not the EAN";
  EXPECT_NEAR(sum_wh(result), 16'625, 0.5);
}

TEST(Shape, fault_20_no_header) {
  const auto result =
      loaded("no_header.csv", in_zone(request("2024-01-14T23:00:00Z", 24, 2), "Europe/Berlin"));
  EXPECT_THAT(result.understood, HasSubstr("no header"));
  EXPECT_EQ(result.table.homes[1].column, "#4");
  EXPECT_NEAR(sum_wh(result), 8431.4, 1e-6);
}

}  // namespace
