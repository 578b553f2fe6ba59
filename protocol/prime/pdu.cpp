// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/pdu.hpp"

#include <algorithm>

namespace protocol::prime {
namespace {

constexpr std::uint8_t kUnusedMask = 0xC0;  // zero in this version of the header
constexpr unsigned kTypeShift = 4;
constexpr std::uint8_t kDownBit = 0x40;
constexpr std::uint8_t kLevelMask = 0x3F;
constexpr std::uint32_t kLnidMask = 0x3FFF;
constexpr std::uint16_t kNineBits = 0x1FF;
constexpr std::uint16_t kTenBits = 0x3FF;

constexpr std::uint8_t type_octet(MpduKind kind) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(kind) << kTypeShift);
}

Eui48 take_address(Reader& in) {
  Eui48 address{};
  const Bytes octets = in.take(address.size());
  std::copy(octets.begin(), octets.end(), address.begin());
  return address;
}

void store_u32(MutableBytes at, std::uint32_t value) {
  for (unsigned i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}
std::uint32_t load_u32(Bytes at) { return Reader(at).u32(); }

}  // namespace

Result<MpduKind> kind_of(Bytes mpdu) {
  if (mpdu.empty()) return Error::truncated;
  const unsigned type = (mpdu[0] >> kTypeShift) & 3u;
  if ((mpdu[0] & kUnusedMask) != 0 || type == 3) return Error::unsupported;
  return static_cast<MpduKind>(type);
}

Result<Packet> take_packet(Bytes& packets) {
  Reader in(packets);
  const std::uint16_t first = in.u16();
  const std::uint32_t second = in.u32();
  if (!in.ok()) return Error::truncated;
  Packet packet;
  packet.aggregated = (first & 0x1000) != 0;
  packet.priority = (first >> 10) & 3;
  packet.control = (first & 0x0200) != 0;
  packet.lcid = first & kNineBits;
  packet.sid = static_cast<std::uint8_t>(second >> 24);
  packet.lnid = static_cast<std::uint16_t>((second >> 10) & kLnidMask);
  packet.padded = (second & 0x200) != 0;
  packet.payload = in.take(second & kNineBits);
  if (!in.ok()) return Error::truncated;
  packets = in.rest();
  return packet;
}

Result<Gpdu> decode_gpdu(Bytes mpdu, const NetworkSeed& network) {
  const Result<MpduKind> kind = kind_of(mpdu);
  if (!kind) return kind.error();
  if (*kind != MpduKind::generic) return Error::malformed;
  if (mpdu.size() < kGpduOverhead) return Error::truncated;
  if (crc8(mpdu.first(kGenericHeaderOctets), network.hcs) != 0) return Error::bad_checksum;
  const Bytes body = mpdu.first(mpdu.size() - kCrcOctets);
  if (crc32(body, network.crc) != load_u32(mpdu.last(kCrcOctets))) return Error::bad_checksum;
  Gpdu gpdu;
  gpdu.header.down = (mpdu[1] & kDownBit) != 0;
  gpdu.header.level = mpdu[1] & kLevelMask;
  gpdu.packets = body.subspan(kGenericHeaderOctets);
  for (Bytes rest = gpdu.packets; !rest.empty();) {
    const Result<Packet> packet = take_packet(rest);
    if (!packet) return Error::malformed;
  }
  return gpdu;
}

bool encode_gpdu(const GenericHeader& header, const Packet& packet, const NetworkSeed& network,
                 Writer& out) {
  if (packet.payload.size() > kMaxPacketPayload) return false;
  if (out.space() < kGpduOverhead + packet.payload.size()) return false;
  PROTOCOL_ASSERT(header.level <= kLevelMask && packet.lcid <= kNineBits);
  PROTOCOL_ASSERT(packet.lnid <= kLnidMask && packet.priority <= 3);
  const std::size_t start = out.size();
  out.u8(type_octet(MpduKind::generic));
  out.u8(static_cast<std::uint8_t>((header.down ? kDownBit : 0) | header.level));
  out.u8(crc8(out.written().subspan(start), network.hcs));
  out.u16(static_cast<std::uint16_t>((packet.aggregated ? 0x1000 : 0) | packet.priority << 10 |
                                     (packet.control ? 0x0200 : 0) | packet.lcid));
  out.u32(static_cast<std::uint32_t>(packet.sid) << 24 |
          static_cast<std::uint32_t>(packet.lnid) << 10 | (packet.padded ? 0x200u : 0u) |
          static_cast<std::uint32_t>(packet.payload.size()));
  out.bytes(packet.payload);
  out.u32(crc32(out.written().subspan(start), network.crc));
  return out.ok();
}

