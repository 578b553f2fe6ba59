// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include "sim/result/table_schema.hpp"
#include "sim/result/tables.hpp"

namespace sim::result {

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

// Collects the columns of one row type.
template <typename Row>
class Columns {
 public:
  Columns(std::string name, std::string doc) : schema_{std::move(name), std::move(doc), {}, 0} {
    add({"replicate", "", CellType::u16, 2, 0, "repetition of the scenario, from 0", 0});
  }
  template <typename Member>
  Columns& operator()(const char* name, const char* unit, Member member, const char* doc) {
    using T = std::decay_t<decltype(row_.*member)>;
    return place<T>(name, unit, &(row_.*member), doc);
  }
  Columns& registers(Registers Row::*member) {
    const Registers& each = row_.*member;
    place<std::uint32_t>("ap_wh", "Wh", &each.ap_wh, "register +A, 1-0:1.8.0");
    place<std::uint32_t>("am_wh", "Wh", &each.am_wh, "register -A, 1-0:2.8.0");
    place<std::uint32_t>("r1_varh", "varh", &each.r1_varh, "register quadrant I, 1-0:5.8.0");
    place<std::uint32_t>("r2_varh", "varh", &each.r2_varh, "register quadrant II, 1-0:6.8.0");
    place<std::uint32_t>("r3_varh", "varh", &each.r3_varh, "register quadrant III, 1-0:7.8.0");
    return place<std::uint32_t>("r4_varh", "varh", &each.r4_varh,
                                "register quadrant IV, 1-0:8.8.0");
  }
  TableSchema done() { return std::move(schema_); }

 private:
  template <typename T>
  Columns& place(const char* name, const char* unit, const void* at, const char* doc) {
    const auto offset = static_cast<const char*>(at) - reinterpret_cast<const char*>(&row_);
    add({name, unit, type_of<T>(), sizeof(T), 0, doc, static_cast<std::size_t>(offset)});
    return *this;
  }
  void add(Column column) {
    column.offset = schema_.row_bytes;
    schema_.row_bytes += column.bytes;
    schema_.columns.push_back(std::move(column));
  }
  const Row row_{};
  TableSchema schema_;
};

// Power line, concentrators and P3.2Ex: the tables from Table::nodes to Table::polls.
void add_power_line_schemas(std::vector<TableSchema>& all);

}  // namespace sim::result
