// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "hes-stub/ports/observer.hpp"
#include "hes-stub/ports/order.hpp"
#include "hes-stub/ports/ports.hpp"
#include "net/socket.hpp"
#include "protocol/hosted/fields/fields.hpp"

namespace hes {

// The control channel of lockstep mode (docs/head-end.md). A message is its length (4 octets, of
// all that follows), its type (1) and its body; numbers are big-endian, times int64 nanoseconds.
inline constexpr std::uint16_t kLockstepVersion = 3;
inline constexpr std::size_t kMaxControlOctets = std::size_t{64} << 20;
// Times lie between 1970 and 2100.
inline constexpr UtcNs kLastTime = 4'102'444'800 * kNsPerSecond;

enum class ControlType : std::uint8_t {
  hello = 1,      // version (2), begin (8), random octets (4 + n), configuration JSON (4 + n)
  step = 2,       // now (8), run deadlines (1), random octets (4 + n), then events to the end
  finish = 3,     // empty
  welcome = 17,   // version (2), data port (2), idle until (8), highest order number (8)
  idle = 18,      // idle until (8), random octets used (8), outputs (4 + n), then observations
  finished = 19,  // rows (8), duplicates (8)
  failed = 20,    // text
};

// What happened at the simulator's side, in order.
enum class StepEvent : std::uint8_t {
  open = 0,    // connection (8), the simulator's port of the data socket (2), Door (1)
  data = 1,    // connection (8), octets sent on it in all (8)
  closed = 2,  // connection (8)
  order = 3,   // order
};
// What the head-end did, in order.
enum class StepOutput : std::uint8_t {
  sent = 0,     // connection (8), octets written to it in all (8)
  closed = 1,   // connection (8)
  connect = 2,  // connection (8), port (2), address (4 + n): the simulator opens or closes it later
};
// Connections that the head-end dials are numbered by it, from here on; the simulator keeps its own
// numbers for them.
inline constexpr std::uint64_t kFirstDialled = std::uint64_t{1} << 63;

// A message under construction: begin(), its fields, finish().
class ControlWriter : public protocol::FieldWriter {
 public:
  void begin(ControlType type);
  // The whole message, its length filled in.
  protocol::Bytes finish();
};

// One message: type and body in `message`. False: the other end is gone.
bool read_control(net::Socket& socket, std::vector<std::uint8_t>& message);

void put_order(const Order& order, protocol::FieldWriter& out);
Order take_order(protocol::FieldReader& in);

// Writes down what the observer hears, for the other process to hear it again.
class ObservationWriter final : public Observer {
 public:
  void row_stored(MeterIndex meter, const protocol::cosem::Obis& profile, const Row& row,
                  UtcNs arrival) override;
  void order_finished(const OrderResult& result) override;
  void session_opened(MeterIndex meter, ConnectionId connection, UtcNs at) override;
  void session_closed(MeterIndex meter, ConnectionId connection, UtcNs at) override;
  void message(const Message& message) override;
  void clock_checked(MeterIndex meter, UtcNs deviation, UtcNs at) override;
  void report_received(const ReportNote& note) override;

  // Appends what was written and begins anew.
  void move_to(protocol::FieldWriter& out);

 private:
  protocol::FieldWriter out_;
};
// How many there are that an observation may speak of.
struct Known {
  std::size_t meters = 0;
  std::size_t concentrators = 0;
};
// False when the octets are no observations.
bool replay_observations(protocol::FieldReader& in, const Known& known, Observer& observer);

}  // namespace hes
