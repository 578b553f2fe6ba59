// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "kernel/time.hpp"
#include "models/core/wan/peer.hpp"

namespace models::wan {

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
