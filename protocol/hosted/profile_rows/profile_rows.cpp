// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hosted/profile_rows/profile_rows.hpp"

#include <bit>
#include <cmath>

#include "protocol/axdr/compact_array.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace protocol::profile_rows {
namespace {

using axdr::Cursor;
using axdr::Tag;

Cell number_of(std::int64_t value) {
  return {Cell::Kind::number, value < 0, false, static_cast<std::uint64_t>(value)};
}
Cell number_of(std::uint64_t value) { return {Cell::Kind::number, false, false, value}; }

// What 64 bits do not hold is no number of a register; nor is what IEEE 754 calls none.
Cell rounded(double value) {
  constexpr double kInt64 = 0x1p63;
  constexpr double kUint64 = 0x1p64;
  if (!(value >= -kInt64 && value < kUint64)) return {Cell::Kind::other, false, false, 0};
  return value < 0 ? number_of(std::int64_t{std::llround(value)})
                   : number_of(static_cast<std::uint64_t>(std::round(value)));
}

std::optional<cosem::DateTime> take_clock(Cursor& in, const Row* before, const Shape& shape) {
  if (in.peek() == Tag::null_data) {
    in.skip_value();
    if (before == nullptr || !before->at) return std::nullopt;
    cosem::DateTime later = *before->at;
    later.utc_s += shape.period_s;
    return later;
  }
  const Bytes octets = in.date_time();
  if (!in.ok()) return std::nullopt;
  const auto time = meter_time(octets, shape.zone);
  return time ? std::optional(*time) : std::nullopt;
}

bool is_compact(Bytes array) {
  return !array.empty() && array[0] == static_cast<std::uint8_t>(Tag::compact_array);
}

// Rows of kMaxColumns columns that say nothing in a compact-array: a tag each for no octet.
std::vector<std::uint8_t> expanded(Bytes compact) {
  std::vector<std::uint8_t> array(64 + compact.size() * (2 + kMaxColumns));
  const auto done = axdr::expand_compact_array(compact.subspan(1), array);
  array.resize(done ? done->size() : 0);
  return array;
}

// `before`: nullptr for the first.
Row take_row(Cursor& in, const Shape& shape, const Row* before) {
  Row row;
  in.structure(static_cast<std::uint32_t>(shape.columns));
  for (std::size_t column = 0; column < shape.columns && in.ok(); ++column) {
    if (column == shape.clock_column) {
      row.at = take_clock(in, before, shape);
      continue;
    }
    Cell& cell = row.cells[column];
    cell = take_cell(in);
    if (cell.kind == Cell::Kind::null && before != nullptr) {
      cell = before->cells[column];
      cell.as_before = true;
    }
  }
  return row;
}

}  // namespace

Cell take_cell(Cursor& in) {
  switch (in.peek()) {
    case Tag::boolean:
      return number_of(std::uint64_t{in.boolean()});
    case Tag::integer:
    case Tag::long_:
    case Tag::double_long:
    case Tag::long64:
      return number_of(in.number());
    case Tag::enum_:
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::double_long_unsigned:
    case Tag::long64_unsigned:
      return number_of(in.unsigned_number());
    case Tag::float32: {
      Reader bits(in.next().content);
      return rounded(std::bit_cast<float>(bits.u32()));
    }
    case Tag::float64: {
      Reader bits(in.next().content);
      return rounded(std::bit_cast<double>(bits.u64()));
    }
    case Tag::null_data:
      in.skip_value();
      return {};
    default:
      in.skip_value();
      return {Cell::Kind::other, false, false, 0};
  }
}

Result<cosem::DateTime> meter_time(Bytes octets, const LocalZone& zone) {
  auto time = cosem::decode_date_time(octets);
  if (!time || cosem::deviation_specified(octets)) return time;
  cosem::DateTime local = *time;
  const std::int64_t local_s = local.utc_s - std::int64_t{local.deviation_min} * 60;
  const bool summer =
      local.status != cosem::kNotSpecified && (local.status & cosem::kStatusDaylightSaving) != 0;
  local.utc_s = zone.utc_of(local_s, summer);
  local.deviation_min = static_cast<std::int16_t>((local.utc_s - local_s) / 60);
  return local;
}

bool decode(Bytes array, const Shape& shape, std::vector<Row>& rows) {
  rows.clear();
  if (shape.columns == 0 || shape.columns > kMaxColumns) return false;
  if (is_compact(array)) {
    const std::vector<std::uint8_t> plain = expanded(array);
    return !plain.empty() && decode(plain, shape, rows);
  }
  Cursor in(array);
  const std::uint32_t n = in.array();
  Row last;
  const Row* before = nullptr;
  for (std::uint32_t i = 0; i < n && in.ok(); ++i) {
    const Row row = take_row(in, shape, before);
    if (!in.ok()) break;
    rows.push_back(row);
    last = row;
    before = &last;
  }
  if (!in.at_end()) rows.clear();
  return in.at_end();
}

bool columns_changed(Bytes array) {
  if (is_compact(array)) return false;
  Cursor in(array);
  if (in.array() == 0) return false;
  for (std::uint32_t left = in.structure(); left > 0 && in.ok(); --left) {
    const axdr::Value value = in.next();
    if (value.tag != Tag::octet_string || value.content.size() != cosem::kDateTimeOctets) continue;
    const std::uint8_t status = value.content.back();
    return status != cosem::kNotSpecified && (status & cosem::classes::kColumnsChanged) != 0;
  }
  return false;
}

std::size_t columns_of(Bytes array) {
  if (is_compact(array)) {
    // Type description of a row: 02h, number of fields.
    Reader in(array.subspan(1));
    return in.u8() == static_cast<std::uint8_t>(Tag::structure) ? in.u8() : 0;
  }
  Cursor in(array);
  if (in.array() == 0) return 0;
  const std::uint32_t columns = in.structure();
  return in.ok() ? columns : 0;
}

}  // namespace protocol::profile_rows
