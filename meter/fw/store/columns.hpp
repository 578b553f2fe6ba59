// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <span>

#include "meter/fw/store/event_logs.hpp"
#include "protocol/cosem/quantities.hpp"

namespace meter::fw {

// Where the value of a column comes from. Time, status and code stand in the head of a row in
// flash (RowHead); every other column is a number of four octets behind it, in order.
enum class ColumnSource : std::uint8_t {
  clock,
  status,      // status word of the interval
  event_code,  // that made the row
  energy,      // which: index in kQuantityTable
  capture_counter,
};
struct Column {
  ColumnSource source;
  std::uint8_t which = 0;

  constexpr bool stored_as_value() const { return source >= ColumnSource::energy; }
  // On the wire: date-time, unsigned or double-long-unsigned.
  constexpr std::size_t octets() const {
    return stored_as_value() ? 5 : source == ColumnSource::clock ? 14 : 2;
  }
};

// Load profile and daily closing have the same columns. The capture counter is the last one of
// every log.
inline constexpr std::size_t kProfileColumnCount = 2 + protocol::cosem::kQuantities + 1;
inline constexpr std::array<Column, kProfileColumnCount> kProfileColumns = [] {
  std::array<Column, kProfileColumnCount> columns{Column{ColumnSource::clock},
                                                  Column{ColumnSource::status}};
  for (std::uint8_t k = 0; k < protocol::cosem::kQuantities; ++k) {
    columns[2 + k] = {ColumnSource::energy, k};
  }
  columns.back() = {ColumnSource::capture_counter};
  return columns;
}();
inline constexpr std::array<Column, 3> kEventColumns{Column{ColumnSource::clock},
                                                     Column{ColumnSource::event_code},
                                                     Column{ColumnSource::capture_counter}};

constexpr std::span<const Column> columns_of(LogId id) {
  if (id == LogId::load || id == LogId::closing) return kProfileColumns;
  return kEventColumns;
}

// Octets of a row's values in flash.
constexpr std::uint16_t value_octets(std::span<const Column> columns) {
  std::uint16_t octets = 0;
  for (const Column& column : columns) octets += column.stored_as_value() ? 4 : 0;
  return octets;
}
inline constexpr std::uint16_t kProfileValueOctets = value_octets(kProfileColumns);
inline constexpr std::uint16_t kEventValueOctets = value_octets(kEventColumns);
constexpr std::uint16_t value_octets(LogId id) {
  return id == LogId::load || id == LogId::closing ? kProfileValueOctets : kEventValueOctets;
}

// And of a row as clients see it: a structure.
constexpr std::size_t row_octets(std::span<const Column> columns) {
  std::size_t octets = 2;
  for (const Column& column : columns) octets += column.octets();
  return octets;
}
inline constexpr std::size_t kProfileRowOctets = row_octets(kProfileColumns);
inline constexpr std::size_t kEventRowOctets = row_octets(kEventColumns);
constexpr std::size_t row_octets(LogId id) {
  return id == LogId::load || id == LogId::closing ? kProfileRowOctets : kEventRowOctets;
}

}  // namespace meter::fw
