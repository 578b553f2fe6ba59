// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "protocol/bytes.hpp"

namespace protocol::hdlc {

// IEC 62056-46, ISO/IEC 13239 frame format type 3:
//   7E | format (2) | destination | source | control | HCS (2) information | FCS (2) | 7E
// HCS and information are both absent, or both there. Octets are transparent: the length in the
// format field, not stuffing, finds the end.
inline constexpr std::uint8_t kFlag = 0x7E;
inline constexpr std::size_t kMaxLength = 0x7FF;  // 11 bits; counts everything between the flags
inline constexpr std::size_t kMinLength = 7;      // format, two addresses, control, FCS
inline constexpr std::size_t kMaxInformation = 2030;            // Green Book 8.4.5.3.2
inline constexpr std::size_t kMaxFrameOctets = kMaxLength + 2;  // with its flags

// LLC header in front of each APDU, Green Book 8.3.2: destination LSAP, source LSAP, quality.
inline constexpr std::size_t kLlcOctets = 3;
inline constexpr std::array<std::uint8_t, kLlcOctets> kLlcCommand{0xE6, 0xE6, 0x00};
inline constexpr std::array<std::uint8_t, kLlcOctets> kLlcResponse{0xE6, 0xE7, 0x00};

// Client address: `upper` on one octet. Server address: upper is the logical device, lower the
// physical one (on two and four octets only; zero else).
struct Address {
  std::uint16_t upper = 0;
  std::uint16_t lower = 0;
  std::uint8_t octets = 1;  // 1, 2 or 4
  friend constexpr bool operator==(const Address&, const Address&) = default;
};
// All-station (broadcast) addresses: 7 bits and 14 bits set.
inline constexpr std::uint16_t kAllStation7 = 0x7F;
inline constexpr std::uint16_t kAllStation14 = 0x3FFF;

enum class FrameKind : std::uint8_t {
  information,  // I
  receive_ready,
  receive_not_ready,
  snrm,
  disconnect,
  ua,
  dm,
  frmr,
  ui,
  unknown,  // a control octet this profile does not use
};

struct Frame {
  Address destination;
  Address source;
  FrameKind kind = FrameKind::unknown;
  bool poll_final = false;   // P in commands, F in responses
  bool segmented = false;    // more segments of the same APDU follow
  std::uint8_t ns = 0;       // N(S), I frames
  std::uint8_t nr = 0;       // N(R), I, RR and RNR frames
  std::uint8_t control = 0;  // as received; encode() builds it from the fields above
  Bytes information;
};

// What the first octets tell before the rest has come.
struct Header {
  Frame frame;             // without its information
  std::size_t length = 0;  // of the whole frame without flags
  std::size_t octets = 0;  // format .. control, and the HCS if there is one
};
// Error::truncated: more octets are needed. With information the HCS must hold; without, the FCS
// covers the header and only decode() tells whether the length is to be trusted.
Result<Header> decode_header(Bytes octets);

// One frame without its flags. Refuses anything whose length or checksums do not hold; the
// information field is a view into `octets`.
Result<Frame> decode(Bytes octets);

// Appends the frame with both flags; false when it does not fit (`out` is then unusable) or when
// the frame is longer than the format allows.
bool encode(const Frame& frame, Writer& out);

}  // namespace protocol::hdlc
