// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// The bit chain of clause 7, from MPDU to the bits that key the subcarriers, as pure functions: no
// frame of the twin needs it bit by bit until a modem works on samples. One octet a bit, in order
// of transmission.
using Bits = std::span<const std::uint8_t>;
using MutableBits = std::span<std::uint8_t>;

inline constexpr std::size_t kHeaderBits = 84;  // PROTOCOL 4, LEN 6, PAD_LEN 6, MAC_H 54, CRC 8, 6
inline constexpr std::size_t kHeaderCodedBits = 2 * kHeaderBits;
inline constexpr std::size_t kHeaderFlushBits = 6;
inline constexpr std::size_t kMacHeaderBits = 54;  // of the MPDU, behind its two unused bits
inline constexpr unsigned kDataSubcarriersHeader = 84;
inline constexpr unsigned kDataSubcarriersPayload = 96;
inline constexpr std::size_t kMaxPayloadCodedBits = 63 * 96 * 3;
// One shift register from the header through the payload (unverified; the reset at the start of
// the PPDU is not).
inline constexpr bool kScramblerContinues = true;
// The figure's direction is unverified: true takes the inverse permutation.
inline constexpr bool kInterleaverInverse = false;

struct PpduHeader {
  Scheme scheme = Scheme::dbpsk_f;
  std::uint8_t symbols = 0;                           // LEN
  std::uint8_t pad_octets = 0;                        // PAD_LEN
  std::array<std::uint8_t, kHeaderMpduOctets> mac{};  // first octets of the MPDU
  friend bool operator==(const PpduHeader&, const PpduHeader&) = default;
};
PpduHeader header_of(Bytes mpdu, Scheme scheme);
std::array<std::uint8_t, kHeaderBits> encode(const PpduHeader& header);
Result<PpduHeader> decode_header(std::span<const std::uint8_t, kHeaderBits> bits);

// Payload bits of an MPDU: octets 7 up, flush, pad. The count, or 0 when `out` is too small.
std::size_t payload_bits(Bytes mpdu, Scheme scheme, MutableBits out);

// Rate 1/2, constraint length 7, 171 and 133 octal, from state zero; out has 2 * in.size() bits.
void convolve(Bits in, MutableBits out);
// Adds the 127-bit sequence from `offset` on (x^7 + x^4 + 1, all ones at the start of the PPDU).
void scramble(MutableBits bits, std::size_t offset);
// One symbol: `n` coded bits in rows of s.
constexpr std::size_t interleaver_step(std::size_t n) { return n == 84 ? 7 : n == 96 ? 8 : 16; }
std::size_t interleaved_from(std::size_t position, std::size_t n);  // w[position] = v[result]
void interleave(Bits in, MutableBits out);                          // sizes equal: one symbol
void deinterleave(Bits in, MutableBits out);

// The whole chain: coded, scrambled, interleaved header (168 bits), then the payload symbols.
std::array<std::uint8_t, kHeaderCodedBits> header_symbols(const PpduHeader& header);
// Bits of all payload symbols, or 0 when `scratch` or `out` is too small (kMaxPayloadCodedBits).
std::size_t payload_symbols_bits(Bytes mpdu, Scheme scheme, MutableBits scratch, MutableBits out);

}  // namespace protocol::prime
