// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.5.9: a value against a threshold that must be crossed for a while.
struct Limiter {
  static constexpr ClassId kId{71};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "limiter";
  enum AttributeIndex : std::int8_t {
    kMonitoredValue = 2,
    kThresholdActive,
    kThresholdNormal,
    kThresholdEmergency,
    kMinOverThresholdDuration,
    kMinUnderThresholdDuration,
    kEmergencyProfile,
    kEmergencyProfileGroupIdList,
    kEmergencyProfileActive,
    kActions
  };
  // Thresholds have the type of the monitored value.
  static constexpr AttributeFacts kAttributes[] = {
      {kMonitoredValue, "monitored_value", Tag::structure, Right::read_write},
      {kThresholdActive, "threshold_active", kChoice, Right::read},
      {kThresholdNormal, "threshold_normal", kChoice, Right::read_write},
      {kThresholdEmergency, "threshold_emergency", kChoice, Right::read_write},
      {kMinOverThresholdDuration, "min_over_threshold_duration", Tag::double_long_unsigned,
       Right::read_write},
      {kMinUnderThresholdDuration, "min_under_threshold_duration", Tag::double_long_unsigned,
       Right::read_write},
      {kEmergencyProfile, "emergency_profile", Tag::structure, Right::read_write},
      {kEmergencyProfileGroupIdList, "emergency_profile_group_id_list", Tag::array,
       Right::read_write},
      {kEmergencyProfileActive, "emergency_profile_active", Tag::boolean, Right::read},
      {kActions, "actions", Tag::structure, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};
inline constexpr Obis kLimiterName{{0, 0, 17, 0, 0, 255}};

}  // namespace protocol::cosem::classes
