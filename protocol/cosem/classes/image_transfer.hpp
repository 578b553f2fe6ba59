// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.4.6.
struct ImageTransfer {
  static constexpr ClassId kId{18};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "image transfer";
  enum AttributeIndex : std::int8_t {
    kImageBlockSize = 2,
    kImageTransferredBlocksStatus,
    kImageFirstNotTransferredBlockNumber,
    kImageTransferEnabled,
    kImageTransferStatus,
    kImageToActivateInfo
  };
  enum MethodIndex : std::int8_t {
    kImageTransferInitiate = 1,
    kImageBlockTransfer,
    kImageVerify,
    kImageActivate
  };
  static constexpr AttributeFacts kAttributes[] = {
      {kImageBlockSize, "image_block_size", Tag::double_long_unsigned, Right::read},
      {kImageTransferredBlocksStatus, "image_transferred_blocks_status", Tag::bit_string,
       Right::read},
      {kImageFirstNotTransferredBlockNumber, "image_first_not_transferred_block_number",
       Tag::double_long_unsigned, Right::read},
      {kImageTransferEnabled, "image_transfer_enabled", Tag::boolean, Right::read_write},
      {kImageTransferStatus, "image_transfer_status", Tag::enum_, Right::read},
      {kImageToActivateInfo, "image_to_activate_info", Tag::array, Right::read},
  };
  static constexpr MethodFacts kMethods[] = {
      {kImageTransferInitiate, "image_transfer_initiate", Tag::structure},
      {kImageBlockTransfer, "image_block_transfer", Tag::structure},
      {kImageVerify, "image_verify", Tag::integer},
      {kImageActivate, "image_activate", Tag::integer},
  };
};
inline constexpr Obis kImageTransferName{{0, 0, 44, 0, 0, 255}};

// image_transfer_status.
enum class ImageStatus : std::uint8_t {
  not_initiated,
  initiated,
  verification_initiated,
  verification_successful,
  verification_failed,
  activation_initiated,
  activation_successful,
  activation_failed
};

}  // namespace protocol::cosem::classes
