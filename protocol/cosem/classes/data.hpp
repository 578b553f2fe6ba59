// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.3.1.
struct Data {
  static constexpr ClassId kId{1};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "data";
  enum AttributeIndex : std::int8_t { kValue = 2 };
  static constexpr AttributeFacts kAttributes[] = {
      {kValue, "value", kChoice, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
