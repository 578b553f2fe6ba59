// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>

#include "protocol/result.hpp"

namespace protocol {

using Bytes = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;

// Reads big-endian elements off the front of a span. After a failed read every further one fails
// too, so a decoder may read a whole structure and check ok() once.
class Reader {
 public:
  explicit constexpr Reader(Bytes bytes) : bytes_(bytes) {}

  constexpr std::uint8_t u8() { return static_cast<std::uint8_t>(big_endian(1)); }
  constexpr std::uint16_t u16() { return static_cast<std::uint16_t>(big_endian(2)); }
  constexpr std::uint32_t u32() { return static_cast<std::uint32_t>(big_endian(4)); }
  constexpr std::uint64_t u64() { return big_endian(8); }

  // The next n octets; an empty span and ok() == false when fewer remain.
  constexpr Bytes take(std::size_t n) {
    if (!ok_ || n > bytes_.size() - at_) {
      ok_ = false;
      return {};
    }
    const Bytes taken = bytes_.subspan(at_, n);
    at_ += n;
    return taken;
  }
  constexpr void skip(std::size_t n) { static_cast<void>(take(n)); }
  constexpr std::uint8_t peek() const { return ok_ && at_ < bytes_.size() ? bytes_[at_] : 0; }
  constexpr Bytes rest() const { return ok_ ? bytes_.subspan(at_) : Bytes{}; }
  constexpr std::size_t remaining() const { return ok_ ? bytes_.size() - at_ : 0; }
  constexpr std::size_t position() const { return at_; }
  constexpr bool ok() const { return ok_; }
  constexpr bool at_end() const { return ok_ && at_ == bytes_.size(); }

 private:
  constexpr std::uint64_t big_endian(std::size_t n) {
    std::uint64_t value = 0;
    for (const std::uint8_t octet : take(n)) value = (value << 8) | octet;
    return value;
  }

  Bytes bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

// Writes big-endian elements into a fixed buffer. Overflow sets ok() to false and writes nothing
// more, so an encoder checks once at the end.
class Writer {
 public:
  explicit constexpr Writer(MutableBytes buffer) : buffer_(buffer) {}

  constexpr void u8(std::uint8_t value) { big_endian(value, 1); }
  constexpr void u16(std::uint16_t value) { big_endian(value, 2); }
  constexpr void u32(std::uint32_t value) { big_endian(value, 4); }
  constexpr void u64(std::uint64_t value) { big_endian(value, 8); }
  constexpr void bytes(Bytes source) {
    if (!reserve(source.size()) || source.empty()) return;
    if (std::is_constant_evaluated()) {
      for (const std::uint8_t octet : source) buffer_[size_++] = octet;
      return;
    }
    std::memcpy(buffer_.data() + size_, source.data(), source.size());
    size_ += source.size();
  }
  // Overwrites octets written before, e.g. a length known only at the end.
  constexpr void patch_u8(std::size_t at, std::uint8_t value) {
    if (!ok_) return;
    PROTOCOL_ASSERT(at < size_);
    buffer_[at] = value;
  }
  // Forgets everything after the first `size` octets.
  constexpr void truncate(std::size_t size) {
    PROTOCOL_ASSERT(size <= size_);
    size_ = size;
  }

  // The room behind what is written, for somebody who fills it in place; commit() then takes the
  // first n octets of it as written.
  constexpr MutableBytes free() const { return ok_ ? buffer_.subspan(size_) : MutableBytes{}; }
  constexpr void commit(std::size_t n) {
    if (reserve(n)) size_ += n;
  }

  constexpr std::size_t size() const { return size_; }
  constexpr std::size_t space() const { return buffer_.size() - size_; }
  constexpr Bytes written() const { return Bytes(buffer_.data(), size_); }
  constexpr bool ok() const { return ok_; }

 private:
  constexpr bool reserve(std::size_t n) {
    if (ok_ && n <= space()) return true;
    ok_ = false;
    return false;
  }
  constexpr void big_endian(std::uint64_t value, std::size_t n) {
    if (!reserve(n)) return;
    for (std::size_t i = n; i-- > 0;) {
      buffer_[size_++] = static_cast<std::uint8_t>(value >> (8 * i));
    }
  }

  MutableBytes buffer_;
  std::size_t size_ = 0;
  bool ok_ = true;
};

}  // namespace protocol
