// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/cosem/class.hpp"

// The PRIME classes 80 to 86, Blue Book 4.12, unverified: written from public client software. The
// reset methods are not in them.
namespace protocol::cosem::classes {

struct PrimeClass {
  static constexpr std::uint8_t kVersion = 0;
  static constexpr std::span<const MethodFacts> kMethods{};
};

struct PrimeLlc : PrimeClass {
  static constexpr ClassId kId{80};
  static constexpr const char* kName = "PRIME 61334-4-32 LLC SSCS setup";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "service_node_address", Tag::long_unsigned, Right::read},
      {3, "base_node_address", Tag::long_unsigned, Right::read},
  };
};

struct PrimePhyCounters : PrimeClass {
  static constexpr ClassId kId{81};
  static constexpr const char* kName = "PRIME physical layer counters";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "crc_incorrect_count", Tag::long_unsigned, Right::read},
      {3, "crc_fail_count", Tag::long_unsigned, Right::read},
      {4, "tx_drop_count", Tag::long_unsigned, Right::read},
      {5, "rx_drop_count", Tag::long_unsigned, Right::read},
  };
};

struct PrimeMacSetup : PrimeClass {
  static constexpr ClassId kId{82};
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
};

struct PrimeMacFunctional : PrimeClass {
  static constexpr ClassId kId{83};
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
};

struct PrimeMacCounters : PrimeClass {
  static constexpr ClassId kId{84};
  static constexpr const char* kName = "PRIME MAC counters";
  static constexpr AttributeFacts kAttributes[] = {
      {2, "tx_data_packets", Tag::double_long_unsigned, Right::read},
      {3, "rx_data_packets", Tag::double_long_unsigned, Right::read},
      {4, "tx_control_packets", Tag::double_long_unsigned, Right::read},
      {5, "rx_control_packets", Tag::double_long_unsigned, Right::read},
      {6, "csma_fail", Tag::double_long_unsigned, Right::read},
      {7, "csma_channel_busy", Tag::double_long_unsigned, Right::read},
  };
};

struct PrimeNetwork : PrimeClass {
  static constexpr ClassId kId{85};
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
};

struct PrimeApplication : PrimeClass {
  static constexpr ClassId kId{86};
  static constexpr const char* kName = "PRIME application identification";
  enum AttributeIndex : std::int8_t { kFirmwareVersion = 2, kVendorId, kProductId };
  static constexpr AttributeFacts kAttributes[] = {
      {kFirmwareVersion, "firmware_version", Tag::octet_string, Right::read},
      {kVendorId, "vendor_id", Tag::long_unsigned, Right::read},
      {kProductId, "product_id", Tag::long_unsigned, Right::read},
  };
};

}  // namespace protocol::cosem::classes
