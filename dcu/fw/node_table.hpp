// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "dcu/fw/node.hpp"

namespace dcu::fw {

// Places of the node table by their numbers, so that LNIDs and 4-32 addresses need no search, and
// the nearest of all deadlines. A node that left keeps its place, with what was counted for it,
// until a new one needs it.
class NodeTable {
 public:
  explicit NodeTable(std::span<Node> nodes);
  void clear();

  std::size_t capacity() const { return nodes_.size(); }
  Node& at(std::uint16_t position) const { return nodes_[position]; }
  std::uint16_t position_of(const Node& node) const {
    return static_cast<std::uint16_t>(&node - nodes_.data());
  }
  // Registered or registering nodes only.
  Node* by_lnid(std::uint8_t sid, std::uint16_t lnid) const;
  Node* by_lsid(std::uint8_t lsid) const;
  Node* by_address(Address address) const;
  Address address_of(const Node& node) const { return static_cast<Address>(position_of(node) + 1); }
  Node* by_eui48(const Eui48& eui48) const;  // left ones too
  // The switch it hangs on; nullptr: the base node, or one that is gone.
  Node* parent_of(const Node& node) const;
  // The node whose frames the base node hears when (sid, lnid) speaks: itself, or the switch under
  // the base node that its frames come through. nullptr: unknown.
  Node* neighbour_towards(std::uint8_t sid, std::uint16_t lnid) const;
  NodeView view(const Node& node) const;

  // A place for this node: its old one, a free one, or that of the node gone longest. nullptr: all
  // places have nodes that are here.
  Node* place_for(const Eui48& eui48);
  // A new LNID: the place's number and how often it was given away, so that a late packet of the
  // former owner is told from one of the new.
  void renew_lnid(Node& node) const;
  void set_generations(std::uint64_t seed);  // where the counting begins after a restart
  void erase(Node& node);                    // also what was counted

  // LSIDs go round: a lost switch's nodes may believe in its number for a while.
  std::uint8_t allot_lsid(Node& node);  // kNoSid: none left
  void free_lsid(Node& node);

  // To be called when one of the node's deadlines has changed.
  void reschedule(Node& node);
  std::int64_t next_deadline_us() const;
  Node* due(std::int64_t now_us) const;

 private:
  std::uint16_t& slot(std::size_t heap_index) const;
  bool earlier(std::uint16_t a, std::uint16_t b) const;
  void put(std::size_t heap_index, std::uint16_t position) const;
  void sift(std::size_t heap_index) const;

  std::span<Node> nodes_;
  std::array<std::uint16_t, 256> switches_{};  // position + 1 by LSID
  std::uint8_t last_lsid_ = 0;
  std::size_t generations_;  // LNIDs a place may have
};

// Who speaks next: a queue of nodes for each Turn, its links inside the nodes.
class Turns {
 public:
  explicit Turns(NodeTable& table) : table_(table) {}
  void clear() { queues_ = {}; }

  void want(Node& node, Turn turn);  // nothing happens when it waits already
  Node* next(Turn turn);             // nullptr: nobody waits
  void leave(Node& node);
  bool waits(Turn turn) const { return queues_[static_cast<std::size_t>(turn)].head != kNowhere; }

 private:
  struct Queue {
    std::uint16_t head = kNowhere;
    std::uint16_t tail = kNowhere;
  };

  NodeTable& table_;
  std::array<Queue, kTurns> queues_{};
};

}  // namespace dcu::fw
