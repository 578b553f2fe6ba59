// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// MAC address setup, Blue Book 4.9.4.
struct MacAddress {
  static constexpr ClassId kId{43};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "MAC address setup";
  enum AttributeIndex : std::int8_t { kMacAddress = 2 };
  static constexpr AttributeFacts kAttributes[] = {
      {kMacAddress, "mac_address", Tag::octet_string, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
