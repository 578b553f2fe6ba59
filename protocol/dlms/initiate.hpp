// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/bytes.hpp"

namespace protocol::dlms {

inline constexpr std::uint8_t kDlmsVersion = 6;
inline constexpr std::uint16_t kVaaNameLn = 0x0007;  // Green Book 9.4.3: LN referencing
inline constexpr std::uint16_t kMinPduOctets = 12;   // smaller ones cannot carry a block

struct InitiateRequest {
  Bytes dedicated_key;
  bool response_allowed = true;
  std::optional<std::uint8_t> quality_of_service;
  std::uint8_t dlms_version = kDlmsVersion;
  std::uint32_t conformance = 0;
  std::uint16_t max_pdu_octets = 0;  // the client's receive limit; 0: none
};
Result<InitiateRequest> decode_initiate_request(Bytes apdu);
void encode(const InitiateRequest& value, Writer& out);

struct InitiateResponse {
  std::optional<std::uint8_t> quality_of_service;
  std::uint8_t dlms_version = kDlmsVersion;
  std::uint32_t conformance = 0;
  std::uint16_t max_pdu_octets = 0;  // the server's receive limit; 0: none
  std::uint16_t vaa_name = kVaaNameLn;
};
Result<InitiateResponse> decode_initiate_response(Bytes apdu);
void encode(const InitiateResponse& value, Writer& out);

}  // namespace protocol::dlms
