// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// CRC-8 of headers: x^8 + x^2 + x + 1, preset 0, most significant bit first, nothing inverted.
inline constexpr std::array<std::uint8_t, 256> kCrc8Table = [] {
  std::array<std::uint8_t, 256> table{};
  for (unsigned octet = 0; octet < 256; ++octet) {
    unsigned value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value & 0x80) ? (value << 1) ^ 0x07 : value << 1;
    table[octet] = static_cast<std::uint8_t>(value);
  }
  return table;
}();

// CRC-32 of whole PDUs: 04C11DB7h, preset 0, most significant bit first, nothing inverted.
inline constexpr std::array<std::uint32_t, 256> kCrc32Table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t value = octet << 24;
    for (int bit = 0; bit < 8; ++bit) {
      value = (value & 0x8000'0000u) ? (value << 1) ^ 0x04C1'1DB7u : value << 1;
    }
    table[octet] = value;
  }
  return table;
}();

// `before`: the checksum of octets that stand in front, but do not travel.
constexpr std::uint8_t crc8(Bytes octets, std::uint8_t before = 0) {
  for (const std::uint8_t octet : octets) before = kCrc8Table[before ^ octet];
  return before;
}
constexpr std::uint32_t crc32(Bytes octets, std::uint32_t before = 0) {
  for (const std::uint8_t octet : octets) {
    before = (before << 8) ^ kCrc32Table[(before >> 24) ^ octet];
  }
  return before;
}

// Both checksums of generic PDUs run over the subnetwork address first, so that the frames of
// another subnetwork fail by themselves. Computed once, when the subnetwork is known.
struct NetworkSeed {
  std::uint8_t hcs = 0;
  std::uint32_t crc = 0;
  constexpr NetworkSeed() = default;
  constexpr explicit NetworkSeed(const Sna& sna) : hcs(crc8(sna)), crc(crc32(sna)) {}
};

}  // namespace protocol::prime
