// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "meter/fw/cosem/object_table.hpp"
#include "meter/fw/profiles/captured_values.hpp"
#include "meter/fw/profiles/profiles.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace meter::fw {

// A captured value as it goes over the wire, and its octets; of any column.
void put_captured(ColumnId column, std::uint32_t value, protocol::Writer& out);
constexpr std::size_t wire_octets(ColumnId column) {
  if (column == kClockColumn) return 14;
  if (column == kStatusColumn || column == kEventCodeColumn) return 2;
  if (column == kCounterColumn) return 5;
  const NumberType type = number_type(column);
  return type == NumberType::u16 || type == NumberType::i16 ? 3 : 5;
}
constexpr std::size_t row_octets(Columns columns) {
  std::size_t octets = 2;
  for (const ColumnId column : columns) octets += wire_octets(column);
  return octets;
}
inline constexpr std::size_t kMaxRowOctets = 2 + 14 + (kMaxColumns - 1) * 5;

// A row as clients see it: structure of the captured columns, or of those wanted (places in
// columns_of(), in any order; none: all). False when the row cannot be read. `ordinal` as in
// RowLog.
bool put_row(const Core& core, LogId id, std::uint32_t ordinal, protocol::Writer& out,
             std::span<const std::uint8_t> wanted = {});
// What a column of this log shows.
protocol::cosem::Attribute captured_attribute(LogId id, ColumnId column, CodeTable codes);

// The column that a client means, of a profile.
protocol::cosem::AccessResult captured_column(LogId id, const Fitting& fitting,
                                              const protocol::cosem::classes::CaptureObject& wanted,
                                              ColumnId& column);

}  // namespace meter::fw
