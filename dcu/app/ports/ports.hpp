// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "protocol/bytes.hpp"

// The concentrator's boundary. Everything is sans-I/O: the owner calls in, the ports call out, and
// nothing blocks. A concentrator is destroyed and built anew at any instant (restart, power cut);
// only what its Disk holds survives.
namespace dcu::app {

using UtcNs = std::int64_t;  // nanoseconds since 1970-01-01T00:00:00Z
inline constexpr UtcNs kNever = INT64_MAX;
inline constexpr UtcNs kNsPerSecond = 1'000'000'000;

// Clock of the concentrator, which drifts as its crystal does, and its one timer.
class Clock {
 public:
  virtual UtcNs now() const = 0;
  virtual void arm(UtcNs at) = 0;    // by this clock; replaces; kNever: none
  virtual void shift(UtcNs by) = 0;  // forward, or back when negative

 protected:
  ~Clock() = default;
};

// A block device. A write is durable when write() has returned; a power cut inside it leaves some
// prefix of the octets written and the rest as before, never octets outside. Pages read zero at
// first.
class Disk {
 public:
  static constexpr std::uint32_t kPageOctets = 4096;
  virtual std::uint32_t pages() const = 0;
  virtual void read(std::uint64_t offset, protocol::MutableBytes out) = 0;
  // False: the device failed or the power is gone; nothing more may be assumed written.
  virtual bool write(std::uint64_t offset, protocol::Bytes data) = 0;

 protected:
  ~Disk() = default;
};

// IP towards the head-end, over GPRS or Ethernet, and the gateway's clients.
using StreamId = std::uint64_t;  // never reused while a concentrator runs
enum class Door : std::uint8_t { p32, gateway };
class Wan {
 public:
  // Dials the head-end's P3.2Ex server. The outcome is Concentrator::on_stream_open or _closed.
  // 0: no network now.
  virtual StreamId dial() = 0;
  virtual bool send(StreamId stream, protocol::Bytes octets) = 0;  // false: closed or full
  virtual void close(StreamId stream) = 0;                         // no on_stream_closed follows

 protected:
  ~Wan() = default;
};

class Random {
 public:
  virtual void fill(protocol::MutableBytes out) = 0;

 protected:
  ~Random() = default;
};

// One line a message; never holds a key.
class Log {
 public:
  virtual void line(UtcNs at, std::string_view text) = 0;

 protected:
  ~Log() = default;
};

}  // namespace dcu::app
