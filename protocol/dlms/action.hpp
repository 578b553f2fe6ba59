// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/cosem/types.hpp"
#include "protocol/dlms/block.hpp"

namespace protocol::dlms {

// Action-Result, Green Book 9.5: the first values are those of data-access-result, then
namespace action_result {
inline constexpr std::uint8_t kDataBlockUnavailable = 14;
inline constexpr std::uint8_t kLongActionAborted = 15;
inline constexpr std::uint8_t kNoLongActionInProgress = 16;
}  // namespace action_result

struct ActionRequest {
  // 5, the first block of a list, is not implemented.
  enum class Kind : std::uint8_t {
    normal = 1,
    next = 2,
    with_list = 3,
    first_block = 4,
    block = 6
  };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;
  cosem::Method method{};          // normal, first_block
  Bytes parameter{};               // normal: one A-XDR value, or empty
  std::uint32_t block_number = 0;  // next: the last one received
  DataBlock block{};               // first_block, block
  List methods{};                  // with_list: descriptors
  List parameters{};               // with_list: as many values, null-data for none
};
Result<ActionRequest> decode_action_request(Bytes apdu);
void encode(const ActionRequest& value, Writer& out);

struct ActionResponse {
  enum class Kind : std::uint8_t { normal = 1, with_block = 2, with_list = 3, next_block = 4 };
  Kind kind = Kind::normal;
  std::uint8_t invoke_id = 0;
  std::uint8_t result = 0;                           // normal: Action-Result
  Bytes data{};                                      // normal: return value, or empty
  std::optional<cosem::AccessResult> data_result{};  // normal: why there is no return value
  DataBlock block{};                                 // with_block
  std::uint32_t block_number = 0;                    // next_block: the last one received
  List results{};                                    // with_list: as in normal, each
};
Result<ActionResponse> decode_action_response(Bytes apdu);
void encode(const ActionResponse& value, Writer& out);

// Octets in front of the return value of a normal response.
inline constexpr std::size_t kActionNormalHead = 6;
inline constexpr std::size_t kActionFirstBlockHead = 3 + 9 + 5;
inline constexpr std::size_t kActionBlockHead = 3 + 5;

}  // namespace protocol::dlms
