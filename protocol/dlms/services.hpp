// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/dlms/apdu.hpp"
#include "protocol/dlms/block.hpp"
#include "protocol/dlms/selection.hpp"

// GET, SET and ACTION with logical names, Green Book 9.5.
namespace protocol::dlms {

struct GetRequest {
  static constexpr std::uint8_t kTag = tag::kGetRequest;
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
  static constexpr std::uint8_t kTag = tag::kGetResponse;
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

// Octets in front of the data: of a normal response, of the results of a list, and of a block with
// n octets of raw data.
inline constexpr std::size_t kGetNormalHead = 4;
inline constexpr std::size_t kGetListHead = 3;
constexpr std::size_t get_block_head(std::size_t n) { return 9 + axdr::length_octets(n); }

struct SetRequest {
  static constexpr std::uint8_t kTag = tag::kSetRequest;
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
  static constexpr std::uint8_t kTag = tag::kSetResponse;
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

// Action-Result, Green Book 9.5: the first values are those of data-access-result, then
namespace action_result {
inline constexpr std::uint8_t kDataBlockUnavailable = 14;
inline constexpr std::uint8_t kLongActionAborted = 15;
inline constexpr std::uint8_t kNoLongActionInProgress = 16;
}  // namespace action_result

struct ActionRequest {
  static constexpr std::uint8_t kTag = tag::kActionRequest;
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
  static constexpr std::uint8_t kTag = tag::kActionResponse;
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
