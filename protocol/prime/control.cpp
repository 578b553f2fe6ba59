// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/control.hpp"

#include <algorithm>

namespace protocol::prime {
namespace {

constexpr std::uint8_t kNegative = 0x80;
constexpr std::size_t kProLongOctets = 11;

// A PDU of exactly the octets read, or the reason why not.
template <typename Pdu>
Result<Pdu> whole(const Reader& in, const Pdu& pdu) {
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return pdu;
}

Eui48 take_eui48(Reader& in) {
  Eui48 eui48{};
  const Bytes octets = in.take(eui48.size());
  std::copy(octets.begin(), octets.end(), eui48.begin());
  return eui48;
}

// REG spreads the capabilities over two octets: CAP_SW and CAP_PA in the low bits of the first,
// CFP DC MC PRM ARQ from the top of the second.
constexpr std::uint8_t kRegSwitch = 0x02;
constexpr std::uint8_t kRegAggregate = 0x01;
constexpr struct {
  std::uint8_t capability;
  std::uint8_t bit;
} kRegSecond[] = {
    {kCanCfp, 0x80}, {kCanDirect, 0x40}, {kCanMulticast, 0x20}, {kCanPrm, 0x10}, {kCanArq, 0x08}};

}  // namespace

RegMessage reg_message(bool down, std::uint16_t lnid, const Reg& reg) {
  const bool assigned = lnid != kBroadcastLnid;
  if (reg.negative) return assigned ? RegMessage::unregister : RegMessage::reject;
  if (down) return RegMessage::response;
  return assigned ? RegMessage::ack : RegMessage::request;
}

Result<Reg> decode_reg(Bytes payload) {
  Reader in(payload);
  const std::uint8_t first = in.u8();
  const std::uint8_t second = in.u8();
  Reg reg;
  reg.negative = (first & kNegative) != 0;
  reg.robust = (first & 0x40) != 0;
  if ((first & 0x30) != 0) return Error::unsupported;  // security profiles above 0
  if ((first & kRegSwitch) != 0) reg.capabilities |= kCanSwitch;
  if ((first & kRegAggregate) != 0) reg.capabilities |= kCanAggregate;
  for (const auto& flag : kRegSecond) {
    if ((second & flag.bit) != 0) reg.capabilities |= flag.capability;
  }
  reg.time_code = second & 7;
  reg.eui48 = take_eui48(in);
  return whole(in, reg);
}

void encode(const Reg& reg, Writer& out) {
  unsigned first = (reg.negative ? kNegative : 0u) | (reg.robust ? 0x40u : 0u);
  if ((reg.capabilities & kCanSwitch) != 0) first |= kRegSwitch;
  if ((reg.capabilities & kCanAggregate) != 0) first |= kRegAggregate;
  unsigned second = reg.time_code & 7u;
  for (const auto& flag : kRegSecond) {
    if ((reg.capabilities & flag.capability) != 0) second |= flag.bit;
  }
  out.u8(static_cast<std::uint8_t>(first));
  out.u8(static_cast<std::uint8_t>(second));
  out.bytes(reg.eui48);
}

Result<Con> decode_con(Bytes payload) {
  Reader in(payload);
  const std::uint16_t first = in.u16();
  if (!in.ok()) return Error::truncated;
  if ((first & 0x4000) != 0) return Error::unsupported;  // D: direct connections
  Con con;
  con.close = (first & 0x8000) != 0;
  con.arq = (first & 0x2000) != 0;
  con.has_eui48 = (first & 0x1000) != 0;
  con.lcid = first & 0x1FF;
  if (con.has_eui48) con.eui48 = take_eui48(in);
  const std::uint8_t type = in.u8();
  con.data = in.take(in.u8());
  if (!in.ok()) return Error::truncated;
  if (type < 1 || type > static_cast<std::uint8_t>(ConnectionType::ipv6)) {
    return Error::unsupported;
  }
  con.type = static_cast<ConnectionType>(type);
  return whole(in, con);
}

void encode(const Con& con, Writer& out) {
  PROTOCOL_ASSERT(con.lcid <= 0x1FF && con.data.size() <= 0xFF);
  out.u16(static_cast<std::uint16_t>((con.close ? 0x8000 : 0) | (con.arq ? 0x2000 : 0) |
                                     (con.has_eui48 ? 0x1000 : 0) | con.lcid));
  if (con.has_eui48) out.bytes(con.eui48);
  out.u8(static_cast<std::uint8_t>(con.type));
  out.u8(static_cast<std::uint8_t>(con.data.size()));
  out.bytes(con.data);
}

Result<Pro> decode_pro(Bytes payload) {
  Reader in(payload);
  const std::uint8_t first = in.u8();
  Pro pro;
  pro.negative = (first & kNegative) != 0;
  pro.quality = (first >> 3) & 7;
  pro.time_code = first & 7;
  pro.nsid = in.u8();
  pro.long_form = payload.size() == kProLongOctets;
  if (pro.long_form) {
    pro.needed_by = take_eui48(in);
    pro.up_cost = in.u8();
    pro.down_cost = in.u8();
    pro.switch_capabilities = in.u8() & 0x0F;
  }
  return whole(in, pro);
}

void encode(const Pro& pro, Writer& out) {
  out.u8(static_cast<std::uint8_t>((pro.negative ? kNegative : 0u) | (pro.quality & 7u) << 3 |
                                   (pro.time_code & 7u)));
  out.u8(pro.nsid);
  if (!pro.long_form) return;
  out.bytes(pro.needed_by);
  out.u8(pro.up_cost);
  out.u8(pro.down_cost);
  out.u8(pro.switch_capabilities & 0x0F);
}

Result<Bsi> decode_bsi(Bytes payload) {
  Reader in(payload);
  Bsi bsi;
  bsi.frequency_code = in.u8() & 7;
  const std::uint8_t second = in.u8();
  bsi.slot = second >> 5;
  bsi.sequence = second & 0x1F;
  if (in.ok() && (bsi.frequency_code > kMaxFrequencyCode || bsi.slot >= kMaxBeaconSlots)) {
    return Error::malformed;
  }
  return whole(in, bsi);
}

void encode(const Bsi& bsi, Writer& out) {
  out.u8(bsi.frequency_code & 7);
  out.u8(static_cast<std::uint8_t>((bsi.slot & 7) << 5 | (bsi.sequence & 0x1F)));
}

Result<Fra> decode_fra(Bytes payload) {
  Reader in(payload);
  const std::uint16_t first = in.u16();
  const std::uint8_t second = in.u8();
  if (!in.ok()) return Error::truncated;
  if (first >> 14 > 1) return Error::unsupported;
  Fra fra;
  fra.cfp = first >> 14 == 1;
  fra.cfp_symbols = first & 0x3FF;
  fra.sequence = second >> 3;
  fra.beacon_slots = second & 7;
  const bool possible = fra.cfp_symbols < kFrameSymbols && fra.beacon_slots >= 1 &&
                        fra.beacon_slots <= kMaxBeaconSlots;
  if (!possible) return Error::malformed;
  return whole(in, fra);
}

void encode(const Fra& fra, Writer& out) {
  out.u16(static_cast<std::uint16_t>((fra.cfp ? 0x4000 : 0) | (fra.cfp_symbols & 0x3FF)));
  out.u8(static_cast<std::uint8_t>((fra.sequence & 0x1F) << 3 | (fra.beacon_slots & 7)));
}

Result<Alv> decode_alv(Bytes payload) {
  Reader in(payload);
  const std::uint16_t first = in.u16();
  Alv alv;
  alv.received = static_cast<std::uint8_t>(first >> 13);
  alv.sent = (first >> 10) & 7;
  alv.time_code = first & 7;
  alv.ssid = in.u8();
  return whole(in, alv);
}

void encode(const Alv& alv, Writer& out) {
  out.u16(static_cast<std::uint16_t>((alv.received & 7) << 13 | (alv.sent & 7) << 10 |
                                     (alv.time_code & 7)));
  out.u8(alv.ssid);
}

Result<Prm> decode_prm(Bytes payload) {
  Reader in(payload);
  const std::uint8_t octet = in.u8();
  Prm prm;
  prm.response = (octet & 0x80) != 0;
  prm.negative = (octet & 0x40) != 0;
  prm.snr_code = octet & 7;
  return whole(in, prm);
}

void encode(const Prm& prm, Writer& out) {
  out.u8(static_cast<std::uint8_t>((prm.response ? 0x80 : 0) | (prm.negative ? 0x40 : 0) |
                                   (prm.snr_code & 7)));
}

}  // namespace protocol::prime
