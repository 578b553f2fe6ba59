// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/app/store/rows.hpp"

#include <algorithm>

#include "protocol/hosted/profile_rows/profile_rows.hpp"

namespace dcu::app {
namespace {

namespace profile_rows = protocol::profile_rows;

constexpr std::uint32_t kMaxRows = 4096;
// Columns of a row in front of the registers.
constexpr std::size_t kClockColumn = 0;
constexpr std::size_t kStatusColumn = 1;
constexpr std::size_t kFirstRegister = 2;

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

std::optional<DecodedRows> decode_rows(Bytes array, Profile profile, std::int64_t period_s,
                                       const protocol::LocalZone& zone) {
  DecodedRows decoded;
  decoded.columns_changed = profile_rows::columns_changed(array);
  if (decoded.columns_changed) return decoded;
  const std::size_t of_event = profile == Profile::quality_events ? kDuration + 1 : 0;
  const std::size_t registers = is_event_log(profile) ? of_event : kRowValues;
  const std::size_t plain = kFirstRegister + registers;
  const std::size_t columns = profile_rows::columns_of(array);
  const bool counted = columns == plain + 1;
  std::vector<profile_rows::Row> captured;
  const profile_rows::Shape shape{counted ? plain + 1 : plain, kClockColumn, period_s, zone};
  if (!profile_rows::decode(array, shape, captured) || captured.size() > kMaxRows) return {};
  for (const profile_rows::Row& each : captured) {
    Row row;
    const auto status = each.cells[kStatusColumn].uint64();
    if (!status || *status > UINT8_MAX) return {};
    row.status = static_cast<std::uint8_t>(*status);
    if (counted) {
      const auto counter = each.cells[plain].uint64();
      if (!counter || each.cells[plain].as_before) return {};
      row.capture_counter = static_cast<std::uint32_t>(*counter);
      decoded.newest = std::max(decoded.newest, row.capture_counter);
    }
    bool whole = each.at.has_value();
    for (std::size_t k = 0; k < registers && whole; ++k) {
      const auto value = each.cells[kFirstRegister + k].uint64();
      whole = value.has_value();
      row.values[k] = value.value_or(0);
    }
    if (!whole) {
      ++decoded.left_out;
      continue;
    }
    row.at = *each.at;
    decoded.rows.push_back(row);
  }
  return decoded;
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
