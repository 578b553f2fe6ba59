// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeApplication {
  static constexpr ClassId kId{86};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME application identification";
  enum AttributeIndex : std::int8_t { kFirmwareVersion = 2, kVendorId, kProductId };
  static constexpr AttributeFacts kAttributes[] = {
      {kFirmwareVersion, "firmware_version", Tag::octet_string, Right::read},
      {kVendorId, "vendor_id", Tag::long_unsigned, Right::read},
      {kProductId, "product_id", Tag::long_unsigned, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
