// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dcu/fw/keep_alive.hpp"
#include "dcu/fw/line.hpp"
#include "dcu/fw/registration.hpp"

namespace dcu::fw {

// The base node: MAC of the concentrator (G.9904 clause 8) and base side of the 4-32 convergence
// layer (clause 9.4). Sans-I/O: the modem's calls and time in, its port and the owner's calls out.
// After every call into it the owner looks at deadline_us() again and calls on_time() then. Its
// work is done by parts over one node table; this class lets calls in, one at a time, and out.
class BaseNode final : public protocol::prime::ModemClient,
                       private protocol::prime::TransmitterOwner {
 public:
  BaseNode(const Config& config, const Memory& memory, protocol::prime::ModemPort& modem,
           BaseNodeOwner& owner);

  // Tables are empty then; beacons begin after the quiet frames.
  void start();
  // Silence: no beacons, no answers. Every connection is told to the owner as left.
  void stop();

  // ---- Upper interface ----
  // An LSDU (DLMS APDU) for a joined meter; it is copied. kNotSent: nobody there, too long, or no
  // memory. Its order with others to the same meter and of the same priority is kept.
  SendHandle send(Address address, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                  Priority priority = Priority::normal);
  // To every meter that listens, unacknowledged. False: too long, or no memory.
  bool broadcast(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu);
  // Unregisters the node and forgets what was counted for it. False: not known.
  bool forget(const Eui48& eui48);
  // LSDUs waiting or under way to a meter.
  unsigned backlog(Address address) const;

  // ---- Node table: by position, holes are there ----
  std::size_t node_capacity() const { return core_.table.capacity(); }
  bool node(std::size_t position, NodeView& out) const;  // false: an empty place
  bool find(const Eui48& eui48, NodeView& out) const;
  std::size_t registered() const;
  unsigned beacon_slots() const { return beacons_.n_slots(); }  // in a frame now
  Counters counters() const;

  // ---- Time ----
  std::int64_t deadline_us() const;
  void on_time();  // at deadline_us() or later; early calls do no harm

  // ---- protocol::prime::ModemClient ----
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon&) override {}  // of neighbours: not searched
  void on_beacon_lost() override {}                                // follows nobody

 private:
  class Inside;  // guards against the owner's calls from inside

  // ---- base_node.cpp ----
  std::uint32_t random() override { return core_.random.next(); }
  void on_transmitted(std::uint32_t tag, bool sent) override;
  std::int64_t held_back_us() const;
  void serve_node(Node& node);
  void pump();

  // ---- receive.cpp ----
  void receive(const protocol::prime::ReceivedFrame& frame);
  void receive_packet(const protocol::prime::Packet& packet,
                      const protocol::prime::ReceivedFrame& frame);
  void receive_control(Node* node, const protocol::prime::Packet& packet);
  void receive_alv(Node& node, Bytes payload);
  void count_bad(protocol::Error error);

  Core core_;
  Line line_{core_, *this};
  Procedures procedures_{core_, line_};
  KeepAlive keep_alive_{core_, procedures_, line_};
  Links links_{core_, procedures_, keep_alive_};
  Beacons beacons_{core_, procedures_, line_};
  Switches switches_{core_, procedures_, keep_alive_, beacons_};
  Connections connections_{core_, procedures_, keep_alive_, line_};
  Broadcasts broadcasts_{core_, line_};
  Registration registration_{core_, procedures_, keep_alive_, switches_, connections_, line_};
  bool running_ = false;
  bool inside_ = false;
};

// Every way in goes through here. The owner may call back from inside its callbacks, in the middle
// of somebody's work on a node: such calls only note what they want, and the outermost way out
// does it.
class BaseNode::Inside {
 public:
  explicit Inside(BaseNode& base) : base_(base), outermost_(!base.inside_) { base.inside_ = true; }
  ~Inside() {
    if (!outermost_) return;
    if (base_.running_) {
      base_.registration_.settle();
      base_.connections_.admit();
      base_.pump();
    }
    base_.inside_ = false;
  }
  Inside(const Inside&) = delete;
  Inside& operator=(const Inside&) = delete;

 private:
  BaseNode& base_;
  bool outermost_;
};

}  // namespace dcu::fw
