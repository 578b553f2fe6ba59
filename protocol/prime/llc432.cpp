// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/llc432.hpp"

namespace protocol::prime {

Result<Lpdu> decode_lpdu(Bytes sdu) {
  Reader in(sdu);
  const std::uint8_t control = in.u8();
  Lpdu lpdu;
  lpdu.d_lsap = in.u8();
  lpdu.s_lsap = in.u8();
  if (!in.ok()) return Error::truncated;
  if (control != kLpduControl) return Error::malformed;
  lpdu.lsdu = in.rest();
  if (lpdu.lsdu.size() > kMaxLsduOctets) return Error::too_long;
  return lpdu;
}

bool encode(const Lpdu& lpdu, Writer& out) {
  if (lpdu.lsdu.size() > kMaxLsduOctets) return false;
  out.u8(kLpduControl);
  out.u8(lpdu.d_lsap);
  out.u8(lpdu.s_lsap);
  out.bytes(lpdu.lsdu);
  return out.ok();
}

Result<Bytes> decode_establish_request(Bytes con_data) {
  Reader in(con_data);
  const std::size_t length = in.u8();
  const Bytes device_id = in.take(length);
  if (!in.ok()) return Error::truncated;
  if (!in.at_end() || length == 0) return Error::malformed;
  if (length > kMaxDeviceId) return Error::too_long;
  return device_id;
}

Result<std::uint16_t> decode_establish_response(Bytes con_data) {
  Reader in(con_data);
  const std::uint16_t address = in.u16() & 0xFFF;
  if (!in.ok()) return Error::truncated;
  if (!in.at_end() || address == k432Base || address == k432Broadcast) return Error::malformed;
  return address;
}

bool encode_establish_request(Bytes device_id, Writer& out) {
  if (device_id.empty() || device_id.size() > kMaxDeviceId) return false;
  out.u8(static_cast<std::uint8_t>(device_id.size()));
  out.bytes(device_id);
  return out.ok();
}

void encode_establish_response(std::uint16_t address, Writer& out) { out.u16(address & 0xFFF); }

}  // namespace protocol::prime
