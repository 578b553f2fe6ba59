// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/table_schema.hpp"

#include <bit>
#include <cstring>
#include <type_traits>
#include <utility>

#include "kernel/assert.hpp"
#include "sim/result/kpi.hpp"

namespace sim::result {
namespace {

static_assert(std::endian::native == std::endian::little, "packed rows are little-endian");

template <typename T>
constexpr CellType type_of() {
  if constexpr (std::is_same_v<T, std::uint8_t>) return CellType::u8;
  if constexpr (std::is_same_v<T, std::uint16_t>) return CellType::u16;
  if constexpr (std::is_same_v<T, std::uint32_t>) return CellType::u32;
  if constexpr (std::is_same_v<T, std::uint64_t>) return CellType::u64;
  if constexpr (std::is_same_v<T, std::int16_t>) return CellType::i16;
  if constexpr (std::is_same_v<T, std::int64_t>) return CellType::i64;
  if constexpr (std::is_same_v<T, double>) return CellType::f64;
  return CellType::text;
}

template <typename Owner, typename Field>
std::size_t offset_of(Field Owner::*field) {
  static const Owner row{};
  return static_cast<std::size_t>(reinterpret_cast<const char*>(&(row.*field)) -
                                  reinterpret_cast<const char*>(&row));
}

// Collects the columns that a row type describes; each field follows the one before.
class Columns {
 public:
  explicit Columns(TableSchema& schema) : schema_(schema) {
    add({"replicate", "", CellType::u16, 2, 0, "repetition of the scenario, from 0", 0});
  }
  template <typename Owner, typename Field>
  void operator()(const char* name, Field Owner::*field, const char* unit, const char* doc) {
    const std::size_t at = base_ + offset_of(field);
    pass_to(at, alignof(Field), sizeof(Field));
    add({name, unit, type_of<Field>(), sizeof(Field), 0, doc, at});
  }
  template <typename Owner, typename Part>
  void part(Part Owner::*fields) {
    const std::size_t outer = std::exchange(base_, base_ + offset_of(fields));
    Part::describe(*this);
    base_ = outer;
  }
  template <typename Owner, typename Value>
  void quantities(std::array<Value, kQuantities> Owner::*fields) {
    std::size_t at = base_ + offset_of(fields);
    for (const auto& quantity : protocol::cosem::kQuantityTable) {
      const auto group = [&](std::size_t k) { return std::to_string(quantity.obis.octets[k]); };
      pass_to(at, alignof(Value), sizeof(Value));
      add({quantity.name, quantity.unit_name(), type_of<Value>(), sizeof(Value), 0,
           std::string("register ") + quantity.meaning + ", " + group(0) + "-" + group(1) + ":" +
               group(2) + "." + group(3) + "." + group(4),
           at});
      at += sizeof(Value);
    }
  }
  // Nothing between the end of the last field and `at` but padding.
  void pass_to(std::size_t at, std::size_t alignment, std::size_t bytes = 0) {
    TWIN_ASSERT((end_ + alignment - 1) / alignment * alignment == at, end_, at);
    end_ = at + bytes;
  }

 private:
  void add(Column column) {
    column.offset = schema_.row_bytes;
    schema_.row_bytes += column.bytes;
    schema_.columns.push_back(std::move(column));
  }
  TableSchema& schema_;
  std::size_t base_ = 0;
  std::size_t end_ = 0;
};

template <typename Row>
TableSchema schema_of() {
  TableSchema schema{Row::kTable.name, Row::kTable.doc, {}, 0};
  Columns columns(schema);
  Row::describe(columns);
  columns.pass_to(sizeof(Row), alignof(Row));
  return schema;
}

template <typename... Rows>
std::vector<TableSchema> schemas_of(TableList<Rows...>) {
  return {schema_of<Rows>()...};
}

template <typename T>
T read(const std::uint8_t* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

}  // namespace

const char* cell_type_name(CellType type) {
  static constexpr const char* kNames[] = {"u8", "u16", "u32", "u64", "i16", "i64", "f64", "text"};
  return kNames[static_cast<std::size_t>(type)];
}

const std::vector<TableSchema>& table_schemas() {
  static const std::vector<TableSchema> all = schemas_of(Tables{});
  return all;
}

void pack_row(const TableSchema& schema, std::uint16_t replicate, const void* row,
              std::vector<std::uint8_t>& out) {
  const std::size_t at = out.size();
  out.resize(at + schema.row_bytes);
  std::memcpy(out.data() + at, &replicate, sizeof replicate);
  for (std::size_t i = 1; i < schema.columns.size(); ++i) {
    const Column& column = schema.columns[i];
    std::memcpy(out.data() + at + column.offset,
                static_cast<const std::uint8_t*>(row) + column.struct_offset, column.bytes);
  }
}

std::vector<CellCopy> copies_from(const TableSchema& file, const TableSchema& own) {
  std::vector<CellCopy> copies;
  for (std::size_t i = 1; i < own.columns.size(); ++i) {
    const Column& mine = own.columns[i];
    for (const Column& theirs : file.columns) {
      if (theirs.name != mine.name || theirs.type != mine.type) continue;
      copies.push_back({theirs.offset, mine.struct_offset, std::min(theirs.bytes, mine.bytes)});
    }
  }
  return copies;
}

void unpack_row(const std::vector<CellCopy>& copies, const std::uint8_t* packed, void* row) {
  for (const CellCopy& copy : copies) {
    std::memcpy(static_cast<std::uint8_t*>(row) + copy.to, packed + copy.from, copy.bytes);
  }
}

double cell_number(const Column& column, const std::uint8_t* row) {
  const std::uint8_t* const at = row + column.offset;
  switch (column.type) {
    case CellType::u8:
      return *at;
    case CellType::u16:
      return read<std::uint16_t>(at);
    case CellType::u32:
      return read<std::uint32_t>(at);
    case CellType::u64:
      return static_cast<double>(read<std::uint64_t>(at));
    case CellType::i16:
      return read<std::int16_t>(at);
    case CellType::i64:
      return static_cast<double>(read<std::int64_t>(at));
    case CellType::f64:
      return read<double>(at);
    case CellType::text:
      break;
  }
  return kNotKnown;
}

std::string cell_text(const Column& column, const std::uint8_t* row) {
  const std::uint8_t* const at = row + column.offset;
  switch (column.type) {
    case CellType::u64:
      return std::to_string(read<std::uint64_t>(at));
    case CellType::i64:
      return std::to_string(read<std::int64_t>(at));
    case CellType::text:
      break;
    default:
      return number_text(cell_number(column, row));
  }
  const char* const begin = reinterpret_cast<const char*>(at);
  return std::string(begin, std::find(begin, begin + column.bytes, '\0'));
}

}  // namespace sim::result
