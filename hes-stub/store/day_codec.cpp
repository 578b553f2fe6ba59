// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "hes-stub/store/day_codec.hpp"

namespace hes {
namespace {

constexpr std::uint8_t kDeliveries = 0x03;
constexpr std::uint8_t kClockChanged = 0x04;
constexpr std::uint8_t kStatusChanged = 0x08;
constexpr std::uint8_t kCountChanged = 0x10;
constexpr std::uint8_t kReported = 0x20;
constexpr std::uint8_t kNumbered = 0x40;

std::uint8_t delivery_flags(std::uint8_t deliveries) {
  const bool reported = (deliveries & static_cast<unsigned>(Delivery::report)) != 0;
  return static_cast<std::uint8_t>((deliveries & kDeliveries) | (reported ? kReported : 0));
}
std::uint8_t deliveries_of(std::uint8_t flags) {
  const bool reported = (flags & kReported) != 0;
  return static_cast<std::uint8_t>((flags & kDeliveries) |
                                   (reported ? static_cast<unsigned>(Delivery::report) : 0u));
}

// Differences wrap: a register that runs backwards or over is stored all the same.
std::int64_t difference(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) - static_cast<std::uint64_t>(b));
}
std::int64_t sum(std::int64_t a, std::int64_t b) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(a) + static_cast<std::uint64_t>(b));
}

std::uint8_t* put_varint(std::uint8_t* at, std::uint64_t value) {
  while (value >= 0x80) {
    *at++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *at++ = static_cast<std::uint8_t>(value);
  return at;
}
std::uint8_t* put_zigzag(std::uint8_t* at, std::int64_t value) {
  return put_varint(
      at, (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63));
}

class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> octets) : octets_(octets) {}

  bool ok() const { return ok_; }
  bool at_end() const { return at_ == octets_.size(); }
  std::uint8_t u8() {
    if (at_ >= octets_.size()) {
      ok_ = false;
      return 0;
    }
    return octets_[at_++];
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t octet = u8();
      value |= static_cast<std::uint64_t>(octet & 0x7F) << shift;
      if (octet < 0x80) return value;
    }
    ok_ = false;
    return 0;
  }
  std::int64_t zigzag() {
    const std::uint64_t value = varint();
    return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
  }

 private:
  std::span<const std::uint8_t> octets_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

}  // namespace

void start_day(std::vector<std::uint8_t>& blob, DayTail& tail) {
  blob.assign(1, kDayBlobVersion);
  tail = {};
}

void append_row(const Row& row, std::vector<std::uint8_t>& blob, DayTail& tail) {
  const Row& last = tail.row;
  const std::int64_t step_s = difference(row.stamp_utc_s, last.stamp_utc_s);
  const bool clock =
      row.deviation_min != last.deviation_min || row.clock_status != last.clock_status;
  const bool status = row.status != last.status;
  const bool count = row.n_values != last.n_values;
  const bool numbered = row.capture_counter != last.capture_counter;

  std::uint8_t buffer[16 + 10 * (7 + kMaxValues)];
  std::uint8_t* at = buffer;
  *at++ = static_cast<std::uint8_t>(delivery_flags(row.deliveries) | (clock ? kClockChanged : 0) |
                                    (status ? kStatusChanged : 0) | (count ? kCountChanged : 0) |
                                    (numbered ? kNumbered : 0));
  at = put_zigzag(at, difference(step_s, tail.step_s));
  at = put_zigzag(at, difference(row.arrival_utc_s, row.stamp_utc_s));
  if (numbered) {
    at = put_zigzag(at, std::int64_t{row.capture_counter} - last.capture_counter);
  }
  if (clock) {
    at = put_zigzag(at, row.deviation_min);
    *at++ = row.clock_status;
  }
  if (status) at = put_varint(at, row.status);
  if (count) *at++ = row.n_values;
  for (std::size_t i = 0; i < row.n_values; ++i) {
    at = put_zigzag(at, difference(row.values[i], last.values[i]));
  }
  blob.insert(blob.end(), buffer, at);
  tail.row = row;
  for (std::size_t i = row.n_values; i < kMaxValues; ++i) tail.row.values[i] = 0;
  tail.step_s = step_s;
}

bool decode_day(std::span<const std::uint8_t> blob, std::vector<Row>& rows, DayTail& tail) {
  Cursor in(blob);
  tail = {};
  if (in.u8() != kDayBlobVersion) return false;
  while (!in.at_end()) {
    Row row = tail.row;
    const std::uint8_t flags = in.u8();
    row.deliveries = deliveries_of(flags);
    const std::int64_t step_s = sum(tail.step_s, in.zigzag());
    row.stamp_utc_s = sum(tail.row.stamp_utc_s, step_s);
    row.arrival_utc_s = sum(row.stamp_utc_s, in.zigzag());
    if (flags & kNumbered) {
      row.capture_counter = static_cast<std::uint32_t>(sum(row.capture_counter, in.zigzag()));
    }
    if (flags & kClockChanged) {
      row.deviation_min = static_cast<std::int16_t>(in.zigzag());
      row.clock_status = in.u8();
    }
    if (flags & kStatusChanged) row.status = static_cast<std::uint32_t>(in.varint());
    if (flags & kCountChanged) row.n_values = in.u8();
    if (row.n_values > kMaxValues) return false;
    for (std::size_t i = 0; i < row.n_values; ++i) row.values[i] = sum(row.values[i], in.zigzag());
    for (std::size_t i = row.n_values; i < kMaxValues; ++i) row.values[i] = 0;
    if (!in.ok()) return false;
    tail.row = row;
    tail.step_s = step_s;
    rows.push_back(row);
  }
  return true;
}

}  // namespace hes
