// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "dcu/app/store/page_store.hpp"

namespace dcu::app {

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

// Values of the store, big-endian; lengths in front of texts.
class BlobWriter {
 public:
  explicit BlobWriter(Octets before = {}) : out_(std::move(before)) {}
  BlobWriter& u8(std::uint64_t value) { return put(value, 1); }
  BlobWriter& u16(std::uint64_t value) { return put(value, 2); }
  BlobWriter& u32(std::uint64_t value) { return put(value, 4); }
  BlobWriter& u64(std::uint64_t value) { return put(value, 8); }
  BlobWriter& i64(std::int64_t value) { return put(static_cast<std::uint64_t>(value), 8); }
  BlobWriter& bytes(Bytes octets) {
    out_.insert(out_.end(), octets.begin(), octets.end());
    return *this;
  }
  BlobWriter& text(std::string_view value) { return u32(value.size()).bytes(bytes_of(value)); }
  // Small numbers in few octets: seven bits each, the highest bit says that more follow.
  BlobWriter& compact(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) out_.push_back(static_cast<std::uint8_t>(value | 0x80));
    out_.push_back(static_cast<std::uint8_t>(value));
    return *this;
  }
  BlobWriter& signed_compact(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    return compact((bits << 1) ^ (value < 0 ? UINT64_MAX : 0));
  }
  Octets take() { return std::move(out_); }

 private:
  BlobWriter& put(std::uint64_t value, unsigned octets) {
    for (unsigned k = octets; k-- > 0;) out_.push_back(static_cast<std::uint8_t>(value >> 8 * k));
    return *this;
  }
  Octets out_;
};

class BlobReader : public protocol::Reader {
 public:
  using protocol::Reader::Reader;
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  std::string text() {
    const Bytes octets = take(u32());
    return {octets.begin(), octets.end()};
  }
  template <std::size_t N>
  void bytes(std::array<std::uint8_t, N>& out) {
    const Bytes octets = take(N);
    std::copy(octets.begin(), octets.end(), out.begin());
  }
  std::uint64_t compact() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      const std::uint8_t octet = u8();
      value |= std::uint64_t{octet & 0x7Fu} << shift;
      if (octet < 0x80) return value;
    }
    skip(SIZE_MAX / 2);  // longer than a number: fails
    return 0;
  }
  std::int64_t signed_compact() {
    const std::uint64_t bits = compact();
    return static_cast<std::int64_t>((bits >> 1) ^ ((bits & 1) != 0 ? UINT64_MAX : 0));
  }
};

}  // namespace dcu::app
