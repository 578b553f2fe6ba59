// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/block.hpp"
#include "protocol/dlms/selection.hpp"

namespace protocol::dlms {

struct GetRequest {
  enum class Kind : std::uint8_t { normal = 1, next = 2, with_list = 3 };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;      // Invoke-Id-And-Priority
  cosem::Attribute attribute{};    // normal
  AccessSelection selection{};     // normal
  std::uint32_t block_number = 0;  // next: the last one received
  List attributes{};               // with_list: descriptor and selection each
};
Result<GetRequest> decode_get_request(Bytes apdu);
void encode(const GetRequest& value, Writer& out);

struct GetResponse {
  enum class Kind : std::uint8_t { normal = 1, with_block = 2, with_list = 3 };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;
  bool last = false;                                          // with_block
  std::uint32_t block_number = 0;                             // with_block
  cosem::AccessResult result = cosem::AccessResult::success;  // normal, with_block
  Bytes data{};                                               // when success; raw data of a block
  List results{};  // with_list: 00 data or 01 result each
};
Result<GetResponse> decode_get_response(Bytes apdu);
void encode(const GetResponse& value, Writer& out);

// Octets in front of the data: of a normal response, and of a block with n octets of raw data.
inline constexpr std::size_t kGetNormalHead = 4;
constexpr std::size_t get_block_head(std::size_t n) { return 9 + axdr::length_octets(n); }

}  // namespace protocol::dlms
