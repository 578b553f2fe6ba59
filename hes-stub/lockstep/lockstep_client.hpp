// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "hes-stub/head_end.hpp"
#include "hes-stub/inventory/config.hpp"
#include "hes-stub/lockstep/lockstep_message.hpp"
#include "net/socket.hpp"

namespace hes {

// The simulator's side of lockstep mode: a head-end in another process (`amitwin hes --control`)
// that looks like LocalHeadEnd. Every connection is a real socket to the head-end's data port.
// What the head-end sends comes out of `stream`, what it observes out of `observer`, during
// advance(), at the same instants as in one process. Everything throws std::runtime_error when the
// other process is gone or the channel makes no sense.
class LockstepClient final : public HeadEnd {
 public:
  LockstepClient(const std::string& host, std::uint16_t control_port, const EngineConfig& config,
                 const Known& known, StreamPort& stream, RandomPort& random, Observer& observer,
                 UtcNs begin);

  void deliver(UtcNs now) override { step(now, false); }
  void advance(UtcNs now) override { step(now, true); }
  UtcNs next_deadline() const override { return idle_until_; }
  void finish() override;

  // After finish().
  std::uint64_t rows() const { return rows_; }
  std::uint64_t duplicates() const { return duplicates_; }

 private:
  struct Line {
    net::Socket socket;
    std::uint64_t sent = 0;
    std::uint64_t received = 0;
  };
  // Our random octets, sent ahead of their use.
  struct RandomAhead {
    RandomPort& port;
    std::uint64_t given = 0;
    std::uint64_t used = 0;
    std::vector<std::uint8_t> more(std::size_t octets);
    std::uint64_t left() const { return given - used; }
  };

  void put_event(const Noted::Event& event, const Noted& noted);
  void step(UtcNs now, bool deadlines);
  void begin_step(UtcNs now, bool deadlines);
  void end_step();
  void take_outputs(protocol::Bytes outputs);
  void connect(ConnectionId dialled, const std::string& address, std::uint16_t port);
  // The head-end's number of a connection.
  ConnectionId far_number(ConnectionId connection) const;
  // The reply of the given type; throws with the head-end's own words when it failed.
  protocol::FieldReader await(ControlType type);

  net::Socket control_;
  net::Endpoint data_;
  StreamPort& stream_;
  RandomAhead random_;
  const Known known_;
  Observer& observer_;
  UtcNs idle_until_ = kNever;
  std::map<ConnectionId, Line> lines_;
  // Connections that the head-end dialled: its number by ours, and the other way round.
  std::map<ConnectionId, ConnectionId> dialled_by_ours_;
  std::map<ConnectionId, ConnectionId> ours_by_dialled_;
  ControlWriter step_;
  std::vector<std::uint8_t> reply_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t rows_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace hes
