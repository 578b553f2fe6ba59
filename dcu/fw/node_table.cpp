// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/node_table.hpp"

#include <algorithm>

namespace dcu::fw {
namespace {

constexpr std::size_t kLnids = protocol::prime::kMulticastLnid - 1;  // 1 .. 3FFDh
constexpr std::uint8_t kLastLsid = protocol::prime::kNoSid - 1;

bool is_here(const Node& node) { return node.state != NodeState::disconnected; }

constexpr std::uint8_t bit_of(Turn turn) {
  return static_cast<std::uint8_t>(1u << static_cast<unsigned>(turn));
}

}  // namespace

NodeTable::NodeTable(std::span<Node> nodes)
    : nodes_(nodes), generations_(nodes.empty() ? 0 : kLnids / nodes.size()) {
  PROTOCOL_ASSERT(!nodes.empty() && nodes.size() <= kMaxNodes && generations_ > 1);
  clear();
}

void NodeTable::clear() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    nodes_[i] = Node{};
    nodes_[i].heap_entry = nodes_[i].heap_index = static_cast<std::uint16_t>(i);
  }
  switches_ = {};
  last_lsid_ = 0;
}

void NodeTable::set_generations(std::uint64_t seed) {
  last_lsid_ = static_cast<std::uint8_t>(seed % kLastLsid);
  for (Node& node : nodes_) node.generation = static_cast<std::uint16_t>(seed % generations_);
}

Node* NodeTable::by_lnid(std::uint8_t sid, std::uint16_t lnid) const {
  if (lnid == protocol::prime::kSwitchLnid) {
    Node* node = by_lsid(sid);  // a switch may speak under its own SID
    return node != nullptr && is_here(*node) ? node : nullptr;
  }
  if (lnid > kLnids) return nullptr;
  Node& node = nodes_[(lnid - 1u) % nodes_.size()];
  return is_here(node) && node.lnid == lnid && node.sid == sid ? &node : nullptr;
}

Node* NodeTable::by_lsid(std::uint8_t lsid) const {
  const std::uint16_t place = switches_[lsid];
  return place == 0 ? nullptr : &nodes_[place - 1u];
}

Node* NodeTable::by_address(Address address) const {
  if (address == kBaseAddress || address > nodes_.size()) return nullptr;
  Node& node = nodes_[address - 1u];
  return node.connected ? &node : nullptr;
}

Node* NodeTable::by_eui48(const Eui48& eui48) const {
  for (Node& node : nodes_) {
    if (node.known && node.eui48 == eui48) return &node;
  }
  return nullptr;
}

Node* NodeTable::parent_of(const Node& node) const { return by_lsid(node.sid); }

Node* NodeTable::neighbour_towards(std::uint8_t sid, std::uint16_t lnid) const {
  Node* hop = sid == protocol::prime::kBaseSid ? by_lnid(sid, lnid) : by_lsid(sid);
  // A chain of switches is never longer than there are switches.
  for (unsigned links = 0; hop != nullptr && hop->sid != protocol::prime::kBaseSid; ++links) {
    if (links > protocol::prime::kNoSid) return nullptr;
    hop = by_lsid(hop->sid);
  }
  return hop;
}

NodeView NodeTable::view(const Node& node) const {
  NodeView out;
  out.eui48 = node.eui48;
  out.state = node.state;
  out.connected = node.connected;
  if (node.connected) out.address = address_of(node);
  out.identifier = Bytes(node.identifier).first(node.identifier_octets);
  out.sid = node.sid;
  out.lnid = node.lnid;
  out.lsid = node.lsid;
  out.level = node.level;
  if (const Node* hop = neighbour_towards(node.sid, node.lnid);
      hop != nullptr && hop->link.known()) {
    out.quality_up = protocol::prime::snr_code(hop->link.snr_cdb());
    out.quality_down = hop->reported_quality;
    out.scheme_down = hop->link.scheme();
    if (node.level == 0) out.snr_up_cdb = hop->link.snr_cdb();
  }
  out.registrations = node.registrations;
  out.children = node.children;
  out.polls = node.polls;
  out.answers = node.answers;
  out.registered_us = node.registered_us;
  out.last_heard_us = node.last_heard_us;
  return out;
}

Node* NodeTable::place_for(const Eui48& eui48) {
  if (Node* known = by_eui48(eui48)) return known;
  Node* chosen = nullptr;
  for (Node& node : nodes_) {
    if (!node.known) {
      chosen = &node;
      break;
    }
    if (is_here(node)) continue;
    if (chosen == nullptr || node.last_heard_us < chosen->last_heard_us) chosen = &node;
  }
  if (chosen == nullptr) return nullptr;
  erase(*chosen);
  chosen->known = true;
  chosen->eui48 = eui48;
  return chosen;
}

