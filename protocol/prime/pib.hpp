// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/types.hpp"

namespace protocol::prime {

// PAN information base: attribute numbers as public sources list them.
enum class Pib : std::uint16_t {
  min_switch_search_time_s = 0x0010,
  max_promotion_pdu = 0x0011,
  promotion_pdu_tx_period_s = 0x0012,
  scp_max_tx_attempts = 0x0014,
  ctl_retx_timer_s = 0x0015,
  max_ctl_retx = 0x0018,
  ema_smoothing = 0x0019,
  lnid = 0x0020,
  lsid = 0x0021,
  sid = 0x0022,
  sna = 0x0023,
  state = 0x0024,
  scp_length_symbols = 0x0025,
  node_hierarchy_level = 0x0026,
  beacon_slot_count = 0x0027,
  beacon_rx_slot = 0x0028,
  beacon_tx_slot = 0x0029,
  beacon_rx_frequency = 0x002A,
  beacon_tx_frequency = 0x002B,
  capabilities = 0x002C,
  tx_data_packets = 0x0040,
  rx_data_packets = 0x0041,
  tx_control_packets = 0x0042,
  rx_control_packets = 0x0043,
  csma_fail = 0x0044,
  csma_channel_busy = 0x0045,
  phy_crc_incorrect = 0x00A0,
  phy_crc_fail = 0x00A1,
  phy_tx_drop = 0x00A2,
  phy_rx_drop = 0x00A3,
  phy_rx_total = 0x00A4,
};

// Timers and counts of the MAC; defaults of the information base.
inline constexpr std::int64_t kMinSwitchSearchUs = 24'000'000;    // 0010h, 16 .. 32 s
inline constexpr unsigned kMaxPromotionPdu = 2;                   // 0011h, 1 .. 4 in each
inline constexpr std::int64_t kPromotionPduPeriodUs = 5'000'000;  // 0012h, 2 .. 8 s
inline constexpr std::int64_t kCtlReTxTimerUs = 15'000'000;       // 0015h, 2 .. 20 s
inline constexpr unsigned kMaxCtlReTx = 3;                        // 0018h, 3 .. 5
inline constexpr unsigned kMaxPrnIgnore = 3;                      // MACMaxPRNIgnore; from memory
inline constexpr unsigned kMinScpSymbols = 64;                    // from memory

enum class NodeState : std::uint8_t { disconnected = 0, terminal = 1, switching = 2, base = 3 };

}  // namespace protocol::prime
