// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "kernel/assert.hpp"
#include "kernel/time.hpp"

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

// Connection id: serial number, network, slot. The serial alone makes it unique within a network.
inline constexpr unsigned kSlotBits = 20;
inline constexpr unsigned kNetworkBits = 12;
inline constexpr ConnectionId kSlotMask = (ConnectionId{1} << kSlotBits) - 1;
constexpr std::uint32_t network_of(ConnectionId connection) {
  return static_cast<std::uint32_t>(connection >> kSlotBits) & ((1u << kNetworkBits) - 1);
}

// The connections of one network, each in the slot that its id names. What has ended stays until
// time moves on: at that very instant somebody may still be inside it.
template <typename Connection>
class ConnectionTable {
 public:
  explicit ConnectionTable(std::uint32_t network) : network_(network) {
    TWIN_ASSERT(network < (1u << kNetworkBits), network);
  }
  // make(id) gives the new connection.
  template <typename Make>
  Connection& add(kernel::TimeNs now, Make make) {
    if (retired_at_ns_ < now) retired_.clear();
    std::size_t slot = slots_.size();
    if (free_slots_.empty()) {
      TWIN_ASSERT(slot <= kSlotMask, slot);
      slots_.emplace_back();
    } else {
      slot = free_slots_.back();
      free_slots_.pop_back();
    }
    slots_[slot] = make((next_serial_++ << (kSlotBits + kNetworkBits)) |
                        (ConnectionId{network_} << kSlotBits) | slot);
    return *slots_[slot];
  }
  Connection* find(ConnectionId id) const {
    const auto slot = static_cast<std::size_t>(id & kSlotMask);
    if (slot >= slots_.size() || slots_[slot] == nullptr) return nullptr;
    return slots_[slot]->id() == id ? slots_[slot].get() : nullptr;
  }
  void retire(kernel::TimeNs now, Connection& connection) {
    const auto slot = static_cast<std::size_t>(connection.id() & kSlotMask);
    TWIN_ASSERT(slots_[slot].get() == &connection, slot);
    retired_at_ns_ = now;
    retired_.push_back(std::move(slots_[slot]));
    free_slots_.push_back(slot);
  }
  std::size_t size() const { return slots_.size() - free_slots_.size(); }
  template <typename Visit>
  void each(Visit visit) const {
    for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
      if (slots_[slot] != nullptr) visit(*slots_[slot]);
    }
  }

 private:
  std::uint32_t network_;
  std::vector<std::unique_ptr<Connection>> slots_;
  std::vector<std::size_t> free_slots_;
  std::vector<std::unique_ptr<Connection>> retired_;
  kernel::TimeNs retired_at_ns_ = 0;
  std::uint64_t next_serial_ = 1;
};

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

enum class ModemState : std::uint8_t { kOff, kSearching, kAttached, kOnline };

inline constexpr int kModemSockets = 4;
inline constexpr int kNoSocket = -1;

// Whoever sits at the modem's AT interface. Called from the agenda only, never from inside a call
// into the modem.
class ModemClient {
 public:
  virtual void on_modem(ModemState state) = 0;
  virtual void on_socket_open(int socket, bool incoming) = 0;
  virtual void on_socket_data(int socket, std::span<const std::uint8_t> octets) = 0;
  virtual void on_socket_closed(int socket, CloseReason reason) = 0;
  virtual void on_socket_drained(int socket) = 0;

 protected:
  ~ModemClient() = default;
};

// The modem as its host sees it: cm1_hal.h has the contract of each call.
class ModemPort {
 public:
  virtual void set_client(ModemClient& client) = 0;
  virtual void power(bool on) = 0;
  virtual void connect(std::string_view apn) = 0;
  virtual void disconnect() = 0;
  virtual std::uint8_t rssi() = 0;
  virtual int open(Protocol protocol, std::string_view host, std::uint16_t port) = 0;
  virtual bool listen(std::uint16_t port) = 0;
  virtual bool send(int socket, std::span<const std::uint8_t> octets) = 0;
  virtual std::uint32_t unacknowledged(int socket) = 0;
  virtual void close(int socket) = 0;
  // The port an incoming connection was made to; 0: the device listens on one only.
  virtual std::uint16_t port_of(int /*socket*/) const { return 0; }
  // How long the transmitter has been on since simulated time began.
  virtual kernel::TimeNs transmit_ns() const = 0;

 protected:
  ~ModemPort() = default;
};

}  // namespace models::wan
