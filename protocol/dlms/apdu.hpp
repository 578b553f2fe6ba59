// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "protocol/bytes.hpp"
#include "protocol/cosem/types.hpp"

namespace protocol::dlms {

// First octet of an APDU, Green Book 9.5.
namespace tag {
inline constexpr std::uint8_t kInitiateRequest = 0x01;
inline constexpr std::uint8_t kInitiateResponse = 0x08;
inline constexpr std::uint8_t kConfirmedServiceError = 0x0E;
inline constexpr std::uint8_t kDataNotification = 0x0F;
inline constexpr std::uint8_t kGloInitiateRequest = 0x21;
inline constexpr std::uint8_t kGloInitiateResponse = 0x28;
inline constexpr std::uint8_t kGloConfirmedServiceError = 0x2E;
inline constexpr std::uint8_t kAarq = 0x60;
inline constexpr std::uint8_t kAare = 0x61;
inline constexpr std::uint8_t kRlrq = 0x62;
inline constexpr std::uint8_t kRlre = 0x63;
inline constexpr std::uint8_t kGetRequest = 0xC0;
inline constexpr std::uint8_t kSetRequest = 0xC1;
inline constexpr std::uint8_t kEventNotification = 0xC2;
inline constexpr std::uint8_t kActionRequest = 0xC3;
inline constexpr std::uint8_t kGetResponse = 0xC4;
inline constexpr std::uint8_t kSetResponse = 0xC5;
inline constexpr std::uint8_t kActionResponse = 0xC7;
inline constexpr std::uint8_t kException = 0xD8;
inline constexpr std::uint8_t kGeneralGloCiphering = 0xDB;
}  // namespace tag

// The glo- form of a plain tag, 0 when there is none. Green Book 9.5: bit 3 added to the service
// APDUs C0..C7, bit 5 to the APDUs below 10h that travel inside ACSE.
constexpr std::uint8_t glo_tag_of(std::uint8_t plain) {
  if (plain >= tag::kGetRequest && plain <= tag::kActionResponse) {
    return static_cast<std::uint8_t>(plain | 0x08);
  }
  const bool inside_acse = plain == tag::kInitiateRequest || plain == tag::kInitiateResponse ||
                           plain == tag::kConfirmedServiceError;
  return inside_acse ? static_cast<std::uint8_t>(plain | 0x20) : std::uint8_t{0};
}
constexpr bool is_glo_tag(std::uint8_t octet) {
  if (octet >= 0xC8 && octet <= 0xCF) return octet != 0xCE;
  return octet == tag::kGloInitiateRequest || octet == tag::kGloInitiateResponse ||
         octet == tag::kGloConfirmedServiceError;
}

// Invoke-Id-And-Priority: bits 0-3 number, bit 6 confirmed, bit 7 high priority.
inline constexpr std::uint8_t kInvokeIdMask = 0x0F;
inline constexpr std::uint8_t kConfirmed = 0x40;
inline constexpr std::uint8_t kHighPriority = 0x80;

// Green Book 9.3.6: SET and ACTION may ask for no confirmation; then nothing is answered, whatever
// came of it. A GET that nobody answers would make no sense: its bit is not looked at. Of a
// ciphered request nothing is seen.
constexpr bool is_unconfirmed(Bytes apdu) {
  return apdu.size() > 2 && (apdu[0] == tag::kSetRequest || apdu[0] == tag::kActionRequest) &&
         (apdu[2] & kConfirmed) == 0;
}

// Conformance, a bit-string of 24 read as a number: bit n of the Green Book is 1 << (23 - n).
namespace conformance {
constexpr std::uint32_t bit(unsigned n) { return 1u << (23 - n); }
inline constexpr std::uint32_t kGeneralProtection = bit(1);
inline constexpr std::uint32_t kBlockGet = bit(11);
inline constexpr std::uint32_t kBlockSet = bit(12);
inline constexpr std::uint32_t kBlockAction = bit(13);
inline constexpr std::uint32_t kMultipleReferences = bit(14);
inline constexpr std::uint32_t kDataNotification = bit(16);
inline constexpr std::uint32_t kGet = bit(19);
inline constexpr std::uint32_t kSet = bit(20);
inline constexpr std::uint32_t kSelectiveAccess = bit(21);
inline constexpr std::uint32_t kAction = bit(23);
// What both ends here speak; a server without a join buffer leaves out long SET and ACTION.
inline constexpr std::uint32_t kOffered = kGeneralProtection | kBlockGet | kBlockSet |
                                          kBlockAction | kMultipleReferences | kDataNotification |
                                          kGet | kSet | kSelectiveAccess | kAction;
}  // namespace conformance

// Descriptors as they stand in an APDU: class (2), instance (6), index (1).
inline cosem::Attribute take_attribute(Reader& in) {
  cosem::Attribute value;
  value.class_id = static_cast<cosem::ClassId>(in.u16());
  for (std::uint8_t& octet : value.instance.octets) octet = in.u8();
  value.index = static_cast<std::int8_t>(in.u8());
  return value;
}
inline void put_attribute(const cosem::Attribute& value, Writer& out) {
  out.u16(static_cast<std::uint16_t>(value.class_id));
  out.bytes(value.instance.octets);
  out.u8(static_cast<std::uint8_t>(value.index));
}
inline cosem::Method take_method(Reader& in) {
  const cosem::Attribute value = take_attribute(in);
  return {value.class_id, value.instance, value.index};
}
inline void put_method(const cosem::Method& value, Writer& out) {
  put_attribute({value.class_id, value.instance, value.index}, out);
}

}  // namespace protocol::dlms