void NodeTable::erase(Node& node) {
  PROTOCOL_ASSERT(!is_here(node) && !node.connected);
  Node fresh;
  fresh.heap_entry = node.heap_entry;
  fresh.heap_index = node.heap_index;
  fresh.generation = node.generation;
  node = fresh;
  reschedule(node);
}

void NodeTable::renew_lnid(Node& node) const {
  node.generation = static_cast<std::uint16_t>((node.generation + 1u) % generations_);
  node.lnid = static_cast<std::uint16_t>(1u + position_of(node) + node.generation * nodes_.size());
}

std::uint8_t NodeTable::allot_lsid(Node& node) {
  PROTOCOL_ASSERT(node.lsid == protocol::prime::kNoSid);
  for (unsigned tries = 0; tries < kLastLsid; ++tries) {
    last_lsid_ = static_cast<std::uint8_t>(last_lsid_ % kLastLsid + 1);
    if (switches_[last_lsid_] != 0) continue;
    switches_[last_lsid_] = static_cast<std::uint16_t>(position_of(node) + 1);
    node.lsid = last_lsid_;
    return node.lsid;
  }
  return protocol::prime::kNoSid;
}

void NodeTable::free_lsid(Node& node) {
  if (node.lsid == protocol::prime::kNoSid) return;
  switches_[node.lsid] = 0;
  node.lsid = protocol::prime::kNoSid;
}

// ---- The deadlines: a binary heap over all places, its entries kept inside the nodes ----

std::uint16_t& NodeTable::slot(std::size_t heap_index) const {
  return nodes_[heap_index].heap_entry;
}

bool NodeTable::earlier(std::uint16_t a, std::uint16_t b) const {
  if (nodes_[a].deadline_us != nodes_[b].deadline_us) {
    return nodes_[a].deadline_us < nodes_[b].deadline_us;
  }
  return a < b;
}

void NodeTable::put(std::size_t heap_index, std::uint16_t position) const {
  slot(heap_index) = position;
  nodes_[position].heap_index = static_cast<std::uint16_t>(heap_index);
}

void NodeTable::sift(std::size_t heap_index) const {
  const std::uint16_t position = slot(heap_index);
  while (heap_index > 0) {
    const std::size_t parent = (heap_index - 1) / 2;
    if (!earlier(position, slot(parent))) break;
    put(heap_index, slot(parent));
    heap_index = parent;
  }
  for (;;) {
    std::size_t child = 2 * heap_index + 1;
    if (child >= nodes_.size()) break;
    if (child + 1 < nodes_.size() && earlier(slot(child + 1), slot(child))) ++child;
    if (!earlier(slot(child), position)) break;
    put(heap_index, slot(child));
    heap_index = child;
  }
  put(heap_index, position);
}

void NodeTable::reschedule(Node& node) {
  const std::int64_t deadline_us = node.earliest_us();
  if (deadline_us == node.deadline_us) return;
  node.deadline_us = deadline_us;
  sift(node.heap_index);
}

std::int64_t NodeTable::next_deadline_us() const { return nodes_[slot(0)].deadline_us; }

Node* NodeTable::due(std::int64_t now_us) const {
  Node& first = nodes_[slot(0)];
  return first.deadline_us <= now_us ? &first : nullptr;
}

void Turns::want(Node& node, Turn turn) {
  if ((node.queued & bit_of(turn)) != 0) return;
  node.queued |= bit_of(turn);
  const std::uint16_t position = table_.position_of(node);
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  node.next[static_cast<std::size_t>(turn)] = kNowhere;
  if (queue.tail == kNowhere) {
    queue.head = position;
  } else {
    table_.at(queue.tail).next[static_cast<std::size_t>(turn)] = position;
  }
  queue.tail = position;
}

Node* Turns::next(Turn turn) {
  Queue& queue = queues_[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) return nullptr;
  Node& node = table_.at(queue.head);
  queue.head = node.next[static_cast<std::size_t>(turn)];
  if (queue.head == kNowhere) queue.tail = kNowhere;
  node.queued &= static_cast<std::uint8_t>(~bit_of(turn));
  return &node;
}

void Turns::leave(Node& node) {
  for (std::size_t i = 0; i < kTurns; ++i) {
    const auto turn = static_cast<Turn>(i);
    if ((node.queued & bit_of(turn)) == 0) continue;
    Queue others = queues_[i];
    queues_[i] = {};
    for (std::uint16_t position = others.head; position != kNowhere;) {
      Node& other = table_.at(position);
      position = other.next[i];
      other.queued &= static_cast<std::uint8_t>(~bit_of(turn));
      if (&other != &node) want(other, turn);
    }
  }
}

}  // namespace dcu::fw
