// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "protocol/bytes.hpp"

namespace net {

struct Endpoint {
  std::string host;  // a name or an address, without brackets
  std::uint16_t port = 0;
};

// "127.0.0.1:4059" or "[::1]:4059"; port 0: any, to listen on. Nothing when it is none; the name is
// not resolved here.
std::optional<Endpoint> parse_endpoint(std::string_view text);

std::string to_string(const Endpoint& endpoint);

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
  // As long as nothing comes from `other`, whose end or words end the waiting: throws.
  Socket accept_unless(const Socket& other);
  std::uint16_t port() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace net
