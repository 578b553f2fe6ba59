// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/rows.hpp"

#include "protocol/axdr/cursor.hpp"

namespace dcu::app {
namespace {

using protocol::axdr::Cursor;
using protocol::axdr::Tag;

constexpr std::uint32_t kMaxRows = 4096;

std::uint64_t digest_of(const Row& row) {
  // FNV-1a over the words: tells rows apart, guards against nobody.
  std::uint64_t digest = 0xcbf29ce484222325;
  const auto mix = [&](std::uint64_t word) {
    for (int k = 0; k < 8; ++k, word >>= 8) digest = (digest ^ (word & 0xFF)) * 0x100000001b3;
  };
  mix(static_cast<std::uint64_t>(row.at.utc_s));
  mix(row.capture_counter);
  mix(static_cast<std::uint16_t>(row.at.deviation_min) | std::uint64_t{row.at.status} << 16 |
      std::uint64_t{row.at.hundredths} << 24 | std::uint64_t{row.status} << 32);
  for (const std::uint64_t value : row.values) mix(value);
  return digest;
}

bool take_time(Cursor& in, const Row* before, std::int64_t period_s, Row& row) {
  if (in.peek() == Tag::null_data && before != nullptr) {
    in.skip_value();
    row.at = before->at;
    row.at.utc_s += period_s;
    return true;
  }
  const Bytes octets = in.date_time();
  if (!in.ok()) return false;
  const auto time = protocol::cosem::decode_date_time(octets);
  if (time) row.at = *time;
  return time.ok();
}

std::uint64_t take_number(Cursor& in, std::optional<std::uint64_t> before) {
  if (in.peek() == Tag::null_data && before) {
    in.skip_value();
    return *before;
  }
  return in.unsigned_number();
}

// Small numbers in few octets: seven bits each, the highest bit says that more follow; the sign is
// the lowest.
void put_compact(std::uint64_t value, FieldWriter& out) {
  for (; value >= 0x80; value >>= 7) out(static_cast<std::uint8_t>(value | 0x80));
  out(static_cast<std::uint8_t>(value));
}
void put_signed(std::int64_t value, FieldWriter& out) {
  put_compact((static_cast<std::uint64_t>(value) << 1) ^ (value < 0 ? UINT64_MAX : 0), out);
}
std::uint64_t take_compact(FieldReader& in) {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t octet = in.u8();
    value |= std::uint64_t{octet & 0x7Fu} << shift;
    if (octet < 0x80) return value;
  }
  in.spoil();  // longer than a number
  return 0;
}
std::int64_t take_signed(FieldReader& in) {
  const std::uint64_t bits = take_compact(in);
  return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? UINT64_MAX : 0));
}

}  // namespace

std::optional<std::vector<Row>> decode_rows(Bytes array, Profile profile, std::int64_t period_s) {
  std::vector<Row> rows;
  Cursor in(array);
  const std::uint32_t n = in.array();
  if (!in.ok() || n > kMaxRows) return std::nullopt;
  for (std::uint32_t i = 0; i < n; ++i) {
    const Row* const before = rows.empty() ? nullptr : &rows.back();
    Row row;
    const std::uint32_t plain = is_event_log(profile) ? 2 : 2 + kRowValues;
    const std::uint32_t columns = in.structure();
    if (columns != plain && columns != plain + 1) return std::nullopt;
    if (!in.ok() || !take_time(in, before, period_s, row)) return std::nullopt;
    const auto of_before = [&](std::uint64_t value) {
      return before == nullptr ? std::nullopt : std::optional(value);
    };
    const std::uint64_t status = take_number(in, of_before(before == nullptr ? 0 : before->status));
    if (status > UINT8_MAX) return std::nullopt;
    row.status = static_cast<std::uint8_t>(status);
    if (!is_event_log(profile)) {
      for (std::size_t k = 0; k < kRowValues; ++k) {
        row.values[k] = take_number(in, of_before(before == nullptr ? 0 : before->values[k]));
      }
    }
    if (columns > plain) row.capture_counter = static_cast<std::uint32_t>(in.unsigned_number());
    if (!in.ok()) return std::nullopt;
    rows.push_back(row);
  }
  if (!in.at_end()) return std::nullopt;
  return rows;
}

Octets encode(const Chunk& chunk) {
  FieldWriter out;
  out(chunk.read_s, chunk.from_s, chunk.to_s, chunk.period_s);
  put_compact(chunk.rows.size(), out);
  Row before;
  for (const Row& row : chunk.rows) {
    put_signed(row.at.utc_s - before.at.utc_s, out);
    put_signed(row.at.deviation_min - before.at.deviation_min, out);
    put_signed(std::int64_t{row.capture_counter} - before.capture_counter, out);
    out(row.at.status, row.at.hundredths, row.status);
    for (std::size_t k = 0; k < kRowValues; ++k) {
      put_signed(static_cast<std::int64_t>(row.values[k] - before.values[k]), out);
    }
    before = row;
  }
  return out.take();
}

std::optional<Chunk> decode_chunk(Bytes octets) {
  FieldReader in(octets);
  Chunk chunk;
  in(chunk.read_s, chunk.from_s, chunk.to_s, chunk.period_s);
  const std::uint64_t n = take_compact(in);
  if (!in.ok() || n > kMaxRows) return std::nullopt;
  Row row;
  for (std::uint64_t i = 0; i < n && in.ok(); ++i) {
    row.at.utc_s += take_signed(in);
    row.at.deviation_min = static_cast<std::int16_t>(row.at.deviation_min + take_signed(in));
    row.capture_counter = static_cast<std::uint32_t>(row.capture_counter + take_signed(in));
    in(row.at.status, row.at.hundredths, row.status);
    for (std::uint64_t& value : row.values) value += static_cast<std::uint64_t>(take_signed(in));
    chunk.rows.push_back(row);
  }
  if (!in.at_end()) return std::nullopt;
  return chunk;
}

void TakenRows::add(const Row& row) {
  const Mark mark{row.at.utc_s, digest_of(row)};
  if (order_.size() < kMost) {
    order_.push_back(mark);
    return;
  }
  order_[oldest_] = mark;
  oldest_ = (oldest_ + 1) % kMost;
}

std::vector<Row> TakenRows::fresh(const std::vector<Row>& delivered, std::int64_t from_s,
                                  std::int64_t to_s) const {
  std::map<Mark, unsigned> taken;
  for (const Mark& mark : order_) {
    if (mark.first >= from_s && mark.first <= to_s) ++taken[mark];
  }
  std::vector<Row> result;
  for (const Row& row : delivered) {
    const auto at = taken.find({row.at.utc_s, digest_of(row)});
    if (at != taken.end() && at->second > 0) {
      --at->second;
    } else {
      result.push_back(row);
    }
  }
  return result;
}

}  // namespace dcu::app
