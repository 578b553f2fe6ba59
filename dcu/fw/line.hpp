// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "dcu/fw/core.hpp"
#include "protocol/prime/control.hpp"
#include "protocol/prime/csma.hpp"

namespace dcu::fw {

// The way out: packets become frames of the transmitter, and what became of them is known by their
// tags. Each frame is built when there is a place for it, from what holds then.
class Line {
 public:
  struct Flight {  // what the transmitter has
    std::uint32_t tag = 0;
    std::uint16_t position = kNowhere;
    bool arq = false;
    bool flush = false;
    std::uint16_t octets = 0;
    protocol::prime::Scheme scheme = protocol::prime::Scheme::dbpsk_f;
    protocol::prime::ArqLink::Sent sent;
  };

  Line(Core& core, protocol::prime::TransmitterOwner& owner);
  void clear();
  void set_period(unsigned beacon_slots) { transmitter_.set_period(beacon_slots, 0); }

  // False: no place in the transmitter.
  bool push_control(protocol::prime::ControlType type, std::uint8_t sid, std::uint16_t lnid,
                    Bytes payload, Node* node = nullptr);
  bool push_data(Node& node, Bytes arq_payload, const protocol::prime::ArqLink::Sent& sent);
  bool push_broadcast(Bytes payload);
  // One control packet to a node; the message is of protocol/prime/control.hpp.
  template <typename Message>
  bool tell(protocol::prime::ControlType type, Node& node, const Message& message) {
    std::array<std::uint8_t, protocol::prime::kMaxControlPayload> octets;
    protocol::Writer out(octets);
    protocol::prime::encode(message, out);
    PROTOCOL_ASSERT(out.ok());
    return push_control(type, node.sid, node.lnid, out.written(), &node);
  }

  // What the transmitter speaks of with on_transmitted(); none: from before a stop.
  std::optional<Flight> landed(std::uint32_t tag, bool sent);
  // Nobody asks any more what became of packets of this node's connection.
  void forget(std::uint16_t position);

  // Data waits until then. A node under a switch does not hear the base node, and would answer into
  // what this one sends to others meanwhile: the switch would get neither.
  std::int64_t data_after_us() const { return data_after_us_; }
  void hold_data_until(std::int64_t at_us) { data_after_us_ = at_us; }
  void leave_to(const Node& node, const Flight& flight);

  bool has_place() const { return transmitter_.free_places() > 0; }
  std::size_t waiting() const { return transmitter_.waiting(); }
  void on_time(std::int64_t now_us) { transmitter_.on_time(now_us); }
  std::int64_t deadline_us() const { return transmitter_.deadline_us(); }
  const protocol::prime::TransmitterCounters& counters() const { return transmitter_.counters(); }

 private:
  Flight* push(const protocol::prime::Packet& packet, PduKind kind,
               protocol::prime::Scheme scheme = protocol::prime::Scheme::dbpsk_f);

  static constexpr std::size_t kPlaces = 6;
  Core& core_;
  std::array<protocol::prime::OutgoingFrame, kPlaces> frames_{};
  protocol::prime::Transmitter transmitter_;
  std::array<Flight, kPlaces> flights_{};
  std::uint32_t next_tag_ = 0;
  std::int64_t data_after_us_ = 0;
};

// Whether the other end is asked to acknowledge at once: the last of a burst.
bool is_flush(Bytes arq_payload);

// LSDUs for every meter that listens: each segment so many times, one after the other.
class Broadcasts {
 public:
  Broadcasts(Core& core, Line& line) : core_(core), line_(line) {}
  void clear();

  bool send(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu);  // false: no memory, too long
  // The next segment of the first one, or the same again. False: none now.
  bool serve();
  std::int64_t deadline_us() const;

 private:
  Core& core_;
  Line& line_;
  unsigned segment_ = 0;
  unsigned copy_ = 0;
  std::int64_t after_us_ = 0;
};

}  // namespace dcu::fw
