// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The rows of a load file and what all their dates together tell.
#include <algorithm>
#include <set>

#include "sim/scenario/csv/shape.hpp"

namespace sim::run {

std::optional<CsvFault> read_rows(std::string_view text, unsigned first_row, unsigned skipped,
                                  CsvShape& shape) {
  Lines lines(text);
  std::string_view line;
  Cells cells;
  while (lines.next(line)) {
    if (lines.number() + skipped < first_row) continue;
    if (line.find_first_not_of(" \t") == std::string_view::npos) continue;
    const unsigned number = lines.number() + skipped;
    if (!split(line, shape.delimiter, cells)) {
      return CsvFault{
          number, 0,
          "row " + std::to_string(number) + ": a quote is not closed, allowed: cells like \"a\""};
    }
    if (all_empty(cells)) continue;
    CsvRow row{line, number, {}};
    if (shape.stamp_column < cells.size()) {
      const bool two = shape.time_column < cells.size();
      row.stamp = parse_stamp(cells[shape.stamp_column],
                              two ? std::string_view(cells[shape.time_column]) : "");
    }
    shape.rows.push_back(row);
  }
  return {};
}

// The whole file tells whether 1/2 is January or February: a number above 12 is a day. Where all
// are 12 or less, the order that makes the rows equal steps.
std::optional<CsvFault> find_date_order(CsvDate wanted, CsvShape& shape) {
  bool day_first = true;
  bool month_first = true;
  const CsvRow* open = nullptr;
  for (const CsvRow& row : shape.rows) {
    if (!row.stamp || !row.stamp->date.open) continue;
    if (row.stamp->date.first != row.stamp->date.second && open == nullptr) open = &row;
    day_first = day_first && row.stamp->local_s(CsvDate::dmy);
    month_first = month_first && row.stamp->local_s(CsvDate::mdy);
  }
  shape.date = wanted == CsvDate::automatic ? CsvDate::dmy : wanted;
  shape.date_told = open != nullptr;
  if (open == nullptr || wanted != CsvDate::automatic) return {};
  if (day_first != month_first) {
    shape.date = day_first ? CsvDate::dmy : CsvDate::mdy;
    return {};
  }
  const auto steps = [&](CsvDate order) {
    std::set<std::int64_t> different;
    std::optional<std::int64_t> last;
    for (const CsvRow& row : shape.rows) {
      const auto now = row.stamp ? row.stamp->local_s(order) : std::nullopt;
      if (now && last) different.insert(*now - *last);
      if (now) last = now;
    }
    return different.size();
  };
  const std::size_t as_day = steps(CsvDate::dmy);
  const std::size_t as_month = steps(CsvDate::mdy);
  if (day_first && as_day != as_month) {
    shape.date = as_day < as_month ? CsvDate::dmy : CsvDate::mdy;
    return {};
  }
  Cells cells;
  split(open->line, shape.delimiter, cells);
  return CsvFault{open->number, shape.stamp_column,
                  shown(shape, open->number, shape.stamp_column, cells[shape.stamp_column]) +
                      (day_first ? ": the file does not tell the day from the month"
                                 : ": the file has days on either side of the month") +
                      ", allowed: csv.date = \"D-M-Y\" or \"M-D-Y\""};
}

void sort_rows(CsvShape& shape) {
  long falls = 0;
  std::optional<std::int64_t> last;
  for (const CsvRow& row : shape.rows) {
    const auto now = row.stamp ? row.stamp->local_s(shape.date) : std::nullopt;
    if (now && last && *now != *last) falls += *now < *last ? 1 : -1;
    if (now) last = now;
  }
  shape.newest_first = falls > 0;
  if (shape.newest_first) std::ranges::reverse(shape.rows);
}

std::string shown(const CsvShape& shape, unsigned row, std::size_t column, std::string_view cell) {
  const bool named = column < shape.columns.size() && !shape.columns[column].name.empty();
  const std::string name = named ? shape.columns[column].name : "#" + std::to_string(column + 1);
  return "row " + std::to_string(row) + ", column " + std::to_string(column + 1) + " (" + name +
         ") = \"" + std::string(cell) + "\"";
}

}  // namespace sim::run
