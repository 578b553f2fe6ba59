// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/row_decoder.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "protocol/axdr/compact_array.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace hes {
namespace {

using protocol::axdr::Cursor;
using protocol::axdr::Tag;

constexpr std::size_t kMaxColumns = kMaxValues + 3;

std::int64_t rounded(double number) {
  constexpr double kBeyond = 9.2e18;  // what an int64 holds, and a little less
  return std::abs(number) < kBeyond ? std::llround(number) : 0;  // no for what is no number
}

// A number of any kind; other types are kept as 0, the row is worth more than the column.
std::int64_t take_number(Cursor& in) {
  switch (in.peek()) {
    case Tag::boolean:
      return in.boolean() ? 1 : 0;
    case Tag::enum_:
      return in.enumeration();
    case Tag::integer:
    case Tag::long_:
    case Tag::double_long:
    case Tag::long64:
    case Tag::unsigned_:
    case Tag::long_unsigned:
    case Tag::double_long_unsigned:
      return in.number();
    case Tag::long64_unsigned:
      return static_cast<std::int64_t>(in.unsigned_number());
    case Tag::float32: {
      protocol::Reader bits(in.next().content);
      return rounded(std::bit_cast<float>(bits.u32()));
    }
    case Tag::float64: {
      protocol::Reader bits(in.next().content);
      return rounded(std::bit_cast<double>(bits.u64()));
    }
    default:
      in.skip_value();
      return 0;
  }
}

// False when the time cannot be told.
bool take_clock(Cursor& in, const Row* before, std::int64_t period_s, const LocalZone& zone,
                Row& row) {
  if (in.peek() == Tag::null_data) {
    in.skip_value();
    if (before == nullptr) return false;
    row.stamp_utc_s = before->stamp_utc_s + period_s;
    row.deviation_min = before->deviation_min;
    row.clock_status = before->clock_status;
    return true;
  }
  const protocol::Bytes octets = in.date_time();
  if (!in.ok()) return false;
  const auto time = meter_time(octets, zone);
  if (!time) return false;
  row.stamp_utc_s = time->utc_s;
  row.deviation_min = time->deviation_min;
  row.clock_status = time->status;
  return true;
}

// Rows of kMaxColumns columns that say nothing in a compact-array: a tag each for no octet.
std::vector<std::uint8_t> expanded(protocol::Bytes compact) {
  std::vector<std::uint8_t> array(64 + compact.size() * (2 + kMaxColumns));
  const auto done = protocol::axdr::expand_compact_array(compact.subspan(1), array);
  array.resize(done ? done->size() : 0);
  return array;
}

}  // namespace

protocol::Result<protocol::cosem::DateTime> meter_time(protocol::Bytes octets,
                                                       const LocalZone& zone) {
  constexpr std::uint8_t kDaylightSaving = 0x80;  // clock status, FFh: not specified
  auto time = protocol::cosem::decode_date_time(octets);
  if (!time || octets[9] != 0x80 || octets[10] != 0) return time;
  protocol::cosem::DateTime local = *time;
  const std::int64_t local_s = local.utc_s - std::int64_t{local.deviation_min} * 60;
  const bool summer = local.status != 0xFF && (local.status & kDaylightSaving) != 0;
  local.utc_s = zone.utc_of(local_s, summer);
  local.deviation_min = static_cast<std::int16_t>((local.utc_s - local_s) / 60);
  return local;
}

DecodedRows decode_rows(protocol::Bytes array, const ProfileType& profile, std::int64_t period_s,
                        std::vector<Row>& rows, const LocalZone& zone) {
  rows.clear();
  DecodedRows result;
  if (!array.empty() && array[0] == static_cast<std::uint8_t>(Tag::compact_array)) {
    const std::vector<std::uint8_t> plain = expanded(array);
    return plain.empty() ? result : decode_rows(plain, profile, period_s, rows, zone);
  }
  Cursor in(array);
  const std::uint32_t n = in.array();
  const Row* before = nullptr;
  Row last;
  const auto columns = static_cast<std::uint32_t>(profile.columns.size());
  for (std::uint32_t i = 0; i < n && in.ok(); ++i) {
    in.structure(columns);
    Row row;
    bool timed = false;
    for (std::size_t c = 0; c < columns && in.ok(); ++c) {
      if (static_cast<int>(c) == profile.clock_column) {
        timed = take_clock(in, before, period_s, zone, row);
        continue;
      }
      const bool same = in.peek() == Tag::null_data && before != nullptr;
      const std::int64_t number = take_number(in);
      if (static_cast<int>(c) == profile.status_column) {
        row.status = same ? last.status : static_cast<std::uint32_t>(number);
      } else if (static_cast<int>(c) == profile.counter_column) {
        row.capture_counter = static_cast<std::uint32_t>(number);
      } else {
        row.values[row.n_values] = same ? last.values[row.n_values] : number;
        ++row.n_values;
      }
    }
    if (!in.ok()) break;
    if (!timed) {
      ++result.without_time;
      continue;
    }
    last = row;
    before = &last;
    rows.push_back(row);
  }
  result.ok = in.at_end();
  if (!result.ok) rows.clear();
  return result;
}

bool decode_capture_objects(protocol::Bytes array, ProfileType& profile) {
  Cursor in(array);
  const std::uint32_t n = in.array();
  if (n == 0 || n > kMaxColumns) return false;
  profile.columns.clear();
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto captured = classes::take_capture_object(in);
    if (!captured) return false;
    profile.columns.push_back({captured->source, 0, 255});
  }
  return in.at_end() && assign_roles(profile);
}

}  // namespace hes
