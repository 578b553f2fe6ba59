// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/types.hpp"
#include "protocol/local_zone.hpp"

// Rows of a profile buffer (class 7, attribute 2), whoever asks for them: head-end and concentrator
// take the same meters' rows and keep different ones.
namespace protocol::profile_rows {

inline constexpr std::size_t kMaxColumns = 19;

// A column's value, as wide as the meter wrote it: a register may have all 64 bits, or a sign.
struct Cell {
  enum class Kind : std::uint8_t { number, null, other } kind = Kind::null;
  bool negative = false;
  bool as_before = false;  // null, and a row stands before: the value is that row's
  std::uint64_t bits = 0;  // two's complement

  // Nothing for what is no number or does not fit.
  std::optional<std::int64_t> int64() const {
    constexpr std::uint64_t kMost = std::numeric_limits<std::int64_t>::max();
    const bool fits = kind == Kind::number && (negative || bits <= kMost);
    return fits ? std::optional(static_cast<std::int64_t>(bits)) : std::nullopt;
  }
  std::optional<std::uint64_t> uint64() const {
    return kind == Kind::number && !negative ? std::optional(bits) : std::nullopt;
  }
};

// Any value; what is no number is passed over.
Cell take_cell(axdr::Cursor& in);

struct Row {
  std::optional<cosem::DateTime> at;  // nothing: no date stands in the clock column
  std::array<Cell, kMaxColumns> cells{};
};

// What the rows of a profile are made of.
struct Shape {
  std::size_t columns = 0;
  std::size_t clock_column = 0;
  std::int64_t period_s = 0;
  LocalZone zone{};  // where the meter hangs
};

// An A-XDR array of rows, or a compact-array (Blue Book 4.1.5). A null in the clock column stands
// for "one period later" (than a date: behind a row without one it is none), elsewhere for "as the
// row before" (Blue Book 4.3.6). A float is rounded,
// in the column's scale; a date-time without deviation is local time. False, and no rows, when it
// is anything else, or a row has another number of columns.
bool decode(Bytes array, const Shape& shape, std::vector<Row>& rows);

// Whether the clock of the first row says, in whatever column, that these columns are not those
// that the meter left the production line with (classes::kColumnsChanged).
bool columns_changed(Bytes array);

// Columns of the first row; 0: there is none.
std::size_t columns_of(Bytes array);

// A date-time of a meter that hangs in `zone`: without a deviation (8000h, Blue Book 4.1.6.1) it is
// that zone's local time.
Result<cosem::DateTime> meter_time(Bytes octets, const LocalZone& zone);

}  // namespace protocol::profile_rows
