// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/dlms/block.hpp"
#include "protocol/dlms/selection.hpp"

namespace protocol::dlms {

struct SetRequest {
  // 5, the first block of a list, is not implemented.
  enum class Kind : std::uint8_t { normal = 1, first_block = 2, block = 3, with_list = 4 };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;
  cosem::Attribute attribute{};  // normal, first_block
  AccessSelection selection{};   // normal, first_block
  Bytes value{};                 // normal: one A-XDR value
  DataBlock block{};             // first_block, block
  List attributes{};             // with_list: descriptor and selection each
  List values{};                 // with_list: as many
};
Result<SetRequest> decode_set_request(Bytes apdu);
void encode(const SetRequest& value, Writer& out);

struct SetResponse {
  enum class Kind : std::uint8_t { normal = 1, block = 2, last_block = 3, with_list = 5 };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;
  cosem::AccessResult result = cosem::AccessResult::success;  // normal, last_block
  std::uint32_t block_number = 0;                             // block, last_block
  List results{};                                             // with_list: one octet each
};
Result<SetResponse> decode_set_response(Bytes apdu);
void encode(const SetResponse& value, Writer& out);

// Octets of a first block around its raw data, length of the raw data excluded.
inline constexpr std::size_t kSetFirstBlockHead = 3 + 9 + 1 + 5;
inline constexpr std::size_t kSetBlockHead = 3 + 5;

}  // namespace protocol::dlms
