// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "protocol/bytes.hpp"

// Records of our own, of a store's file or between two of our processes: one walk over the members
// of a structure, io(value.a, value.b, ...), writes them and reads them. Numbers and enumerations
// take the octets of their type, big-endian; arrays of octets stand as they are; texts and vectors
// have their count (u32) in front, an optional value an octet that says whether it is there.
namespace protocol {

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

class FieldWriter {
 public:
  static constexpr bool kReads = false;
  using Octets = std::vector<std::uint8_t>;

  explicit FieldWriter(Octets before = {}) : octets_(std::move(before)) {}

  template <typename... Values>
  FieldWriter& operator()(const Values&... values) {
    (put(values), ...);
    return *this;
  }
  // The count of a list whose elements are walked next.
  template <typename List>
  const List& list(const List& elements) {
    put(static_cast<std::uint32_t>(elements.size()));
    return elements;
  }
  FieldWriter& raw(Bytes octets) {
    octets_.insert(octets_.end(), octets.begin(), octets.end());
    return *this;
  }
  Bytes octets() const { return octets_; }
  void clear() { octets_.clear(); }
  Octets take() { return std::move(octets_); }

 private:
  template <typename Number>
  requires std::integral<Number> || std::is_enum_v<Number>
  void put(Number value) {
    for (std::size_t k = sizeof value; k-- > 0;) {
      octets_.push_back(static_cast<std::uint8_t>(static_cast<std::uint64_t>(value) >> 8 * k));
    }
  }
  void put(Bytes octets) {
    put(static_cast<std::uint32_t>(octets.size()));
    raw(octets);
  }
  void put(const Octets& octets) { put(Bytes(octets)); }
  void put(std::string_view text) { put(bytes_of(text)); }
  void put(const std::string& text) { put(bytes_of(text)); }
  template <std::size_t n>
  void put(const std::array<std::uint8_t, n>& octets) {
    raw(octets);
  }
  template <typename Value>
  void put(const std::optional<Value>& value) {
    put(value.has_value());
    if (value) put(*value);
  }

 protected:
  Octets octets_;
};

// Fails as Reader does: after a failed read every further one fails too.
class FieldReader : public Reader {
 public:
  static constexpr bool kReads = true;
  using Reader::Reader;

  template <typename... Values>
  FieldReader& operator()(Values&... values) {
    (take_into(values), ...);
    return *this;
  }
  // The next value of this type.
  template <typename Value>
  Value next() {
    Value value{};
    take_into(value);
    return value;
  }
  // As many elements as were written, to be walked next; no more than there can be octets for.
  template <typename List>
  List& list(List& elements) {
    elements.resize(std::min<std::size_t>(u32(), remaining()));
    return elements;
  }
  Bytes sized() { return take(u32()); }
  // A value that nobody writes: this and every further read fails.
  void spoil() { skip(SIZE_MAX); }

 private:
  template <typename Number>
  requires std::integral<Number> || std::is_enum_v<Number>
  void take_into(Number& value) {
    std::uint64_t bits = 0;
    for (const std::uint8_t octet : take(sizeof value)) bits = bits << 8 | octet;
    value = static_cast<Number>(bits);
  }
  void take_into(bool& value) { value = u8() != 0; }
  void take_into(std::vector<std::uint8_t>& octets) {
    const Bytes taken = sized();
    octets.assign(taken.begin(), taken.end());
  }
  void take_into(std::string& text) {
    const Bytes taken = sized();
    text.assign(taken.begin(), taken.end());
  }
  template <std::size_t n>
  void take_into(std::array<std::uint8_t, n>& octets) {
    const Bytes taken = take(n);
    std::copy(taken.begin(), taken.end(), octets.begin());
  }
  template <typename Value>
  void take_into(std::optional<Value>& value) {
    const bool there = u8() != 0;
    value.reset();
    if (there) take_into(value.emplace());
  }
};

}  // namespace protocol
