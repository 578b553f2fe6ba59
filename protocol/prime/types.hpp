// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/bytes.hpp"

// PRIME v1.3.6 (ITU-T G.9904 10/2012). Where a constant is marked "unverified" it rests on memory
// of the text or on one source only: it stands here once, under its name, to be checked against
// G.9904.
namespace protocol::prime {

// Modulation and coding of a payload, the PROTOCOL code of the PPDU header; _f: convolutional code.
enum class Scheme : std::uint8_t {
  dbpsk = 0,
  dqpsk = 1,
  d8psk = 2,
  dbpsk_f = 4,
  dqpsk_f = 5,
  d8psk_f = 6,
};
constexpr bool is_coded(Scheme scheme) { return static_cast<std::uint8_t>(scheme) >= 4; }
constexpr bool is_scheme(std::uint8_t code) { return code <= 6 && code != 3; }

// ---- Physical layer (clause 7.2) ----
inline constexpr std::int64_t kPreambleUs = 2048;
inline constexpr std::int64_t kSymbolUs = 2240;
inline constexpr unsigned kHeaderSymbols = 2;
inline constexpr unsigned kMaxPayloadSymbols = 63;
inline constexpr std::size_t kHeaderMpduOctets = 7;  // of the MPDU that travel in the PPDU header
inline constexpr std::size_t kFlushBits = 8;         // behind a coded payload

// Information bits of one payload symbol: 96 data subcarriers.
constexpr unsigned bits_per_symbol(Scheme scheme) {
  const unsigned order = (static_cast<unsigned>(scheme) & 3u) + 1;
  return 96 * order / (is_coded(scheme) ? 2 : 1);
}
// Payload symbols of an MPDU.
constexpr unsigned payload_symbols(std::size_t mpdu_octets, Scheme scheme) {
  const std::size_t octets = mpdu_octets > kHeaderMpduOctets ? mpdu_octets - kHeaderMpduOctets : 0;
  const std::size_t bits = octets * 8 + (is_coded(scheme) ? kFlushBits : 0);
  return static_cast<unsigned>((bits + bits_per_symbol(scheme) - 1) / bits_per_symbol(scheme));
}
// The longest MPDU of a scheme.
constexpr std::size_t max_mpdu_octets(Scheme scheme) {
  return kHeaderMpduOctets +
         (kMaxPayloadSymbols * bits_per_symbol(scheme) - (is_coded(scheme) ? kFlushBits : 0)) / 8;
}
constexpr std::int64_t airtime_us(std::size_t mpdu_octets, Scheme scheme) {
  return kPreambleUs + kSymbolUs * (kHeaderSymbols + payload_symbols(mpdu_octets, scheme));
}
static_assert(airtime_us(18, Scheme::dbpsk_f) == 11'008);
static_assert(max_mpdu_octets(Scheme::dbpsk_f) == 384);

// ---- Addresses (clause 8.3.1) ----
using Eui48 = std::array<std::uint8_t, 6>;
using Sna = Eui48;  // of the base node
inline constexpr std::uint8_t kBaseSid = 0;
inline constexpr std::uint8_t kNoSid = 0xFF;
inline constexpr std::uint16_t kSwitchLnid = 0;  // the switch or base node itself
inline constexpr std::uint16_t kMulticastLnid = 0x3FFE;
inline constexpr std::uint16_t kBroadcastLnid = 0x3FFF;  // also: not registered
inline constexpr std::uint16_t kFirstNodeLcid = 256;     // connections that service nodes open
inline constexpr std::uint16_t k432BroadcastLcid = 2;

// ---- Frame (clause 8.3.3) ----
inline constexpr unsigned kFrameSymbols = 276;
inline constexpr std::int64_t kFrameUs = kFrameSymbols * kSymbolUs;  // 618.24 ms
inline constexpr unsigned kSuperframe = 32;                          // BCN.SEQ has 5 bits
inline constexpr unsigned kBeaconSlotSymbols = 5;
inline constexpr unsigned kMaxBeaconSlots = 5;
inline constexpr unsigned kGuardSymbols = 3;  // end of the shared contention period; unverified
inline constexpr std::size_t kBeaconOctets = 18;
inline constexpr unsigned kMissedBeacons = 5;  // then the switch is gone

using BeaconMpdu = std::array<std::uint8_t, kBeaconOctets>;

}  // namespace protocol::prime
