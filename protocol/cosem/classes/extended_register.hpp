// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.3.3. The scaler as of a register.
struct ExtendedRegister {
  static constexpr ClassId kId{4};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "extended register";
  enum AttributeIndex : std::int8_t { kValue = 2, kScalerUnit, kStatus, kCaptureTime };
  enum MethodIndex : std::int8_t { kReset = 1 };
  static constexpr AttributeFacts kAttributes[] = {
      {kValue, "value", kChoice, Right::read_write},
      {kScalerUnit, "scaler_unit", Tag::structure, Right::read},
      {kStatus, "status", kChoice, Right::read},
      {kCaptureTime, "capture_time", Tag::date_time, Right::read},
  };
  static constexpr MethodFacts kMethods[] = {
      {kReset, "reset", kChoice},
  };
};

}  // namespace protocol::cosem::classes
