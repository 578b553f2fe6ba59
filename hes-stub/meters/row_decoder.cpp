// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/meters/row_decoder.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"

namespace hes {
namespace {

namespace profile_rows = protocol::profile_rows;
using profile_rows::Cell;
using protocol::axdr::Cursor;

constexpr std::size_t kMaxColumns = kMaxValues + 3;
static_assert(kMaxColumns == profile_rows::kMaxColumns);

// False when a register is beyond what a row holds.
bool take_cells(const profile_rows::Row& captured, const ProfileType& profile, Row& row) {
  for (std::size_t c = 0; c < profile.columns.size(); ++c) {
    const auto column = static_cast<int>(c);
    if (column == profile.clock_column) continue;
    const Cell& cell = captured.cells[c];
    const auto number = cell.int64();
    if (column == profile.status_column) {
      row.status = static_cast<std::uint32_t>(number.value_or(0));
    } else if (column == profile.counter_column) {
      row.capture_counter = cell.as_before ? 0 : static_cast<std::uint32_t>(number.value_or(0));
    } else {
      if (cell.kind == Cell::Kind::number && !number) return false;
      row.values[row.n_values++] = number.value_or(0);
    }
  }
  return true;
}

}  // namespace

DecodedRows decode_rows(protocol::Bytes array, const ProfileType& profile, std::int64_t period_s,
                        std::vector<Row>& rows, const protocol::LocalZone& zone) {
  rows.clear();
  DecodedRows result;
  std::vector<profile_rows::Row> captured;
  const profile_rows::Shape shape{profile.columns.size(),
                                  static_cast<std::size_t>(profile.clock_column), period_s, zone};
  result.ok = profile_rows::decode(array, shape, captured);
  result.columns_changed = profile_rows::columns_changed(array);
  if (result.columns_changed) {
    result.ok = false;
    return result;
  }
  for (const profile_rows::Row& each : captured) {
    if (!each.at) {
      ++result.without_time;
      continue;
    }
    Row row;
    row.stamp_utc_s = each.at->utc_s;
    row.deviation_min = each.at->deviation_min;
    row.clock_status = each.at->status;
    if (take_cells(each, profile, row)) {
      rows.push_back(row);
    } else {
      ++result.refused;
    }
  }
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
