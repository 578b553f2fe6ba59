// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/dlms/initiate.hpp"

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/dlms/apdu.hpp"

namespace protocol::dlms {
namespace {

// Conformance is BER inside the A-XDR: [APPLICATION 31], length 4, no unused bits, 24 bits.
constexpr std::uint32_t kConformanceHead = 0x5F1F0400;

void put_conformance(std::uint32_t conformance, Writer& out) {
  out.u32(kConformanceHead);
  out.u8(static_cast<std::uint8_t>(conformance >> 16));
  out.u16(static_cast<std::uint16_t>(conformance));
}

// False when the head is another one.
bool take_conformance(Reader& in, std::uint32_t& conformance) {
  const std::uint32_t head = in.u32();
  conformance = std::uint32_t{in.u8()} << 16;
  conformance |= in.u16();
  return !in.ok() || head == kConformanceHead;
}

// OPTIONAL in A-XDR: 00 absent, 01 present.
bool take_present(Reader& in, bool& well_formed) {
  const std::uint8_t octet = in.u8();
  if (octet > 1) well_formed = false;
  return octet == 1;
}

void put_optional(const std::optional<std::uint8_t>& value, Writer& out) {
  out.u8(value ? 1 : 0);
  if (value) out.u8(*value);
}

}  // namespace

Result<InitiateRequest> decode_initiate_request(Bytes apdu) {
  Reader in(apdu);
  InitiateRequest value;
  bool well_formed = in.u8() == tag::kInitiateRequest;
  if (take_present(in, well_formed)) value.dedicated_key = axdr::take_octets(in);
  if (take_present(in, well_formed)) value.response_allowed = in.u8() != 0;
  if (take_present(in, well_formed)) value.quality_of_service = in.u8();
  value.dlms_version = in.u8();
  if (!take_conformance(in, value.conformance)) well_formed = false;
  value.max_pdu_octets = in.u16();
  if (!well_formed) return Error::malformed;
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const InitiateRequest& value, Writer& out) {
  out.u8(tag::kInitiateRequest);
  out.u8(value.dedicated_key.empty() ? 0 : 1);
  if (!value.dedicated_key.empty()) axdr::put_octets(value.dedicated_key, out);
  out.u8(value.response_allowed ? 0 : 1);  // DEFAULT TRUE: only FALSE is written
  if (!value.response_allowed) out.u8(0);
  put_optional(value.quality_of_service, out);
  out.u8(value.dlms_version);
  put_conformance(value.conformance, out);
  out.u16(value.max_pdu_octets);
}

Result<InitiateResponse> decode_initiate_response(Bytes apdu) {
  Reader in(apdu);
  InitiateResponse value;
  bool well_formed = in.u8() == tag::kInitiateResponse;
  if (take_present(in, well_formed)) value.quality_of_service = in.u8();
  value.dlms_version = in.u8();
  if (!take_conformance(in, value.conformance)) well_formed = false;
  value.max_pdu_octets = in.u16();
  value.vaa_name = in.u16();
  if (!well_formed) return Error::malformed;
  if (!in.ok()) return Error::truncated;
  if (!in.at_end()) return Error::malformed;
  return value;
}

void encode(const InitiateResponse& value, Writer& out) {
  out.u8(tag::kInitiateResponse);
  put_optional(value.quality_of_service, out);
  out.u8(value.dlms_version);
  put_conformance(value.conformance, out);
  out.u16(value.max_pdu_octets);
  out.u16(value.vaa_name);
}

}  // namespace protocol::dlms
