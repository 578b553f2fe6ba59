// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "protocol/bytes.hpp"

namespace sim::run {

// Listening and accepted TCP sockets of a paced run, polled from the simulation's own thread
// between slices: no second thread, so nothing in the models needs a lock.
class SocketHub {
 public:
  using Handle = std::uint64_t;  // of an accepted connection; never reused

  // `tag` says what the port stands for; it comes back with every connection.
  struct Events {
    virtual void on_accepted(Handle connection, std::uint32_t tag) = 0;
    virtual void on_received(Handle connection, protocol::Bytes octets) = 0;
    virtual void on_hung_up(Handle connection) = 0;

   protected:
    ~Events() = default;
  };

  explicit SocketHub(Events& events) : events_(events) {}
  ~SocketHub();
  SocketHub(const SocketHub&) = delete;
  SocketHub& operator=(const SocketHub&) = delete;

  // Throws std::runtime_error with address, port and the system's reason.
  void listen(const std::string& host, std::uint16_t port, std::uint32_t tag);
  // Dials; the connection counts as accepted at once, and hangs up when nobody answers. Throws
  // when the host has no address.
  Handle dial(const std::string& host, std::uint16_t port);
  void send(Handle connection, protocol::Bytes octets);
  void close(Handle connection);
  // Waits at most timeout_ms for something to happen, then reports all of it.
  void poll(int timeout_ms);

 private:
  struct Listener {
    int descriptor;
    std::uint32_t tag;
  };
  struct Connection {
    int descriptor;
    std::uint32_t tag;
    std::vector<std::uint8_t> unsent;
  };
  void accept_from(const Listener& listener);
  void receive_from(Handle handle);
  void flush(Handle handle);

  Events& events_;
  std::vector<Listener> listeners_;
  std::map<Handle, Connection> connections_;
  Handle next_ = 1;
};

// "127.0.0.1:4059" or "[::1]:4059".
struct HostPort {
  std::string host;
  std::uint16_t port = 0;
};
bool parse_host_port(const std::string& text, HostPort& out);

}  // namespace sim::run