void set_level(MutableBytes gpdu, std::uint8_t level, const NetworkSeed& network) {
  PROTOCOL_ASSERT(gpdu.size() >= kGpduOverhead && level <= kLevelMask);
  gpdu[1] = static_cast<std::uint8_t>((gpdu[1] & ~kLevelMask) | level);
  gpdu[2] = crc8(gpdu.first(kGenericHeaderOctets - 1), network.hcs);
  store_u32(gpdu.last(kCrcOctets), crc32(gpdu.first(gpdu.size() - kCrcOctets), network.crc));
}

Result<PromotionNeeded> decode_promotion_needed(Bytes mpdu) {
  const Result<MpduKind> kind = kind_of(mpdu);
  if (!kind) return kind.error();
  if (*kind != MpduKind::promotion_needed) return Error::malformed;
  if (mpdu.size() != kPromotionNeededOctets) {
    return mpdu.size() < kPromotionNeededOctets ? Error::truncated : Error::malformed;
  }
  if (crc8(mpdu) != 0) return Error::bad_checksum;
  Reader in(mpdu);
  in.skip(1);
  PromotionNeeded pdu;
  pdu.wanted = take_address(in);
  pdu.sender = take_address(in);
  return pdu;
}

bool encode(const PromotionNeeded& pdu, Writer& out) {
  if (out.space() < kPromotionNeededOctets) return false;
  const std::size_t start = out.size();
  out.u8(type_octet(MpduKind::promotion_needed));
  out.bytes(pdu.wanted);
  out.bytes(pdu.sender);
  out.u8(crc8(out.written().subspan(start)));
  return out.ok();
}

Result<Beacon> decode_beacon(Bytes mpdu) {
  const Result<MpduKind> kind = kind_of(mpdu);
  if (!kind) return kind.error();
  if (*kind != MpduKind::beacon) return Error::malformed;
  if (mpdu.size() != kBeaconOctets) {
    return mpdu.size() < kBeaconOctets ? Error::truncated : Error::malformed;
  }
  if (crc32(mpdu.first(kBeaconOctets - kCrcOctets)) != load_u32(mpdu.last(kCrcOctets))) {
    return Error::bad_checksum;
  }
  Reader in(mpdu);
  Beacon beacon;
  beacon.quality = in.u8() & 7;
  beacon.sid = in.u8();
  const std::uint16_t slots = in.u16();
  beacon.beacon_slots = static_cast<std::uint8_t>(slots >> 13);
  beacon.slot = (slots >> 10) & 7;
  beacon.cfp_symbols = slots & kTenBits;
  beacon.level = in.u8() & kLevelMask;
  const std::uint8_t sequence = in.u8();
  beacon.sequence = sequence >> 3;
  beacon.frequency_code = sequence & 7;
  beacon.sna = take_address(in);
  beacon.up_cost = in.u8();
  beacon.down_cost = in.u8();
  const bool possible = beacon.beacon_slots >= 1 && beacon.beacon_slots <= kMaxBeaconSlots &&
                        beacon.slot < beacon.beacon_slots && beacon.cfp_symbols < kFrameSymbols &&
                        beacon.frequency_code <= kMaxFrequencyCode && beacon.sid != kNoSid;
  if (!possible) return Error::malformed;
  return beacon;
}

BeaconMpdu encode(const Beacon& beacon) {
  PROTOCOL_ASSERT(beacon.beacon_slots <= 7 && beacon.slot <= 7 && beacon.cfp_symbols <= kTenBits);
  PROTOCOL_ASSERT(beacon.level <= kLevelMask && beacon.sequence < kSuperframe);
  BeaconMpdu mpdu{};
  Writer out(mpdu);
  out.u8(static_cast<std::uint8_t>(type_octet(MpduKind::beacon) | (beacon.quality & 7)));
  out.u8(beacon.sid);
  out.u16(static_cast<std::uint16_t>(beacon.beacon_slots << 13 | beacon.slot << 10 |
                                     beacon.cfp_symbols));
  out.u8(beacon.level);
  out.u8(static_cast<std::uint8_t>(beacon.sequence << 3 | (beacon.frequency_code & 7)));
  out.bytes(beacon.sna);
  out.u8(beacon.up_cost);
  out.u8(beacon.down_cost);
  out.u32(crc32(out.written()));
  PROTOCOL_ASSERT(out.ok() && out.size() == kBeaconOctets);
  return mpdu;
}

bool same_content(const BeaconMpdu& a, const BeaconMpdu& b) {
  constexpr std::size_t kSequenceAt = 5;
  constexpr std::uint8_t kFrequencyMask = 7;
  for (std::size_t i = 0; i < kBeaconOctets - kCrcOctets; ++i) {
    const std::uint8_t mask = i == kSequenceAt ? kFrequencyMask : 0xFF;
    if (((a[i] ^ b[i]) & mask) != 0) return false;
  }
  return true;
}

}  // namespace protocol::prime
