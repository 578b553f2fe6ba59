// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimeMacSetup {
  static constexpr ClassId kId{82};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME MAC setup";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "min_switch_search_time", Tag::unsigned_, Right::read_write},
      {3, "max_promotion_pdu", Tag::unsigned_, Right::read_write},
      {4, "promotion_pdu_tx_period", Tag::unsigned_, Right::read_write},
      {5, "beacons_per_frame", Tag::unsigned_, Right::read_write},
      {6, "scp_max_tx_attempts", Tag::unsigned_, Right::read_write},
      {7, "ctl_re_tx_timer", Tag::unsigned_, Right::read_write},
      {8, "max_ctl_re_tx", Tag::unsigned_, Right::read_write},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
