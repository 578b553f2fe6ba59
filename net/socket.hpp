// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "net/endpoint.hpp"
#include "protocol/bytes.hpp"

namespace net {

// A blocking TCP socket, for those to whom waiting is the point: lockstep mode and the command
// line. All failures throw std::runtime_error with the end's name and the system's reason.
class Socket {
 public:
  Socket();
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  static Socket connect(const Endpoint& to);
  void write(protocol::Bytes octets);
  void read(protocol::MutableBytes octets);         // exactly as many
  bool read_or_end(protocol::MutableBytes octets);  // false: closed before the first
  // Whatever arrives within the time; empty when nothing did.
  std::vector<std::uint8_t> receive(std::int64_t timeout_ms);
  std::uint16_t local_port() const;
  std::uint16_t remote_port() const;

 private:
  friend class Listener;
  struct State;
  std::unique_ptr<State> state_;
};

class Listener {
 public:
  explicit Listener(const Endpoint& at);
  ~Listener();
  Socket accept();
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace net
