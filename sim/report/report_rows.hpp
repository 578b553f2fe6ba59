// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <string>
#include <vector>

#include "sim/result/h5_file.hpp"

namespace sim::result {

inline constexpr std::int64_t kMaxHours = 24 * 366 * 20;  // a damaged hour must not eat the memory

// Cells of the row at hand, by column name. A column that is not there reads as unknown.
class Cells {
 public:
  Cells(const TableSchema& table, std::initializer_list<const char*> names) {
    for (const char* const name : names) {
      const auto found = std::find_if(table.columns.begin(), table.columns.end(),
                                      [&](const Column& column) { return column.name == name; });
      columns_.push_back(found == table.columns.end() ? nullptr : &*found);
    }
  }
  void at(const std::uint8_t* row) { row_ = row; }
  double number(std::size_t i) const {
    return columns_[i] == nullptr ? kNotKnown : cell_number(*columns_[i], row_);
  }
  // 0 for what is no count.
  std::uint32_t count(std::size_t i) const {
    constexpr double kMost = std::numeric_limits<std::uint32_t>::max();
    const double value = number(i);
    return value >= 0 ? static_cast<std::uint32_t>(std::min(value, kMost)) : 0;
  }
  std::string text(std::size_t i) const {
    return columns_[i] == nullptr ? "" : cell_text(*columns_[i], row_);
  }

 private:
  std::vector<const Column*> columns_;
  const std::uint8_t* row_ = nullptr;
};

// Calls visit(cells) for every row of a table; notes the table when it cannot be read.
template <typename Visit>
void each_row(const TableFileReader& file, const char* name,
              std::initializer_list<const char*> columns, std::vector<std::string>& missing_tables,
              Visit visit) {
  constexpr std::uint64_t kBlockRows = 65'536;
  const TableSchema* const table = file.find(name);
  if (table == nullptr) {
    missing_tables.emplace_back(name);
    return;
  }
  Cells cells(*table, columns);
  std::vector<std::uint8_t> rows;
  const std::uint64_t n_rows = file.rows_of(*table);
  for (std::uint64_t first = 0; first < n_rows; first += kBlockRows) {
    const std::uint64_t n = std::min(kBlockRows, n_rows - first);
    if (!file.read(*table, first, n, rows)) {
      missing_tables.emplace_back(name);
      return;
    }
    for (std::uint64_t i = 0; i < n; ++i) {
      cells.at(rows.data() + i * table->row_bytes);
      visit(cells);
    }
  }
}

}  // namespace sim::result
