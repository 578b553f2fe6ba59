// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/image/container.hpp"

#include <algorithm>

namespace protocol::image {
namespace {

constexpr std::array<std::uint8_t, 4> kMagic{'A', 'M', 'T', 'I'};
constexpr std::uint8_t kFormat = 1;
constexpr std::size_t kDigits = 4;  // of each

// One name: printable ASCII, at least one character, then nothing but zeros.
template <std::size_t n>
bool take_name(Reader& in, std::array<char, n>& name) {
  const Bytes octets = in.take(n);
  if (octets.size() != n) return false;
  bool over = false;
  for (std::size_t k = 0; k < n; ++k) {
    over |= octets[k] == 0;
    if (over ? octets[k] != 0 : octets[k] <= ' ' || octets[k] > '~') return false;
    name[k] = static_cast<char>(octets[k]);
  }
  return octets[0] != 0;
}
template <std::size_t n>
void put_name(const std::array<char, n>& name, Writer& out) {
  for (const char c : name) out.u8(static_cast<std::uint8_t>(c));
}
template <std::size_t n>
bool take_octets(Reader& in, std::array<std::uint8_t, n>& octets) {
  const Bytes taken = in.take(n);
  if (taken.size() != n) return false;
  std::copy(taken.begin(), taken.end(), octets.begin());
  return true;
}

}  // namespace

Result<Head> decode(Bytes container) {
  if (container.size() < kHeadOctets) return Error::truncated;
  Reader in(container);
  const Bytes magic = in.take(kMagic.size());
  if (!std::equal(magic.begin(), magic.end(), kMagic.begin(), kMagic.end())) {
    return Error::malformed;
  }
  if (in.u8() != kFormat) return Error::unsupported;
  for (int k = 0; k < 3; ++k) {
    if (in.u8() != 0) return Error::malformed;
  }
  Head head;
  if (!take_name(in, head.variant) || !take_name(in, head.version)) return Error::malformed;
  head.code_octets = in.u32();
  if (head.code_octets == 0) return Error::malformed;
  take_octets(in, head.code_sha256);
  take_octets(in, head.signature);
  return head;
}

void put_signed_part(const Head& head, Writer& out) {
  out.bytes(kMagic);
  out.u32(std::uint32_t{kFormat} << 24);
  put_name(head.variant, out);
  put_name(head.version, out);
  out.u32(head.code_octets);
  out.bytes(head.code_sha256);
}

void encode(const Head& head, Writer& out) {
  put_signed_part(head, out);
  out.bytes(head.signature);
}

Identifier identifier_of(const Head& head) {
  Identifier identifier;
  const auto put = [&](char c) {
    identifier.octets[identifier.size++] = static_cast<std::uint8_t>(c);
  };
  static_assert(kVariantOctets + kVersionOctets + 2 + 2 * kDigits <= kMostIdentifierOctets);
  for (const char c : head.variant) {
    if (c != 0) put(c);
  }
  put(' ');
  for (const char c : head.version) {
    if (c != 0) put(c);
  }
  put(' ');
  const auto put_digits = [&](Bytes octets) {
    for (std::size_t k = 0; k < kDigits; ++k) {
      put("0123456789abcdef"[octets[k / 2] >> (k % 2 == 0 ? 4 : 0) & 0xF]);
    }
  };
  put_digits(head.code_sha256);
  put_digits(head.signature);
  return identifier;
}

}  // namespace protocol::image
