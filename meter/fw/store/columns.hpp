// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <span>

#include "meter/fw/store/event_logs.hpp"
#include "protocol/cosem/measured.hpp"

namespace meter::fw {

// What a column shows, by a number that stands in flash with a profile's setup: it never changes
// its meaning. Time, status and code stand in the head of a row in flash (RowHead), the capture
// counter behind its values; every other column is a value of four octets, in order. What the
// values are: profiles/captured_values.hpp.
using ColumnId = std::uint8_t;
enum : ColumnId {
  kNoColumn,
  kClockColumn,
  kStatusColumn,     // status word of the interval
  kEventCodeColumn,  // that made the row
  kCounterColumn,    // capture counter
  kFirstValueColumn = 8,
  kMagnitudeColumn = 8,  // of the last sag or swell
  kDurationColumn = 9,
  kEnergyColumns = 16,   // place in kQuantityTable
  kVoltageColumns = 48,  // phase
  kCurrentColumns = 52,  // phase
  kPowerColumns = 56,    // +P -P +Q -Q
  kFrequencyColumn = 60,
};
// Where the members of each family of kMeasured begin.
inline constexpr std::array<ColumnId, std::size(protocol::cosem::kMeasured)> kFamilyColumns{
    kPowerColumns,
    kPowerColumns + 2,
    kVoltageColumns,
    kCurrentColumns,
    kFrequencyColumn,
    64,
    65,
    67,
    70,
    76,
    82,
    83,
    86,
    92,
    98,
    104,
    105,
    108,
    110,
    113,
    116,
    119,
    121,
    122,
    128,
    200,
    201,
    202};
constexpr bool is_value(ColumnId column) { return column >= kFirstValueColumn; }

inline constexpr std::size_t kMaxColumns = 16;  // meter_object_info has no more either
using Columns = std::span<const ColumnId>;

// What the profiles of a meter from the production line show.
inline constexpr auto kDefaultColumns = [] {
  std::array<ColumnId, 2 + protocol::cosem::kQuantities + 1> columns{kClockColumn, kStatusColumn};
  for (std::uint8_t k = 0; k < protocol::cosem::kQuantities; ++k) {
    columns[2 + k] = static_cast<ColumnId>(kEnergyColumns + k);
  }
  columns.back() = kCounterColumn;
  return columns;
}();
static_assert(kDefaultColumns.size() <= kMaxColumns);
inline constexpr std::array<ColumnId, 3> kEventColumns{kClockColumn, kEventCodeColumn,
                                                       kCounterColumn};
inline constexpr std::array<ColumnId, 5> kQualityColumns{
    kClockColumn, kEventCodeColumn, kMagnitudeColumn, kDurationColumn, kCounterColumn};
constexpr Columns event_columns(LogId id) {
  return id == LogId::quality_events ? Columns(kQualityColumns) : Columns(kEventColumns);
}

// Octets of a row's values in flash; the capture counter is always there and the last one.
constexpr std::uint16_t value_octets(Columns columns) {
  return static_cast<std::uint16_t>(4 *
                                    (std::count_if(columns.begin(), columns.end(), is_value) + 1));
}
inline constexpr std::size_t kMaxValueOctetsInFlash = 4 * kMaxColumns;

}  // namespace meter::fw
