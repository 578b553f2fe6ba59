// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/crc32.hpp"

#include <array>
#include <cstring>

namespace protocol {
namespace {

constexpr std::uint32_t kPolynomial = 0xEDB88320u;  // reflected form

// kTable[k][b]: what octet b becomes after k further octets; eight octets go in one step, because
// the battery-backed state is checked anew with every window.
using Table = std::array<std::array<std::uint32_t, 256>, 8>;
constexpr Table make_table() {
  Table table{};
  for (std::uint32_t b = 0; b < 256; ++b) {
    std::uint32_t crc = b;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1u) != 0 ? kPolynomial : 0u);
    table[0][b] = crc;
  }
  for (std::uint32_t b = 0; b < 256; ++b) {
    for (std::size_t k = 1; k < 8; ++k) {
      const std::uint32_t before = table[k - 1][b];
      table[k][b] = (before >> 8) ^ table[0][before & 0xFF];
    }
  }
  return table;
}
constexpr Table kTable = make_table();

}  // namespace

std::uint32_t crc32(Bytes octets, std::uint32_t seed) {
  std::uint32_t crc = ~seed;
  const std::uint8_t* at = octets.data();
  std::size_t n = octets.size();
  for (; n >= 8; n -= 8, at += 8) {
    std::uint32_t low;
    std::uint32_t high;
    std::memcpy(&low, at, 4);  // little-endian, see above
    std::memcpy(&high, at + 4, 4);
    low ^= crc;
    crc = kTable[7][low & 0xFF] ^ kTable[6][low >> 8 & 0xFF] ^ kTable[5][low >> 16 & 0xFF] ^
          kTable[4][low >> 24] ^ kTable[3][high & 0xFF] ^ kTable[2][high >> 8 & 0xFF] ^
          kTable[1][high >> 16 & 0xFF] ^ kTable[0][high >> 24];
  }
  for (; n > 0; --n, ++at) crc = (crc >> 8) ^ kTable[0][(crc ^ *at) & 0xFF];
  return ~crc;
}

}  // namespace protocol
