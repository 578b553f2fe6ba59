// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"
#include "protocol/image/transfer.hpp"

namespace rigs {

using ImageOctets = std::vector<std::uint8_t>;

// A container that a meter of the model AD11A takes.
ImageOctets test_container(const std::string& version, std::size_t code_octets);

// Image transfer (class 18) and its schedule (class 22) in a meter, with switches for what can go
// wrong there.
class FakeImage {
 public:
  using AccessResult = protocol::cosem::AccessResult;
  using Status = protocol::cosem::classes::ImageStatus;
  static constexpr std::int64_t kActivationS = 30;
  static constexpr int kOffsetMin = 60;  // local minus UTC, where it hangs

  // Nothing: the attribute is none of these objects.
  std::optional<ImageOctets> get(const protocol::cosem::Attribute& attribute) const;
  std::optional<AccessResult> set(const protocol::cosem::Attribute& attribute,
                                  protocol::Bytes value);
  std::optional<AccessResult> act(const protocol::cosem::Method& method, protocol::Bytes parameter);
  // What became due: an activation at its time, the end of one.
  void live_until(std::int64_t now_s);
  // As if another client had brought its own image.
  void taken_by(const ImageOctets& other);

  Status status = Status::not_initiated;
  std::string revision = "1.0.0";
  std::uint32_t block_octets = 256;
  ImageOctets octets;      // in its slot
  std::vector<bool> have;  // blocks
  int initiations = 0;
  int blocks_taken = 0;
  int activations = 0;
  int busy_verifications = 0;  // answered with temporary-failure, so many
  bool refuses = false;        // an image that is whole, when it verifies
  bool rolls_back = false;     // the other firmware does not confirm itself
  std::int64_t activate_at_s = 0;

 private:
  AccessResult initiate(protocol::Bytes parameter);
  AccessResult take_block(protocol::Bytes parameter);
  AccessResult verify();
  AccessResult activate();
  ImageOctets ready() const;

  ImageOctets name_;
  std::int64_t now_s_ = 0;
  std::int64_t activated_s_ = 0;
};

}  // namespace rigs
