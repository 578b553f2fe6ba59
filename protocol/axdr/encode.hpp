// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "protocol/axdr/tag.hpp"
#include "protocol/bytes.hpp"

namespace protocol::axdr {

// IEC 61334-6 length: one octet below 128, otherwise 80h + number of length octets.
constexpr std::size_t length_octets(std::size_t length) {
  return length < 0x80 ? 1 : length < 0x100 ? 2 : length < 0x10000 ? 3 : 5;
}
constexpr void put_length(std::size_t length, Writer& out) {
  switch (length_octets(length)) {
    case 1:
      out.u8(static_cast<std::uint8_t>(length));
      return;
    case 2:
      out.u8(0x81);
      out.u8(static_cast<std::uint8_t>(length));
      return;
    case 3:
      out.u8(0x82);
      out.u16(static_cast<std::uint16_t>(length));
      return;
    default:
      out.u8(0x84);
      out.u32(static_cast<std::uint32_t>(length));
  }
}
// An OCTET STRING inside an APDU: length and octets, no type tag.
constexpr void put_octets(Bytes octets, Writer& out) {
  put_length(octets.size(), out);
  out.bytes(octets);
}

constexpr void put_tag(Tag tag, Writer& out) { out.u8(static_cast<std::uint8_t>(tag)); }

constexpr void put_null(Writer& out) { put_tag(Tag::null_data, out); }
constexpr void put_boolean(bool value, Writer& out) {
  put_tag(Tag::boolean, out);
  out.u8(value ? 0xFF : 0x00);
}
constexpr void put_enum(std::uint8_t value, Writer& out) {
  put_tag(Tag::enum_, out);
  out.u8(value);
}
constexpr void put_integer(std::int8_t value, Writer& out) {
  put_tag(Tag::integer, out);
  out.u8(static_cast<std::uint8_t>(value));
}
constexpr void put_long(std::int16_t value, Writer& out) {
  put_tag(Tag::long_, out);
  out.u16(static_cast<std::uint16_t>(value));
}
constexpr void put_double_long(std::int32_t value, Writer& out) {
  put_tag(Tag::double_long, out);
  out.u32(static_cast<std::uint32_t>(value));
}
constexpr void put_long64(std::int64_t value, Writer& out) {
  put_tag(Tag::long64, out);
  out.u64(static_cast<std::uint64_t>(value));
}
constexpr void put_unsigned(std::uint8_t value, Writer& out) {
  put_tag(Tag::unsigned_, out);
  out.u8(value);
}
constexpr void put_long_unsigned(std::uint16_t value, Writer& out) {
  put_tag(Tag::long_unsigned, out);
  out.u16(value);
}
constexpr void put_double_long_unsigned(std::uint32_t value, Writer& out) {
  put_tag(Tag::double_long_unsigned, out);
  out.u32(value);
}
constexpr void put_long64_unsigned(std::uint64_t value, Writer& out) {
  put_tag(Tag::long64_unsigned, out);
  out.u64(value);
}
constexpr void put_octet_string(Bytes value, Writer& out) {
  put_tag(Tag::octet_string, out);
  put_octets(value, out);
}
inline void put_visible_string(std::string_view value, Writer& out) {
  put_tag(Tag::visible_string, out);
  put_length(value.size(), out);
  for (const char c : value) out.u8(static_cast<std::uint8_t>(c));
}
// `octets` holds the bits, the first one in the highest bit of the first octet.
constexpr void put_bit_string(Bytes octets, std::size_t bits, Writer& out) {
  PROTOCOL_ASSERT(octets.size() == (bits + 7) / 8);
  put_tag(Tag::bit_string, out);
  put_length(bits, out);
  out.bytes(octets);
}
// The n elements follow.
constexpr void begin_structure(std::size_t n, Writer& out) {
  put_tag(Tag::structure, out);
  put_length(n, out);
}
constexpr void begin_array(std::size_t n, Writer& out) {
  put_tag(Tag::array, out);
  put_length(n, out);
}

}  // namespace protocol::axdr
