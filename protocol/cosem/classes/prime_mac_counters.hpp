// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeMacCounters {
  static constexpr ClassId kId{84};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME MAC counters";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "tx_data_packets", Tag::double_long_unsigned, Right::read},
      {3, "rx_data_packets", Tag::double_long_unsigned, Right::read},
      {4, "tx_control_packets", Tag::double_long_unsigned, Right::read},
      {5, "rx_control_packets", Tag::double_long_unsigned, Right::read},
      {6, "csma_fail", Tag::double_long_unsigned, Right::read},
      {7, "csma_channel_busy", Tag::double_long_unsigned, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
