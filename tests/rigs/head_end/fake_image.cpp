// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/head_end/fake_image.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/axdr/encode.hpp"
#include "protocol/image/container.hpp"

namespace hes_test {

namespace axdr = protocol::axdr;
using protocol::Bytes;
using protocol::cosem::AccessResult;
using protocol::cosem::classes::ImageTransfer;

void FakeImage::begin_activation(std::int64_t now_s) {
  ++activations;
  status = Status::activation_initiated;
  activates_s_ = now_s + kActivation_s;
}

void FakeImage::settle(std::int64_t now_s) {
  if (status != Status::activation_initiated || now_s < activates_s_) return;
  status = fails ? Status::activation_failed : Status::activation_successful;
  const auto head = protocol::image::decode(octets);
  if (!fails && head.ok()) revision = head->version.data();
}

AccessResult FakeImage::get(std::int8_t attribute, std::int64_t now_s, protocol::Writer& out) {
  settle(now_s);
  switch (attribute) {
    case ImageTransfer::kImageBlockSize:
      axdr::put_double_long_unsigned(kBlockOctets, out);
      return AccessResult::success;
    case ImageTransfer::kImageFirstNotTransferredBlockNumber:
      axdr::put_double_long_unsigned(
          static_cast<std::uint32_t>(std::ranges::find(blocks, false) - blocks.begin()), out);
      return AccessResult::success;
    case ImageTransfer::kImageTransferStatus:
      axdr::put_enum(static_cast<std::uint8_t>(status), out);
      return AccessResult::success;
    case ImageTransfer::kImageToActivateInfo:
      axdr::begin_array(1, out);
      axdr::begin_structure(3, out);
      axdr::put_double_long_unsigned(static_cast<std::uint32_t>(octets.size()), out);
      axdr::put_octet_string(identifier, out);
      axdr::put_octet_string(signature, out);
      return AccessResult::success;
  }
  return AccessResult::object_undefined;
}

AccessResult FakeImage::act(std::int8_t method, Bytes parameter, std::int64_t now_s) {
  settle(now_s);
  axdr::Cursor in(parameter);
  switch (method) {
    case ImageTransfer::kImageTransferInitiate: {
      ++initiations;
      in.structure(2);
      const Bytes name = in.octet_string();
      const std::uint64_t size = in.unsigned_number();
      if (status == Status::initiated && std::ranges::equal(name, identifier)) {
        return AccessResult::success;
      }
      identifier.assign(name.begin(), name.end());
      octets.assign(size, 0);
      blocks.assign((size + kBlockOctets - 1) / kBlockOctets, false);
      status = Status::initiated;
      return AccessResult::success;
    }
    case ImageTransfer::kImageBlockTransfer: {
      in.structure(2);
      const std::uint64_t number = in.unsigned_number();
      const Bytes block = in.octet_string();
      if (status != Status::initiated || number >= blocks.size()) return AccessResult::other_reason;
      std::ranges::copy(block, octets.begin() + static_cast<std::ptrdiff_t>(number * kBlockOctets));
      blocks[number] = true;
      return AccessResult::success;
    }
    case ImageTransfer::kImageVerify: {
      if (busy_verifying > 0) {
        --busy_verifying;
        return AccessResult::temporary_failure;
      }
      const auto head = protocol::image::decode(octets);
      if (!head.ok()) return AccessResult::other_reason;
      signature.assign(head->signature.begin(), head->signature.end());
      status = Status::verification_successful;
      return AccessResult::success;
    }
    case ImageTransfer::kImageActivate:
      if (status != Status::verification_successful) return AccessResult::temporary_failure;
      begin_activation(now_s);
      return AccessResult::success;
  }
  return AccessResult::object_undefined;
}

}  // namespace hes_test
