// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.4.5: the logical devices behind one address.
struct SapAssignment {
  static constexpr ClassId kId{17};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "SAP assignment";
  enum AttributeIndex : std::int8_t { kSapAssignmentList = 2 };
  enum MethodIndex : std::int8_t { kConnectLogicalDevice = 1 };
  static constexpr AttributeFacts kAttributes[] = {
      {kSapAssignmentList, "sap_assignment_list", Tag::array, Right::read},
  };
  static constexpr MethodFacts kMethods[] = {
      {kConnectLogicalDevice, "connect_logical_device", Tag::structure},
  };
};

}  // namespace protocol::cosem::classes
