// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "cm1/fw/platform.hpp"

namespace cm1::fw {

// CRC-32 (IEEE 802.3) by nibbles: flash contents are checked rarely, a small table will do.
constexpr std::uint32_t crc32(Bytes octets) {
  constexpr std::array<std::uint32_t, 16> kTable = [] {
    std::array<std::uint32_t, 16> table{};
    for (std::uint32_t nibble = 0; nibble < 16; ++nibble) {
      std::uint32_t value = nibble;
      for (int bit = 0; bit < 4; ++bit)
        value = (value & 1) ? (value >> 1) ^ 0xEDB88320 : value >> 1;
      table[nibble] = value;
    }
    return table;
  }();
  std::uint32_t crc = 0xFFFFFFFF;
  for (const std::uint8_t octet : octets) {
    crc = kTable[(crc ^ octet) & 15] ^ (crc >> 4);
    crc = kTable[(crc ^ (octet >> 4)) & 15] ^ (crc >> 4);
  }
  return ~crc;
}

}  // namespace cm1::fw
