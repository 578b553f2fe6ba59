// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/csv/cells.hpp"
#include "sim/scenario/csv/stamp.hpp"

namespace sim::run {

inline constexpr std::size_t kNoColumn = std::numeric_limits<std::size_t>::max();

struct CsvColumn {
  std::string name;                 // of the header; "" if it has none
  bool energy = false;              // numbers that could be a home's
  std::optional<CsvUnit> unit;      // named by header, cells or the column beside it
  std::optional<CsvValues> values;  // named by the header
};

struct CsvRow {
  std::string_view line;
  unsigned number = 0;  // of the line, from 1
  std::optional<Stamp> stamp;
};

// What the first lines of a load file and its dates tell of the rest.
struct CsvShape {
  char delimiter = ',';
  bool decimal_comma = false;
  CsvDate date = CsvDate::ymd;  // never automatic
  bool date_told = false;       // by the file or the key; false: no date needed it
  unsigned header_row = 0;      // 0: there is none
  std::size_t stamp_column = 0;
  std::size_t time_column = kNoColumn;
  std::size_t usual_cells = 0;  // of a row
  std::vector<CsvColumn> columns;
  std::vector<CsvRow> rows;  // in the order of time
  bool newest_first = false;
};

// What is wrong, with the line and the column (from 0) it is seen at.
struct CsvFault {
  unsigned row = 1;
  std::size_t column = 0;
  std::string text;
};
// `text` has to outlive the shape. A fault: the file has no shape that could be read.
std::optional<CsvFault> find_shape(std::string_view text, const Dialect& dialect, CsvShape& shape);

// Its last steps: all lines from `first_row` on, with `skipped` lines before the text; which number
// of their dates is the day; the oldest first.
std::optional<CsvFault> read_rows(std::string_view text, unsigned first_row, unsigned skipped,
                                  CsvShape& shape);
std::optional<CsvFault> find_date_order(CsvDate wanted, CsvShape& shape);
void sort_rows(CsvShape& shape);

// "row 3, column 2 (A) = "x"".
std::string shown(const CsvShape& shape, unsigned row, std::size_t column, std::string_view cell);

}  // namespace sim::run
