// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <optional>

#include "cm1/fw/network.hpp"
#include "protocol/dlms/types.hpp"
#include "protocol/wrapper/wrapper.hpp"

namespace cm1::fw {

// What came from the network.
class UplinkOwner {
 public:
  virtual void on_message(std::uint32_t connection, const protocol::wrapper::Message& message) = 0;
  virtual void on_head_end_up() = 0;
  virtual void on_head_end_down() = 0;
  // An association is this connection's, or a request of it waits.
  virtual bool engaged(std::uint32_t connection) const = 0;

 protected:
  ~UplinkOwner() = default;
};

struct UplinkCounters {
  std::uint32_t malformed = 0;  // connections given up for what they sent
  std::uint32_t connects = 0;   // to the head-end
  std::uint32_t heartbeats = 0;
  std::uint32_t idle = 0;  // hung up for their silence
};

// The modem's sockets: the connection this module dials to the head-end and keeps alive, and those
// that others open to its listening port. One of these that is not engaged and silent is hung up;
// one socket is always left for the head-end.
class Uplink {
 public:
  Uplink(const Platform& platform, UplinkOwner& owner);

  void start(const cm1_provision& provision) { provision_ = &provision; }
  // Whether the modem offers sockets now; the head-end is dialled once `title` is known.
  void set_online(bool online);
  void set_title(const protocol::dlms::SystemTitle& title);

  void on_open(int socket, bool incoming);
  void on_data(int socket, Bytes octets);
  void on_closed(int socket);
  void on_time();
  std::int64_t deadline_us() const;

  bool connected() const { return up_; }
  bool alive(std::uint32_t connection) const { return find(connection).has_value(); }
  // One wrapper message; false when the stack's buffer is full now or the connection is gone.
  bool send(std::uint32_t connection, Bytes message);
  bool send_to_head_end(Bytes message);
  // Octets of all messages to the head-end since it was connected, and how many were acknowledged.
  std::uint64_t sent() const { return sent_; }
  std::uint64_t acknowledged() const;

  // Dials in a row that came to nothing.
  std::int64_t failed_dials() const { return dialled_.failures(); }
  const UplinkCounters& counters() const { return counters_; }

 private:
  static constexpr std::uint32_t kNobody = 0;
  struct Peer {
    explicit Peer() : deframer(buffer) {}
    bool open = false;
    std::uint32_t connection = kNobody;
    std::int64_t heard_us = 0;  // last whole message either way
    std::array<std::uint8_t, CM1_BUFFER_BYTES> buffer{};
    protocol::wrapper::Deframer deframer;
  };

  static bool valid(int socket) { return socket >= 0 && socket < static_cast<int>(CM1_SOCKETS); }
  std::optional<int> find(std::uint32_t connection) const;
  void take(int socket);
  void dial();
  void dial_failed();
  void hang_up(int socket);
  void head_end_lost();
  void watch_progress();
  void watch_head_end();
  std::int64_t idle_until_us(int socket) const;
  bool announce(std::uint8_t kind);

  const Platform& platform_;
  UplinkOwner& owner_;
  const cm1_provision* provision_ = nullptr;
  std::optional<protocol::dlms::SystemTitle> title_;
  std::array<Peer, CM1_SOCKETS> peers_;
  bool online_ = false;
  bool up_ = false;  // head_end_ was told to the owner
  int head_end_ = CM1_SOCKET_NONE;
  Backoff dialled_{10 * kUsPerSecond, 600 * kUsPerSecond};
  std::int64_t dial_at_us_ = kNever;  // or give up dialling
  std::int64_t connected_at_us_ = 0;
  std::int64_t active_at_us_ = 0;    // last octets either way
  std::int64_t progress_at_us_ = 0;  // last acknowledgement while something waits for one
  std::uint64_t sent_ = 0;
  std::uint64_t progress_ = 0;
  std::uint32_t next_connection_ = 1;
  std::uint32_t long_invoke_id_ = 0;
  UplinkCounters counters_;
};

}  // namespace cm1::fw
