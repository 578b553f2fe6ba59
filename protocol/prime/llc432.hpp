// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/sar.hpp"

namespace protocol::prime {

// IEC 61334-4-32 convergence layer, clause 9.4: the LPDU inside a PRIME SDU.
inline constexpr std::uint8_t kLpduControl = 0x90;
inline constexpr std::size_t kLpduHeaderOctets = 3;
inline constexpr std::size_t kMaxLsduOctets = 1021;
inline constexpr std::size_t kMaxLpduOctets = kLpduHeaderOctets + kMaxLsduOctets;

struct Lpdu {
  std::uint8_t d_lsap = 0;
  std::uint8_t s_lsap = 0;
  Bytes lsdu;
};
Result<Lpdu> decode_lpdu(Bytes sdu);
bool encode(const Lpdu& lpdu, Writer& out);  // false: too long

// 12-bit addresses; the base node is 0.
inline constexpr std::uint16_t k432Base = 0;
inline constexpr std::uint16_t k432Broadcast = 0xFFF;
inline constexpr std::uint16_t k432None = 0xFFFF;
inline constexpr std::size_t kMaxDeviceId = 16;

// CON.DATA of CL_432_Establish (both layouts unverified): CON_REQ_S carries length and device
// identifier, CON_REQ_B four reserved bits and the allotted address.
Result<Bytes> decode_establish_request(Bytes con_data);
Result<std::uint16_t> decode_establish_response(Bytes con_data);
bool encode_establish_request(Bytes device_id, Writer& out);
void encode_establish_response(std::uint16_t address, Writer& out);

}  // namespace protocol::prime
