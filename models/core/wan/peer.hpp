// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace models::wan {

// One connection through a cell. Numbers are never reused within a run.
using ConnectionId = std::uint64_t;

enum class Protocol : std::uint8_t { kTcp, kUdp };
enum class CloseReason : std::uint8_t { kByPeer, kTimeout, kNetwork };

// The far end of all connections of a cell, on the network's side: the head-end engine in process,
// a gateway in lockstep with another process, or real sockets. Calls come from the agenda, never
// from inside a call into the cell.
class WanPeer {
 public:
  // A module's connection to host:port is established, or one asked for with Cell::connect() (host
  // is empty then). It may be closed at once.
  virtual void on_open(ConnectionId connection, std::uint32_t module, std::string_view host,
                       std::uint16_t port) = 0;
  virtual void on_data(ConnectionId connection, std::span<const std::uint8_t> octets) = 0;
  // Also for a Cell::connect() that came to nothing, then without on_open before it.
  virtual void on_closed(ConnectionId connection, CloseReason reason) = 0;

 protected:
  ~WanPeer() = default;
};

}  // namespace models::wan
