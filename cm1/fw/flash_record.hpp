// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// CRC-32 of IEEE 802.3: polynomial 04C11DB7h reflected, preset and complemented.
inline constexpr std::array<std::uint32_t, 256> kCrc32Table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? (value >> 1) ^ 0xEDB88320 : value >> 1;
    table[octet] = value;
  }
  return table;
}();

constexpr std::uint32_t crc32(Bytes octets) {
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t octet : octets) crc = kCrc32Table[(crc ^ octet) & 0xFF] ^ (crc >> 8);
  return ~crc;
}

}  // namespace cm1::fw
