// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "models/core/wan/peer.hpp"

namespace models::wan {

// Connection id: serial number, network, slot. The serial alone makes it unique within a network.
inline constexpr unsigned kSlotBits = 20;
inline constexpr unsigned kNetworkBits = 12;
inline constexpr ConnectionId kSlotMask = (ConnectionId{1} << kSlotBits) - 1;
constexpr std::uint32_t network_of(ConnectionId connection) {
  return static_cast<std::uint32_t>(connection >> kSlotBits) & ((1u << kNetworkBits) - 1);
}

// Any network as its far end sees it: a cell with its modules, or wires with their sites. The calls
// may be made from inside WanPeer's calls.
class Network {
 public:
  // Without a far end every connection is refused.
  virtual void set_peer(WanPeer& peer) = 0;
  // False: unknown, closed, or its buffer cannot take all of it.
  virtual bool send(ConnectionId connection, std::span<const std::uint8_t> octets) = 0;
  virtual std::uint32_t unacknowledged(ConnectionId connection) const = 0;
  virtual void close(ConnectionId connection) = 0;
  // Towards a port the device listens on. The outcome is on_open or on_closed.
  virtual ConnectionId connect(std::uint32_t device, std::uint16_t port) = 0;

 protected:
  ~Network() = default;
};

}  // namespace models::wan
