// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "dcu/fw/buffer_pool.hpp"
#include "dcu/fw/node_table.hpp"
#include "dcu/fw/promotion.hpp"
#include "dcu/fw/storage.hpp"
#include "dcu/fw/types.hpp"
#include "protocol/prime/control.hpp"
#include "protocol/prime/csma.hpp"
#include "protocol/prime/modem.hpp"

namespace dcu::fw {

// The base node: MAC of the concentrator (G.9904 clause 8) and base side of the 4-32 convergence
// layer (clause 9.4). Sans-I/O: the modem's calls and time in, its port and the owner's calls out.
// After every call into it the owner looks at deadline_us() again and calls on_time() then.
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
  std::size_t node_capacity() const { return table_.capacity(); }
  bool node(std::size_t position, NodeView& out) const;  // false: an empty place
  bool find(const Eui48& eui48, NodeView& out) const;
  std::size_t registered() const;
  unsigned beacon_slots() const { return beacon_slots_; }  // in a frame now
  Counters counters() const;

  // ---- Time ----
  std::int64_t deadline_us() const;
  void on_time();  // at deadline_us() or later; early calls do no harm

  // ---- protocol::prime::ModemClient ----
  void on_frame(const protocol::prime::ReceivedFrame& frame) override;
  void on_beacon(const protocol::prime::HeardBeacon&) override {}  // of neighbours: not searched
  void on_beacon_lost() override {}                                // follows nobody

 private:
  class Inside;   // guards against the owner's calls from inside
  class NodeArq;  // the ArqOwner of one node
  // A control packet to somebody without a place in the table.
  struct Stray {
    enum class Kind : std::uint8_t { reject, unregister };
    Kind kind = Kind::reject;
    std::uint8_t sid = 0;
    std::uint16_t lnid = 0;
    Eui48 eui48{};
  };
  struct Flight {  // what the transmitter has
    std::uint32_t tag = 0;
    std::uint16_t position = kNowhere;
    bool arq = false;
    bool flush = false;
    std::uint16_t octets = 0;
    protocol::prime::Scheme scheme = protocol::prime::Scheme::dbpsk_f;
    protocol::prime::ArqLink::Sent sent;
  };
  struct Queue {
    std::uint16_t head = kNowhere;
    std::uint16_t tail = kNowhere;
  };
  struct FrameChange {
    bool pending = false;
    std::uint8_t slots = 1;
    std::uint8_t sequence = 0;
    std::uint8_t repeats = 0;
    std::int64_t repeat_at_us = kNoDeadline;
    std::int64_t apply_at_us = kNoDeadline;
  };

  // ---- base_node.cpp ----
  std::uint32_t random() override;
  std::int64_t random_us(std::int64_t below_us);
  void begin_beacons();
  void publish_beacon();
  std::int64_t held_back_us() const;
  void serve_node(Node& node);
  void view(const Node& node, NodeView& out) const;

  // ---- receive.cpp ----
  void receive(const protocol::prime::ReceivedFrame& frame);
  void receive_packet(const protocol::prime::Packet& packet,
                      const protocol::prime::ReceivedFrame& frame);
  void receive_control(Node* node, const protocol::prime::Packet& packet);
  Node* neighbour_towards(std::uint8_t sid, std::uint16_t lnid) const;
  void note_link(const protocol::prime::Packet& packet,
                 const protocol::prime::ReceivedFrame& frame);
  void on_prm(Node& node, Bytes payload);
  void add_stray(const Stray& stray);
  void count(PduKind kind) { ++counters_.received[static_cast<std::size_t>(kind)]; }

  // ---- registration.cpp ----
  void on_reg(Node* node, const protocol::prime::Packet& packet);
  void on_reg_request(const protocol::prime::Packet& packet, const protocol::prime::Reg& reg);
  void registered(Node& node);
  void drop(Node& node, LeaveReason why);
  void drop_orphans();
  void forget_marked();
  Node* parent_of(const Node& node) const { return table_.by_lsid(node.sid); }
  void begin_procedure(Node& node, Procedure procedure, Owed first);
  void end_procedure(Node& node);
  void procedure_timeout(Node& node);
  void owe(Node& node, Owed what);

