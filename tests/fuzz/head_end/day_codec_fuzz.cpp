// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A meter-day in the head-end's store. The first octet says what follows: a blob of any octets,
// which is rows or refused; or the members of rows. Rows come out of their blob as they went in,
// in portions or at once, and merging two halves of a day loses none and makes none up.
#include <algorithm>
#include <cstdlib>
#include <vector>

#include "hes-stub/store/day_codec.hpp"
#include "hes-stub/store/day_merge.hpp"
#include "protocol/bytes.hpp"

namespace {

using hes::DayTail;
using hes::Row;
using Rows = std::vector<Row>;

constexpr std::size_t kMergedMost = 40;

void require(bool condition) {
  if (!condition) std::abort();
}

bool same(const Row& a, const Row& b) {
  return hes::same_capture(a, b) && a.arrival_utc_s == b.arrival_utc_s &&
         a.deliveries == b.deliveries;
}

bool same(const Rows& a, const Rows& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](const Row& x, const Row& y) { return same(x, y); });
}

Rows rows_of(protocol::Reader in) {
  Rows rows;  // behind their last value stands what stood there before
  while (in.remaining() > 0) {
    Row row = rows.empty() ? Row{} : rows.back();
    const std::uint8_t changed = in.u8();
    if ((changed & 0x01) != 0) row.stamp_utc_s = static_cast<std::int64_t>(in.u64());
    if ((changed & 0x02) != 0) row.arrival_utc_s = static_cast<std::int64_t>(in.u64());
    if ((changed & 0x04) != 0) row.capture_counter = in.u32();
    if ((changed & 0x08) != 0) row.status = in.u32();
    if ((changed & 0x10) != 0) {
      row.deviation_min = static_cast<std::int16_t>(in.u16());
      row.clock_status = in.u8();
    }
    if ((changed & 0x20) != 0) row.n_values = in.u8() % (hes::kMaxValues + 1);
    if ((changed & 0x40) != 0 && row.n_values > 0) {
      row.values[in.u8() % row.n_values] = static_cast<std::int64_t>(in.u64());
    }
    row.deliveries = (changed & 0x80) != 0 ? in.u8() & 7 : row.deliveries;
    if (!in.ok()) break;
    row.stamp_utc_s = static_cast<std::int64_t>(static_cast<std::uint64_t>(row.stamp_utc_s) + 900);
    rows.push_back(row);
  }
  return rows;
}

std::vector<std::uint8_t> encoded(const Rows& rows, DayTail& tail) {
  std::vector<std::uint8_t> blob;
  hes::start_day(blob, tail);
  for (const Row& row : rows) hes::append_row(row, blob, tail);
  return blob;
}

void check_codec(const Rows& rows) {
  DayTail tail;
  const std::vector<std::uint8_t> blob = encoded(rows, tail);
  Rows read;
  DayTail read_tail;
  require(hes::decode_day(blob, read, read_tail));
  require(same(read, rows));
  // Going on from what was read is going on from what was written.
  Row next = rows.empty() ? Row{} : rows.front();
  next.stamp_utc_s ^= 0x5555;
  std::vector<std::uint8_t> on = blob;
  std::vector<std::uint8_t> on_read = blob;
  hes::append_row(next, on, tail);
  hes::append_row(next, on_read, read_tail);
  require(on == on_read);
}

std::size_t count(const Rows& rows, const Row& row) {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const Row& each) { return hes::same_capture(each, row); }));
}

void check_merge(const Rows& rows, std::size_t half, bool push) {
  const Rows before(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(half));
  const Rows delivered(rows.begin() + static_cast<std::ptrdiff_t>(half), rows.end());
  Rows day = before;
  std::vector<std::uint8_t> is_new;
  if (push) {
    hes::merge_push(day, delivered, is_new);
  } else {
    hes::merge_pull(day, delivered, is_new, hes::Delivery::pull);
  }
  require(is_new.size() == delivered.size());
  const auto n_new = std::count_if(is_new.begin(), is_new.end(), [](auto flag) { return flag; });
  require(day.size() == before.size() + static_cast<std::size_t>(n_new));
  for (const Row& row : before) require(count(day, row) >= count(before, row));
  for (const Row& row : delivered) require(count(day, row) >= 1);
  for (const Row& row : day) require(count(day, row) <= count(before, row) + count(delivered, row));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0 || size > 4096) return 0;
  const protocol::Bytes rest = protocol::Bytes(data, size).subspan(1);
  Rows rows;
  if ((data[0] & 1) == 0) {
    DayTail tail;
    hes::decode_day(rest, rows, tail);
    for (const Row& row : rows) {
      require(row.n_values <= hes::kMaxValues && row.deliveries <= 7);
      for (std::size_t i = row.n_values; i < hes::kMaxValues; ++i) require(row.values[i] == 0);
    }
  } else {
    rows = rows_of(protocol::Reader(rest));
  }
  check_codec(rows);
  rows.resize(std::min(rows.size(), kMergedMost));
  check_merge(rows, rows.size() * (data[0] >> 2) / 64, (data[0] & 2) != 0);
  return 0;
}
