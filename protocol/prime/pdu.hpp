// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/crc.hpp"

namespace protocol::prime {

// MAC PDUs, clause 8.4. Layouts as two independent dissectors read them; where only memory of the
// text speaks, the comment says "unverified".

enum class MpduKind : std::uint8_t { generic = 0, promotion_needed = 1, beacon = 2 };

inline constexpr std::size_t kGenericHeaderOctets = 3;
inline constexpr std::size_t kPacketHeaderOctets = 6;
inline constexpr std::size_t kCrcOctets = 4;
inline constexpr std::size_t kPromotionNeededOctets = 14;
inline constexpr std::size_t kMaxPacketPayload = 511;  // PKT.LEN has 9 bits
// What a GPDU of one packet adds to the packet's payload.
inline constexpr std::size_t kGpduOverhead =
    kGenericHeaderOctets + kPacketHeaderOctets + kCrcOctets;

// By HDR.HT; `unsupported` for another version of the header or the reserved type.
Result<MpduKind> kind_of(Bytes mpdu);

// Level: how many switches stand between a node and its base node; 0 right under the base node. A
// packet between levels k and k-1 (or level 0 and the base node) carries HDR.LEVEL k, both ways:
// uplink the level of the transmitter, downlink that of the receiver. A node takes what has its own
// level; a switch also hears level + 1 from below.
struct GenericHeader {
  bool down = false;  // HDR.DO
  std::uint8_t level = 0;
  friend bool operator==(const GenericHeader&, const GenericHeader&) = default;
};

inline constexpr std::uint8_t kControlPriority = 1;  // 0 highest .. 3
inline constexpr std::uint8_t kDataPriority = 2;

// One packet. Downlink the addresses are the receiver's, uplink the sender's: SID of the switch it
// is registered under, LNID its own.
struct Packet {
  bool aggregated = false;  // PKT.NAD
  std::uint8_t priority = kDataPriority;
  bool control = false;    // then `lcid` is the ControlType
  std::uint16_t lcid = 0;  // 9 bits
  std::uint8_t sid = kBaseSid;
  std::uint16_t lnid = kBroadcastLnid;
  bool padded = false;  // PKT.SPAD, security profile 1
  Bytes payload;
};

struct Gpdu {
  GenericHeader header;
  Bytes packets;  // one or more, back to back: take_packet() them
};

// Checks HCS, CRC-32 and that whole packets fill the PDU.
Result<Gpdu> decode_gpdu(Bytes mpdu, const NetworkSeed& network);
// The first packet of `packets`, which shrinks by it.
Result<Packet> take_packet(Bytes& packets);
// A GPDU of this one packet. False: does not fit `out`, or the payload is too long.
bool encode_gpdu(const GenericHeader& header, const Packet& packet, const NetworkSeed& network,
                 Writer& out);
// What a switch does to a GPDU: a new level, both checksums again. Nothing else changes.
void set_level(MutableBytes gpdu, std::uint8_t level, const NetworkSeed& network);

// "Promotion needed", from a node that hears no beacon. Its HCS has no subnetwork in front
// (unverified).
struct PromotionNeeded {
  Sna wanted = kAnySna;                                              // PNH.SNA
  Eui48 sender{};                                                    // PNH.PNA
  static constexpr Sna kAnySna{0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};  // unverified
  friend bool operator==(const PromotionNeeded&, const PromotionNeeded&) = default;
};
Result<PromotionNeeded> decode_promotion_needed(Bytes mpdu);
bool encode(const PromotionNeeded& pdu, Writer& out);

struct Beacon {
  std::uint8_t quality = 7;         // QLTY, 7 best
  std::uint8_t sid = kBaseSid;      // of the switch that sends it
  std::uint8_t beacon_slots = 1;    // CNT: slots in each frame, 1 .. 5
  std::uint8_t slot = 0;            // POS: the one of this beacon
  std::uint16_t cfp_symbols = 0;    // start of the contention-free period; 0: none
  std::uint8_t level = 0;           // of the nodes that register under it
  std::uint8_t sequence = 0;        // SEQ of the frame
  std::uint8_t frequency_code = 0;  // FRQ: one beacon every 2^FRQ frames
  Sna sna{};
  std::uint8_t up_cost = 0;
  std::uint8_t down_cost = 0;
  friend bool operator==(const Beacon&, const Beacon&) = default;
};
inline constexpr std::uint8_t kMaxFrequencyCode = 5;

Result<Beacon> decode_beacon(Bytes mpdu);  // CRC-32 without the subnetwork in front
BeaconMpdu encode(const Beacon& beacon);
// Equal but for SEQ and CRC-32.
bool same_content(const BeaconMpdu& a, const BeaconMpdu& b);

// What one hop adds to UPCOST and DNCOST, by the scheme its link carries (unverified).
constexpr std::uint8_t hop_cost(Scheme scheme) {
  switch (scheme) {
    case Scheme::d8psk:
      return 0;
    case Scheme::dqpsk:
      return 1;
    case Scheme::dbpsk:
      return 2;
    case Scheme::d8psk_f:
      return 1;
    case Scheme::dqpsk_f:
      return 2;
    case Scheme::dbpsk_f:
      return 4;
  }
  return 4;
}

}  // namespace protocol::prime
