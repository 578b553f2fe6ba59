// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "net/socket.hpp"
#include "net/tls.hpp"
#include "protocol/bytes.hpp"

namespace net {

// Many TCP connections, plain or inside TLS, served by one thread: either run() to the end, or
// poll() between other work. Throws std::runtime_error with address and reason when a port cannot
// be had; what happens to a connection later is an event.
class Hub {
 public:
  using Handle = std::uint64_t;  // of a connection; counts from 1, never reused

  // Called from within run() and poll() only; may call everything.
  class Events {
   public:
    // `tag` says which listener it came in by, or who dialled. With TLS both ends have proved who
    // they are: `peer` is the common name of the other end's certificate, never empty then.
    virtual void on_connected(Handle connection, std::uint32_t tag, std::string_view peer) = 0;
    virtual void on_received(Handle connection, protocol::Bytes octets) = 0;
    // By the other end, or because it could not be reached or reads nothing; not after close().
    virtual void on_hung_up(Handle connection) = 0;
    virtual void on_time() {}  // see wake_at()
    // Somebody knocks and cannot be let in, as this process has no descriptor left, or the system
    // no memory: a sentence for the user. Told once; the knocking is answered as soon as it can be.
    virtual void on_exhausted(const std::string& sentence) = 0;

   protected:
    ~Events() = default;
  };

  static std::unique_ptr<Hub> make(Events& events);
  virtual ~Hub() = default;

  // The port, also when any was asked for. Nobody is told of whoever fails in the handshake.
  virtual std::uint16_t listen(const Endpoint& at, std::uint32_t tag, TlsContext tls = nullptr) = 0;
  virtual Handle dial(const Endpoint& to, std::uint32_t tag, TlsContext tls = nullptr) = 0;
  // Before it is connected, too: kept until then.
  virtual void send(Handle connection, protocol::Bytes octets) = 0;
  // What is being written goes out first: the last answer tells why. What the other end still sends
  // is read to its end and thrown away, for a while, as it would be reset before it has that
  // answer.
  virtual void close(Handle connection) = 0;
  // Nothing more is read: the other end has to wait, as TCP tells it. Until it is resumed.
  virtual void pause(Handle connection, bool on) = 0;

  // One alarm, nanoseconds since 1970; a new time replaces the old one. INT64_MAX: none.
  virtual void wake_at(std::int64_t utc_ns) = 0;

  // Until SIGINT, SIGTERM or, unless somebody made us deaf to it (nohup), SIGHUP; then listens no
  // more and hangs up everybody.
  virtual void run() = 0;
  // Waits at most so long for something to happen, then reports what did.
  virtual void poll(int timeout_ms) = 0;
};

}  // namespace net
