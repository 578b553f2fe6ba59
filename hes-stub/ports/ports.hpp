// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/bytes.hpp"

namespace hes {

// Time of the head-end: nanoseconds since 1970-01-01T00:00:00Z, given from outside.
using UtcNs = std::int64_t;
inline constexpr UtcNs kNsPerSecond = 1'000'000'000;
inline constexpr UtcNs kNever = INT64_MAX;

// One connection. Numbers are never reused within a run.
using ConnectionId = std::uint64_t;
inline constexpr ConnectionId kNoConnection = UINT64_MAX;

// Which of our listeners a connection came in by.
enum class Door : std::uint8_t {
  wrapper,  // communication modules of meters, TCP 4059
  p32,      // concentrators, P3.2Ex over HTTP, TCP 8432
};

// Outgoing side of the connections: sockets in the shell, modelled links in the simulation.
class StreamPort {
 public:
  virtual void send(ConnectionId connection, protocol::Bytes bytes) = 0;
  virtual void close(ConnectionId connection) = 0;
  // Dials the P3.2Ex server of an Ethernet concentrator. The outcome comes later, as on_open() or
  // on_closed() of the number returned, never from within. kNoConnection: this port cannot dial.
  virtual ConnectionId connect(std::string_view /*address*/, std::uint16_t /*port*/) {
    return kNoConnection;
  }

 protected:
  ~StreamPort() = default;
};

class ClockPort {
 public:
  virtual UtcNs now() const = 0;

 protected:
  ~ClockPort() = default;
};

// The engine has one timer; a new time replaces the old one. kNever: none.
class TimerPort {
 public:
  virtual void arm(UtcNs at) = 0;

 protected:
  ~TimerPort() = default;
};

// Keyed stream in a simulation, the system's generator in the shell.
class RandomPort {
 public:
  virtual void fill(protocol::MutableBytes out) = 0;

 protected:
  ~RandomPort() = default;
};

// Operational log, one line a message; never holds a key.
class LogPort {
 public:
  virtual void line(UtcNs at, std::string_view text) = 0;

 protected:
  ~LogPort() = default;
};

}  // namespace hes