  // ---- keep_alive.cpp ----
  void on_alv(Node& node, Bytes payload);
  void heard(Node& node);
  void alive_due(Node& node);
  std::int64_t alive_interval_us() const;

  // ---- connection.cpp ----
  void on_con(Node& node, Bytes payload);
  void open_connection(Node& node, const protocol::prime::Con& con, Bytes identifier);
  void close_connection(Node& node, LeaveReason why);
  void refuse_connection(Node& node, std::uint16_t lcid);

  // ---- data.cpp ----
  void on_data(Node& node, const protocol::prime::Packet& packet);
  void check_link(Node& node);  // after anything its ARQ did
  void admit();
  static bool is_flush(Bytes arq_payload);

  // ---- switches.cpp ----
  void on_pro(Node& node, Bytes payload);
  void on_promotion_request(Node& node, const protocol::prime::Pro& pro);
  void on_demotion(Node& node, std::uint8_t lsid);
  void on_bsi(Node& node, Bytes payload);
  void decide_promotion();
  void promoted(Node& node);
  void demoted(Node& node);  // its subtree is gone
  void need_beacon_slots();
  void serve_frame_change(std::int64_t now_us);
  bool may_switch(const Node& node) const;
  void child_joined(Node& node);
  void child_left(Node& node);

  // ---- outbox.cpp ----
  void on_transmitted(std::uint32_t tag, bool sent) override;
  void pump();
  void want_turn(Node& node, Turn turn);
  void leave_queues(Node& node);
  Node* next_in(Turn turn);
  bool serve_control(Node& node);
  bool serve_data(Node& node);
  bool serve_alive(Node& node);
  bool serve_stray();
  bool serve_broadcast();
  bool push_control(protocol::prime::ControlType type, std::uint8_t sid, std::uint16_t lnid,
                    Bytes payload, Node* node);
  bool push(const protocol::prime::Packet& packet, Node* node, PduKind kind,
            const protocol::prime::ArqLink::Sent* sent);
  protocol::prime::Scheme scheme_to(const Node& node) const;
  void leave_line_to(const Node& node, const Flight& flight);
  template <typename Message>
  bool push_message(protocol::prime::ControlType type, Node& node, const Message& message);

  Config config_;
  protocol::prime::ModemPort& modem_;
  BaseNodeOwner& owner_;
  protocol::prime::NetworkSeed network_;
  NodeTable table_;
  BufferPool buffers_;
  std::array<protocol::prime::OutgoingFrame, 6> frames_{};
  protocol::prime::Transmitter transmitter_;
  std::array<Flight, 6> flights_{};
  std::array<Queue, kTurns> queues_{};
  std::array<Stray, 16> strays_{};
  std::size_t n_strays_ = 0;

  BeaconSlots slots_;
  unsigned beacon_slots_ = 1;
  FrameChange frame_change_;
  PromotionBoard board_;
  std::int64_t decide_at_us_ = kNoDeadline;
  std::int64_t settled_at_us_ = 0;  // the last promotion has had time to show its effect

  bool running_ = false;
  bool inside_ = false;
  bool any_marked_ = false;  // forget() is to be done
  bool orphans_ = false;     // a switch is gone, its nodes not yet
  unsigned active_ = 0;      // nodes that LSDUs are under way to
  std::int64_t epoch_us_ = 0;
  std::int64_t poll_after_us_ = 0;  // next keep-alive
  std::int64_t data_after_us_ = 0;  // next data packet
  std::int64_t begin_at_us_ = kNoDeadline;
  std::uint64_t random_state_;
  std::uint32_t next_tag_ = 0;
  SendHandle next_handle_ = 0;
  unsigned broadcast_segment_ = 0;
  unsigned broadcast_copy_ = 0;
  std::int64_t broadcast_after_us_ = 0;
  Counters counters_;
};

}  // namespace dcu::fw
