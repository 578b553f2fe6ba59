// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/result/h5_file.hpp"

namespace sim::result {

inline constexpr std::int64_t kMaxHours = 24 * 366 * 20;  // a damaged hour must not eat the memory

// Calls visit(row) for every row of a table; what an older file does not have keeps its initial
// value. Notes the table when it cannot be read.
template <typename Row, typename Visit>
void each_row(const TableFileReader& file, std::vector<std::string>& missing_tables, Visit visit) {
  constexpr std::uint64_t kBlockRows = 65'536;
  const TableSchema& own = table_schemas()[Tables::index_of<Row>()];
  const TableSchema* const table = file.find(own.name);
  if (table == nullptr) {
    missing_tables.push_back(own.name);
    return;
  }
  const std::vector<CellCopy> copies = copies_from(*table, own);
  std::vector<std::uint8_t> rows;
  const std::uint64_t n_rows = file.rows_of(*table);
  for (std::uint64_t first = 0; first < n_rows; first += kBlockRows) {
    const std::uint64_t n = std::min(kBlockRows, n_rows - first);
    if (!file.read(*table, first, n, rows)) {
      missing_tables.push_back(own.name);
      return;
    }
    for (std::uint64_t i = 0; i < n; ++i) {
      Row row;
      unpack_row(copies, rows.data() + i * table->row_bytes, &row);
      visit(row);
    }
  }
}

}  // namespace sim::result
