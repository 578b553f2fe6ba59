// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/types.hpp"

namespace protocol::dlms {

// Selective access as it stands in a request: selector and parameters (one A-XDR value).
struct AccessSelection {
  bool present = false;
  std::uint8_t selector = 0;
  Bytes parameters;
};

// A range selects by one column, Blue Book 4.3.6: here the clock (class 8, 0.0.1.0.0.255) or the
// capture counter (class 1, 0.0.96.15.50.255), attribute 2 of either.
inline constexpr std::uint8_t kRangeSelector = 1;
inline constexpr std::uint8_t kEntrySelector = 2;

// OPTIONAL access-selection of an attribute descriptor. Fails the reader when it is not one.
AccessSelection take_access_selection(Reader& in);
void put_access_selection(const AccessSelection& access, Writer& out);

// Rows with a clock from `from_utc_s` to `to_utc_s`, both included.
constexpr cosem::Selection rows_between(std::int64_t from_utc_s, std::int64_t to_utc_s) {
  cosem::Selection selection;
  selection.kind = cosem::Selection::Kind::range;
  selection.from_utc_s = from_utc_s;
  selection.to_utc_s = to_utc_s;
  return selection;
}

// Rows captured as number `from` to `to`, both included, whatever the clock said.
constexpr cosem::Selection rows_numbered(std::uint32_t from, std::uint32_t to = UINT32_MAX) {
  cosem::Selection selection;
  selection.kind = cosem::Selection::Kind::numbers;
  selection.from_entry = from;
  selection.to_entry = to;
  return selection;
}

// The parameters are written into `buffer`. Nothing selected (Kind::all) is an absent selection.
// Columns are not asked for: selects_columns() is a bug of the caller.
inline constexpr std::size_t kSelectionOctets = 50;  // of a range, the longer one
using SelectionBuffer = std::array<std::uint8_t, kSelectionOctets>;
AccessSelection encode_selection(const cosem::Selection& selection, SelectionBuffer& buffer);

// Error::unsupported: another selector or restricting object than these, or more columns than any
// profile has. The names of the columns stay where they are.
Result<cosem::Selection> decode_selection(const AccessSelection& access);

}  // namespace protocol::dlms
