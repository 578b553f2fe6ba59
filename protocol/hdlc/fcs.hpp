// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace protocol::hdlc {

// CRC-16/X-25 of ISO/IEC 13239: polynomial 1021h reflected, preset FFFFh, complemented.
inline constexpr std::array<std::uint16_t, 256> kFcsTable = [] {
  std::array<std::uint16_t, 256> table{};
  for (unsigned octet = 0; octet < 256; ++octet) {
    unsigned value = octet;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) ? (value >> 1) ^ 0x8408 : value >> 1;
    table[octet] = static_cast<std::uint16_t>(value);
  }
  return table;
}();

constexpr std::uint16_t fcs16(Bytes octets) {
  std::uint16_t fcs = 0xFFFF;
  for (const std::uint8_t octet : octets) {
    fcs = static_cast<std::uint16_t>((fcs >> 8) ^ kFcsTable[(fcs ^ octet) & 0xFF]);
  }
  return static_cast<std::uint16_t>(fcs ^ 0xFFFF);
}

}  // namespace protocol::hdlc
