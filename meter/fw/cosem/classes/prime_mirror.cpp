// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/cosem/classes/prime_mirror.hpp"

namespace meter::fw {
namespace {

constexpr std::size_t kSnaOctets = 6;

void put_octets(std::uint64_t value, std::size_t n, Writer& out) {
  while (n-- > 0) out.u8(static_cast<std::uint8_t>(value >> 8 * n));
}

}  // namespace

void put_mirror(const prime::ServiceNode& node, const Mirror& mirror, Writer& out) {
  const std::uint64_t value = node.pib(mirror.pib).value_or(0);
  axdr::put_tag(mirror.type, out);
  if (mirror.type == Tag::octet_string) {
    axdr::put_length(kSnaOctets, out);
    put_octets(value, kSnaOctets, out);
  } else if (mirror.type == Tag::double_long_unsigned) {
    put_octets(value, 4, out);
  } else if (mirror.type == Tag::long_unsigned || mirror.type == Tag::long_) {
    put_octets(value, 2, out);
  } else {
    PROTOCOL_ASSERT(mirror.type == Tag::unsigned_ || mirror.type == Tag::integer ||
                    mirror.type == Tag::enum_);
    put_octets(value, 1, out);
  }
}

}  // namespace meter::fw
