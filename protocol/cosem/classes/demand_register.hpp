// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.3.4.
struct DemandRegister {
  static constexpr ClassId kId{5};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "demand register";
  enum AttributeIndex : std::int8_t {
    kCurrentAverageValue = 2,
    kLastAverageValue,
    kScalerUnit,
    kStatus,
    kCaptureTime,
    kStartTimeCurrent,
    kPeriod,
    kNumberOfPeriods
  };
  enum MethodIndex : std::int8_t { kReset = 1, kNextPeriod };
  static constexpr AttributeFacts kAttributes[] = {
      {kCurrentAverageValue, "current_average_value", kChoice, Right::read},
      {kLastAverageValue, "last_average_value", kChoice, Right::read},
      {kScalerUnit, "scaler_unit", Tag::structure, Right::read},
      {kStatus, "status", kChoice, Right::read},
      {kCaptureTime, "capture_time", Tag::date_time, Right::read},
      {kStartTimeCurrent, "start_time_current", Tag::date_time, Right::read},
      {kPeriod, "period", Tag::double_long_unsigned, Right::read_write},
      {kNumberOfPeriods, "number_of_periods", Tag::long_unsigned, Right::read_write},
  };
  static constexpr MethodFacts kMethods[] = {
      {kReset, "reset", kChoice},
      {kNextPeriod, "next_period", kChoice},
  };
};

}  // namespace protocol::cosem::classes
