// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeMacFunctional {
  static constexpr ClassId kId{83};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME MAC functional parameters";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "lnid", Tag::long_, Right::read},
      {3, "lsid", Tag::unsigned_, Right::read},
      {4, "sid", Tag::unsigned_, Right::read},
      {5, "sna", Tag::octet_string, Right::read},
      {6, "state", Tag::enum_, Right::read},
      {7, "scp_length", Tag::long_, Right::read},
      {8, "node_hierarchy_level", Tag::unsigned_, Right::read},
      {9, "beacon_slot_count", Tag::unsigned_, Right::read},
      {10, "beacon_rx_slot", Tag::unsigned_, Right::read},
      {11, "beacon_tx_slot", Tag::unsigned_, Right::read},
      {12, "beacon_rx_frequency", Tag::unsigned_, Right::read},
      {13, "beacon_tx_frequency", Tag::unsigned_, Right::read},
      {14, "capabilities", Tag::long_unsigned, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
