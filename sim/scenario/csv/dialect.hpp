// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace sim::run {

// How a load file is written; `automatic`: its headers and its shape tell, never its magnitudes.
enum class CsvUnit { automatic, wh, kwh, w, kw };
enum class CsvValues { automatic, interval, reading };
enum class CsvDelimiter { automatic, comma, semicolon, tab, bar };
enum class CsvDecimal { automatic, point, comma };
enum class CsvDate { automatic, ymd, dmy, mdy };
enum class CsvGaps { refuse, allow };

struct Dialect {
  CsvUnit unit = CsvUnit::automatic;
  CsvValues values = CsvValues::automatic;
  CsvDelimiter delimiter = CsvDelimiter::automatic;
  CsvDecimal decimal = CsvDecimal::automatic;
  CsvDate date = CsvDate::automatic;
  // Cells that say that nobody knows, beside the empty one; in capitals or not.
  std::vector<std::string> missing = {"Null", "NA", "N/A", "NaN", "None", "-"};

  // Its keys in a scenario, without knowing what a key is.
  static void describe(auto& key) {
    key("unit", &Dialect::unit,
        "What the numbers are; auto: as the header or the cells say, else Wh. W and kW are means "
        "of the interval.");
    key("values", &Dialect::values,
        "Energy of the interval, or readings of a register; auto: as the header says, else "
        "readings where a column never falls and rises again and again.");
    key("delimiter", &Dialect::delimiter, "Sign between the cells.");
    key("decimal", &Dialect::decimal, "Sign of the decimals.");
    key("date", &Dialect::date,
        "Order of dates that start with no year; auto: as the whole file tells.");
    key("missing", &Dialect::missing,
        "Cells that mean that nobody knows, beside the empty one; in capitals or not.");
  }
};

}  // namespace sim::run
