// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/result/head_end_tables.hpp"
#include "sim/result/power_line_tables.hpp"
#include "sim/result/profile_tables.hpp"
#include "sim/result/run_tables.hpp"

namespace sim::result {

template <typename... Rows>
struct TableList {
  static constexpr std::size_t kSize = sizeof...(Rows);
  // Where a row type stands in the list.
  template <typename Row>
  static constexpr std::size_t index_of() {
    static_assert((std::same_as<Row, Rows> + ...) == 1, "not one of the tables, or twice");
    std::size_t index = 0;
    static_cast<void>(((std::same_as<Row, Rows> || (++index, false)) || ...));
    return index;
  }
};

// All tables of result.h5, in the order of docs/result-schema.md.
using Tables =
    TableList<MeterRow, ModuleRow, HeadEndRow, TruthRow, FlashRow, ClosingRow, MonthRow, OrderRow,
              SessionRow, MessageRow, TrafficRow, EventRow, PowerRow, KpiRow, NodeRow, CableRow,
              RegistrationRow, AirtimeRow, ReportRow, PollRow, LogEntryRow, DisplayRow, MeasuredRow,
              RelayMoveRow, RegisterErrorRow, VoltageEventRow, PulseRow, FirmwareRow>;

// Raised when what a reader of the version before relies on goes or changes its meaning. Tables,
// columns and attributes that are added do not count. 2: kpi.pass may be 2. Files of earlier
// versions are read.
inline constexpr std::int64_t kSchemaVersion = 2;

enum class CellType : std::uint8_t { u8, u16, u32, u64, i16, i64, f64, text };
const char* cell_type_name(CellType type);

struct Column {
  std::string name;
  std::string unit;
  CellType type = CellType::u8;
  std::size_t bytes = 0;   // in a packed row
  std::size_t offset = 0;  // in a packed row
  std::string doc;
  std::size_t struct_offset = 0;  // in the C++ row
};

struct TableSchema {
  std::string name;
  std::string doc;
  std::vector<Column> columns;  // the first is always the replicate
  std::size_t row_bytes = 0;
};

// By Tables::index_of.
const std::vector<TableSchema>& table_schemas();

// Little-endian, no padding: what stands in the file, what the digest covers.
void pack_row(const TableSchema& schema, std::uint16_t replicate, const void* row,
              std::vector<std::uint8_t>& out);

// The way back, for files that may be of another version: cells of the same name and type.
struct CellCopy {
  std::size_t from;  // in the packed row of the file
  std::size_t to;    // in the C++ row
  std::size_t bytes;
};
std::vector<CellCopy> copies_from(const TableSchema& file, const TableSchema& own);
void unpack_row(const std::vector<CellCopy>& copies, const std::uint8_t* packed, void* row);

// One cell of a packed row, as a person reads it.
std::string cell_text(const Column& column, const std::uint8_t* row);
// Numbers only.
double cell_number(const Column& column, const std::uint8_t* row);

}  // namespace sim::result
