// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeLlc {
  static constexpr ClassId kId{80};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME 61334-4-32 LLC SSCS setup";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "service_node_address", Tag::long_unsigned, Right::read},
      {3, "base_node_address", Tag::long_unsigned, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
