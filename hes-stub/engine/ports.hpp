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

// One connection of a communication module. Numbers are never reused within a run.
using ConnectionId = std::uint64_t;

// Outgoing side of the connections: sockets in the shell, modelled links in the simulation.
class StreamPort {
 public:
  virtual void send(ConnectionId connection, protocol::Bytes bytes) = 0;
  virtual void close(ConnectionId connection) = 0;

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
