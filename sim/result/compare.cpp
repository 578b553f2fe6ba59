// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/compare.hpp"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <filesystem>
#include <set>
#include <utility>

#include "sim/result/h5_file.hpp"

namespace sim::result {
namespace {

std::string shape_of(const TableSchema& table) {
  std::string text;
  for (const Column& column : table.columns) {
    text += (text.empty() ? "" : ", ") + column.name + " " + cell_type_name(column.type) +
            (column.type == CellType::text ? std::to_string(column.bytes) : "") +
            (column.unit.empty() ? "" : " [" + column.unit + "]");
  }
  return text;
}

// What a reader knows a row by, more than by its place in the file.
std::string whose(const TableSchema& table, const std::uint8_t* row) {
  std::string text;
  for (const Column& column : table.columns) {
    std::string part;
    if (column.name == "meter" || column.name == "concentrator") {
      part = column.name + " " + cell_text(column, row);
    } else if (column.name == "stamp_utc_s") {
      const auto utc_s = static_cast<std::time_t>(cell_number(column, row));
      std::tm civil{};
      char stamp[40];
      if (::gmtime_r(&utc_s, &civil) == nullptr) continue;
      std::strftime(stamp, sizeof stamp, "%Y-%m-%d %H:%M:%S UTC", &civil);
      part = stamp;
    }
    if (!part.empty()) text += (text.empty() ? "" : ", ") + part;
  }
  return text;
}

// The first differing cell of two blocks of rows.
std::optional<Difference> compare_block(const TableSchema& table, std::uint64_t first,
                                        const std::vector<std::uint8_t>& a,
                                        const std::vector<std::uint8_t>& b) {
  const auto [at_a, at_b] = std::mismatch(a.begin(), a.end(), b.begin());
  if (at_a == a.end()) return {};
  const auto octet = static_cast<std::size_t>(at_a - a.begin());
  const std::size_t row = octet / table.row_bytes;
  const std::uint8_t* const row_a = a.data() + row * table.row_bytes;
  const std::uint8_t* const row_b = b.data() + row * table.row_bytes;
  for (const Column& column : table.columns) {
    if (std::memcmp(row_a + column.offset, row_b + column.offset, column.bytes) == 0) continue;
    return Difference{table.name,
                      first + row,
                      column.name,
                      cell_text(column, row_a),
                      cell_text(column, row_b),
                      whose(table, row_a)};
  }
  return {};
}

Comparison compare_tables(const TableFileReader& a, const TableFileReader& b,
                          const TableSchema& table) {
  const std::uint64_t rows_a = a.rows_of(table);
  const std::uint64_t rows_b = b.rows_of(table);
  const std::uint64_t both = std::min(rows_a, rows_b);
  constexpr std::uint64_t kBlockRows = TableFileReader::kBlockRows;
  std::vector<std::uint8_t> block_a;
  std::vector<std::uint8_t> block_b;
  for (std::uint64_t first = 0; first < both; first += kBlockRows) {
    const std::uint64_t n = std::min(kBlockRows, both - first);
    if (!a.read(table, first, n, block_a) || !b.read(table, first, n, block_b)) {
      return {"table " + table.name + " cannot be read", {}};
    }
    if (auto difference = compare_block(table, first, block_a, block_b)) return {"", difference};
  }
  if (rows_a == rows_b) return {};
  const TableFileReader& longer = rows_a > both ? a : b;
  if (!longer.read(table, both, 1, block_a)) return {"table " + table.name + " cannot be read", {}};
  return {"", Difference{table.name, both, "", rows_a > both ? "a row" : "no row",
                         rows_b > both ? "a row" : "no row", whose(table, block_a.data())}};
}

}  // namespace

const char* why_no_result(const std::string& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return "not there";
  return std::filesystem::is_directory(path, error) ? "a folder, not a result file"
                                                    : "not a result file";
}

std::string Difference::text() const {
  std::string where = "table " + table;
  if (row) where += ", row " + std::to_string(*row);
  if (!whose.empty()) where += " (" + whose + ")";
  if (!column.empty()) where += ", column " + column;
  return where + ": " + a + " | " + b;
}

Comparison compare_results(const std::string& path_a, const std::string& path_b) {
  const auto a = TableFileReader::open(path_a);
  const auto b = TableFileReader::open(path_b);
  for (const auto& [file, path] : {std::pair(&a, &path_a), std::pair(&b, &path_b)}) {
    if (!*file) return {*path + ": " + why_no_result(*path), {}};
  }
  std::set<std::string> names;
  for (const TableSchema& table : a->tables()) names.insert(table.name);
  for (const TableSchema& table : b->tables()) names.insert(table.name);
  for (const std::string& name : names) {
    const TableSchema* const in_a = a->find(name);
    const TableSchema* const in_b = b->find(name);
    if (in_a == nullptr || in_b == nullptr) {
      return {"",
              Difference{name, {}, "", in_a ? "present" : "absent", in_b ? "present" : "absent"}};
    }
    if (shape_of(*in_a) != shape_of(*in_b)) {
      return {"", Difference{name, {}, "", shape_of(*in_a), shape_of(*in_b)}};
    }
    Comparison comparison = compare_tables(*a, *b, *in_a);
    if (!comparison.error.empty() || comparison.difference) return comparison;
  }
  return {};
}

}  // namespace sim::result
