// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

namespace protocol::cosem::classes {

// Blue Book 4.12, unverified as all PRIME classes: written from public client software. The reset
// method is not in it.
struct PrimePhyCounters {
  static constexpr ClassId kId{81};
  static constexpr std::uint8_t kVersion = 0;
  static constexpr const char* kName = "PRIME physical layer counters";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "crc_incorrect_count", Tag::long_unsigned, Right::read},
      {3, "crc_fail_count", Tag::long_unsigned, Right::read},
      {4, "tx_drop_count", Tag::long_unsigned, Right::read},
      {5, "rx_drop_count", Tag::long_unsigned, Right::read},
  };
  static constexpr std::span<const MethodFacts> kMethods{};
};

}  // namespace protocol::cosem::classes
