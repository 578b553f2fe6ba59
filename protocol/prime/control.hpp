// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/pdu.hpp"

namespace protocol::prime {

// Control packets, clause 8.4.6: PKT.C = 1, the type in place of the LCID. decode_*() take the
// packet's payload whole; a part they do not know, or security profile 1, is `unsupported`.
enum class ControlType : std::uint8_t {
  reg = 1,
  con = 2,
  pro = 3,
  bsi = 4,
  fra = 5,
  cfp = 6,  // no contention-free periods here: answered by nobody
  alv = 7,
  mul = 8,  // no multicast groups here
  prm = 9,
  sec = 10,  // security profile 1 only
};

// Capability bits, as in REG and in PIB macCapabilities.
inline constexpr std::uint8_t kCanSwitch = 0x01;
inline constexpr std::uint8_t kCanAggregate = 0x02;
inline constexpr std::uint8_t kCanCfp = 0x04;
inline constexpr std::uint8_t kCanDirect = 0x08;
inline constexpr std::uint8_t kCanMulticast = 0x10;
inline constexpr std::uint8_t kCanPrm = 0x20;
inline constexpr std::uint8_t kCanArq = 0x40;

// Registration. REQ up, SID of the chosen switch, LNID 3FFFh; RSP down, LNID the new one; ACK up
// with the new one; REJ down, N, LNID 3FFFh; UNR either way, N, LNID the node's.
struct Reg {
  bool negative = false;  // N
  bool robust = false;    // R; set in REG_ACK (unverified), ignored
  std::uint8_t capabilities = 0;
  std::uint8_t time_code = 0;  // keep-alive: keep_alive_us(code)
  Eui48 eui48{};
  friend bool operator==(const Reg&, const Reg&) = default;
};
enum class RegMessage : std::uint8_t { request, response, ack, reject, unregister };
RegMessage reg_message(bool down, std::uint16_t lnid, const Reg& reg);

// Connections. REQ_S up / REQ_B down without N; CLS_S / CLS_B with N. The opener allots the LCID
// (kFirstNodeLcid up: service nodes), the other end answers with the same one.
enum class ConnectionType : std::uint8_t {
  ipv4_ar = 1,
  ipv4 = 2,
  iec_432 = 3,
  management = 4,
  ipv6_ar = 5,
  ipv6 = 6,
};
struct Con {
  bool close = false;  // N
  bool arq = true;
  bool has_eui48 = false;  // E
  std::uint16_t lcid = kFirstNodeLcid;
  Eui48 eui48{};
  ConnectionType type = ConnectionType::iec_432;
  Bytes data;  // <= 255 octets
};

// Promotion. PRO_REQ_S up: nsid kNoSid, long form. PRO_REQ_B down: nsid the new switch's. PRO_ACK
// up. PRO_REJ down: N, kNoSid. PRO_DEM either way: N, nsid the switch's.
struct Pro {
  bool negative = false;       // N
  std::uint8_t quality = 0;    // RQ: how well the PNPDU was heard, an SNR code
  std::uint8_t time_code = 0;  // keep-alive
  std::uint8_t nsid = kNoSid;
  bool long_form = false;  // what follows is there
  Eui48 needed_by{};       // PNA of the PNPDU; zero: none heard
  std::uint8_t up_cost = 0;
  std::uint8_t down_cost = 0;
  std::uint8_t switch_capabilities = 0;  // SWC, low nibble: DC MC PRM ARQ (position unverified)
  friend bool operator==(const Pro&, const Pro&) = default;
};

// Beacon slot: IND down, ACK up with the same fields. The switch sends its beacon in slot `slot` of
// frames with SEQ mod 2^FRQ == `sequence` mod 2^FRQ.
struct Bsi {
  std::uint8_t frequency_code = 0;
  std::uint8_t slot = 0;
  std::uint8_t sequence = 0;
  friend bool operator==(const Bsi&, const Bsi&) = default;
};

// Frame structure, broadcast down before it holds from frame SEQ on (layout unverified). The beacon
// itself tells it again.
struct Fra {
  bool cfp = false;  // TYP: 0 number of beacons, 1 contention-free period
  std::uint16_t cfp_symbols = 0;
  std::uint8_t sequence = 0;
  std::uint8_t beacon_slots = 1;
  friend bool operator==(const Fra&, const Fra&) = default;
};

// Keep-alive: the base node polls, the service node answers. Counters modulo 8.
struct Alv {
  std::uint8_t received = 0;  // RXCNT: heard from the other end
  std::uint8_t sent = 0;      // TXCNT: sent so far, this one included
  std::uint8_t time_code = 0;
  std::uint8_t ssid = kNoSid;  // of a switch: its own SID
  friend bool operator==(const Alv&, const Alv&) = default;
};
constexpr std::int64_t keep_alive_us(unsigned time_code) {  // 32 s .. 4096 s
  return 32'000'000ll << (time_code & 7u);
}

// Between two neighbours; a switch never repeats it. REQ: "I hear you with this SNR" (asks for a
// scheme that fits), ACK and REJ answer.
struct Prm {
  bool response = false;  // R
  bool negative = false;  // N
  std::uint8_t snr_code = 0;
  friend bool operator==(const Prm&, const Prm&) = default;
};

Result<Reg> decode_reg(Bytes payload);
Result<Con> decode_con(Bytes payload);
Result<Pro> decode_pro(Bytes payload);
Result<Bsi> decode_bsi(Bytes payload);
Result<Fra> decode_fra(Bytes payload);
Result<Alv> decode_alv(Bytes payload);
Result<Prm> decode_prm(Bytes payload);
void encode(const Reg& reg, Writer& out);
void encode(const Con& con, Writer& out);
void encode(const Pro& pro, Writer& out);
void encode(const Bsi& bsi, Writer& out);
void encode(const Fra& fra, Writer& out);
void encode(const Alv& alv, Writer& out);
void encode(const Prm& prm, Writer& out);

inline constexpr std::size_t kMaxControlPayload = 2 + 6 + 2 + 255;  // CON with everything

}  // namespace protocol::prime
