// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/prime/control.hpp"
#include "protocol/prime/pib.hpp"

// What a service node is to its meter.
namespace meter::fw::prime {

using protocol::Bytes;
using protocol::MutableBytes;
using protocol::prime::Eui48;
using protocol::prime::NodeState;

struct ServiceNodeConfig {
  Eui48 eui48{};
  Bytes device_id;  // 4-32 identifier, the serial; its memory stays with the owner
};

// What the meter does for its service node. Calls come from inside the modem's calls and on_time()
// only, but for on_sent() from inside stop() too; the node may be called again from inside them.
class ServiceNodeOwner {
 public:
  // A PDU buffer of 2048 octets, empty when there is none now.
  virtual MutableBytes take_buffer() = 0;
  virtual void give_buffer(MutableBytes buffer) = 0;
  virtual std::uint32_t random() = 0;  // 32 even bits
  // The 4-32 connection is open: send() works until on_disconnected().
  virtual void on_connected(std::uint16_t address) = 0;
  virtual void on_disconnected() = 0;
  // One LSDU, valid during the call. A broadcast is never answered.
  virtual void on_data(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu, bool broadcast) = 0;
  // The base node has the LSDU, or it never will: the connection broke.
  virtual void on_sent(std::uint32_t cookie, bool delivered) = 0;

 protected:
  ~ServiceNodeOwner() = default;
};

inline constexpr std::uint8_t kCapabilities =
    protocol::prime::kCanSwitch | protocol::prime::kCanPrm | protocol::prime::kCanArq;
// PRO.SWC, low nibble DC MC PRM ARQ.
inline constexpr std::uint8_t kSwitchCapabilities = 0x03;
inline constexpr std::size_t kTransmitPlaces = 6;  // frames waiting for the line

struct ServiceNodeCounters {
  std::uint32_t frames = 0;  // from the modem
  std::uint32_t searches = 0;
  std::uint32_t registrations = 0;
  std::uint32_t rejected = 0;     // REG_REJ
  std::uint32_t connections = 0;  // 4-32, opened
  std::uint32_t beacons_lost = 0;
  std::uint32_t keep_alive_lost = 0;
  std::uint32_t promotions = 0;
  std::uint32_t repeated_up = 0;  // frames switched
  std::uint32_t repeated_down = 0;
  std::uint32_t repeat_dropped = 0;  // no place, or too long
  std::uint32_t tx_data = 0;         // macTxDataPktCount
  std::uint32_t rx_data = 0;
  std::uint32_t tx_control = 0;
  std::uint32_t rx_control = 0;
  std::uint32_t bad_checksum = 0;  // HCS or CRC-32, also frames of other subnetworks
  std::uint32_t malformed = 0;     // good checksums, but nonsense inside
  std::uint32_t not_for_us = 0;
};

}  // namespace meter::fw::prime
