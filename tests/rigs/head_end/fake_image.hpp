// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "protocol/cosem/classes/image_transfer.hpp"
#include "protocol/cosem/types.hpp"

namespace hes_test {

// The image transfer of a fake meter: what the standard says of the object, nothing of firmware.
struct FakeImage {
  using Status = protocol::cosem::classes::ImageStatus;
  static constexpr std::uint32_t kBlockOctets = 64;
  static constexpr std::int64_t kActivation_s = 40;

  // What a client asks of it at a time.
  protocol::cosem::AccessResult get(std::int8_t attribute, std::int64_t now_s,
                                    protocol::Writer& out);
  protocol::cosem::AccessResult act(std::int8_t method, protocol::Bytes parameter,
                                    std::int64_t now_s);
  // The image that it holds is activated, whoever asked for it.
  void begin_activation(std::int64_t now_s);

  Status status = Status::not_initiated;
  std::vector<std::uint8_t> identifier;
  std::vector<std::uint8_t> signature;  // of what is ready to be activated
  std::vector<std::uint8_t> octets;
  std::vector<bool> blocks;
  std::vector<std::uint8_t> schedule;  // execution_time as it was set
  std::string revision = "1.0.0";
  int initiations = 0;
  int activations = 0;
  int busy_verifying = 0;  // so often it says that it has not yet verified
  bool fails = false;      // to start what it is given

 private:
  void settle(std::int64_t now_s);

  std::int64_t activates_s_ = 0;
};

}  // namespace hes_test
