// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeNetwork {
  static constexpr ClassId kId{85};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME MAC network administration";
  enum AttributeIndex : std::int8_t {
    kMulticastEntries = 2,
    kSwitchTable,
    kDirectTable,
    kAvailableSwitches,
    kPhyCommunication
  };
  static constexpr AttributeFacts kAttributes[] = {
      {kMulticastEntries, "multicast_entries", Tag::array, Right::read},
      {kSwitchTable, "switch_table", Tag::array, Right::read},
      {kDirectTable, "direct_table", Tag::array, Right::read},
      {kAvailableSwitches, "available_switches", Tag::array, Right::read},
      {kPhyCommunication, "phy_communication", Tag::array, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
