// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/base_node.hpp"

#include <algorithm>

namespace dcu::fw {
namespace {

// Frames with the transmitter at the same time, without counting control packets: what it has
// cannot be overtaken by what is more urgent, nor can it change any more.
constexpr std::size_t kDataAhead = 1;

}  // namespace

std::uint32_t Random::next() {
  std::uint64_t z = state_ += 0x9E37'79B9'7F4A'7C15u;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

std::int64_t Random::below_us(std::int64_t end_us) {
  PROTOCOL_ASSERT(end_us >= 0 && end_us <= std::int64_t{1} << 32);
  return static_cast<std::int64_t>(std::uint64_t{next()} * static_cast<std::uint64_t>(end_us) >>
                                   32);
}

BaseNode::BaseNode(const Config& config, const Memory& memory, protocol::prime::ModemPort& modem,
                   BaseNodeOwner& owner)
    : core_(config, memory, modem, owner) {
  PROTOCOL_ASSERT(config.max_beacon_slots >= 1 &&
                  config.max_beacon_slots <= protocol::prime::kMaxBeaconSlots);
  PROTOCOL_ASSERT(config.alive_time_code <= 7 && config.alive_polls >= 1);
  PROTOCOL_ASSERT(config.switch_beacon_code <= protocol::prime::kMaxFrequencyCode);
  core_.buffers.clear();
}

void BaseNode::start() {
  PROTOCOL_ASSERT(!running_ && !inside_);
  core_.table.clear();
  core_.table.set_generations(core_.random.next());
  core_.buffers.clear();
  core_.turns.clear();
  line_.clear();
  line_.hold_data_until(core_.now_us());
  keep_alive_.clear();
  switches_.clear();
  connections_.clear();
  broadcasts_.clear();
  registration_.clear();
  running_ = true;
  beacons_.start();
}

void BaseNode::stop() {
  if (!running_) return;
  const Inside inside(*this);
  running_ = false;
  beacons_.stop();
  line_.clear();
  registration_.drop_all(LeaveReason::stopped);
  core_.buffers.clear();
}

// ---- Upper interface ----

SendHandle BaseNode::send(Address address, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                          Priority priority) {
  const Inside inside(*this);
  Node* node = core_.table.by_address(address);
  if (!running_ || node == nullptr || node->leave_us) return kNotSent;
  return connections_.send(*node, d_lsap, s_lsap, lsdu, priority);
}

bool BaseNode::broadcast(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu) {
  const Inside inside(*this);
  return running_ && broadcasts_.send(d_lsap, s_lsap, lsdu);
}

bool BaseNode::forget(const Eui48& eui48) {
  const Inside inside(*this);
  Node* node = core_.table.by_eui48(eui48);
  if (node == nullptr) return false;
  registration_.mark(*node);
  return true;
}

unsigned BaseNode::backlog(Address address) const {
  const Node* node = core_.table.by_address(address);
  return node == nullptr ? 0 : core_.buffers.count(core_.table.position_of(*node));
}

// ---- Node table ----

bool BaseNode::node(std::size_t position, NodeView& out) const {
  if (position >= core_.table.capacity()) return false;
  const Node& node = core_.table.at(static_cast<std::uint16_t>(position));
  if (!node.known) return false;
  out = core_.table.view(node);
  return true;
}

bool BaseNode::find(const Eui48& eui48, NodeView& out) const {
  const Node* node = core_.table.by_eui48(eui48);
  if (node == nullptr) return false;
  out = core_.table.view(*node);
  return true;
}

std::size_t BaseNode::registered() const {
  std::size_t n = 0;
  for (std::size_t i = 0; i < core_.table.capacity(); ++i) {
    const NodeState state = core_.table.at(static_cast<std::uint16_t>(i)).state;
    if (state == NodeState::terminal || state == NodeState::switching) ++n;
  }
  return n;
}

Counters BaseNode::counters() const {
  Counters all = core_.counters;
  all.channel_busy = line_.counters().channel_busy;
  all.access_failed = line_.counters().csma_failed;
  return all;
}

// ---- Time ----

std::int64_t BaseNode::deadline_us() const {
  if (!running_) return kNoDeadline;
  return std::min({held_back_us(), line_.deadline_us(), core_.table.next_deadline_us(),
                   switches_.deadline_us(), beacons_.deadline_us()});
}

// When what pump() held back may go. While the transmitter works, its own deadline comes first.
std::int64_t BaseNode::held_back_us() const {
  if (line_.waiting() > 0) return kNoDeadline;
  const std::int64_t data_us = line_.data_after_us();
  if (core_.turns.waits(Turn::urgent) || core_.turns.waits(Turn::normal)) return data_us;
  const std::int64_t broadcast_us = std::max(broadcasts_.deadline_us(), data_us);
  const std::int64_t poll_us =
      core_.turns.waits(Turn::alive) ? std::max(keep_alive_.poll_after_us(), data_us) : kNoDeadline;
  return std::min(broadcast_us, poll_us);
}

void BaseNode::on_time() {
  if (!running_) return;
  const Inside inside(*this);
  const std::int64_t now_us = core_.now_us();
  beacons_.begin_in_time(now_us);
  if (line_.deadline_us() <= now_us) line_.on_time(now_us);
  while (Node* node = core_.table.due(now_us)) serve_node(*node);
  if (now_us >= switches_.deadline_us()) switches_.decide();
  beacons_.serve_change(now_us);
}

// One deadline of one node has passed. Each branch moves it on, so that on_time() ends.
void BaseNode::serve_node(Node& node) {
  const std::int64_t now_us = core_.now_us();
  connections_.on_time(node, now_us);
  if (node.procedure_at_us <= now_us) registration_.timeout(node);
  if (node.unused_at_us <= now_us) switches_.unused(node);
  if (node.alive_at_us <= now_us && !keep_alive_.poll(node)) {
    registration_.drop(node, LeaveReason::silent);
  }
  core_.table.reschedule(node);
  PROTOCOL_ASSERT(node.deadline_us > now_us || node.deadline_us == kNoDeadline);
}

// ---- What goes out ----

void BaseNode::on_transmitted(std::uint32_t tag, bool sent) {
  const auto flight = line_.landed(tag, sent);
  if (flight && flight->arq) connections_.on_transmitted(*flight, sent);
}

// Gives the transmitter what it has places for. A node that has more to say goes to the end of its
// queue, so that many transfers proceed side by side.
void BaseNode::pump() {
  if (beacons_.silent()) return;
  while (line_.has_place()) {
    if (registration_.serve()) continue;
    if (Node* node = core_.turns.next(Turn::control)) {
      static_cast<void>(procedures_.serve(*node));
      continue;
    }
    if (line_.waiting() >= kDataAhead || core_.now_us() < line_.data_after_us()) return;
    if (Node* node = core_.turns.next(Turn::urgent)) {
      static_cast<void>(connections_.serve(*node));
      continue;
    }
    if (broadcasts_.serve()) continue;
    if (Node* node = core_.turns.next(Turn::normal)) {
      static_cast<void>(connections_.serve(*node));
      continue;
    }
    if (core_.now_us() < keep_alive_.poll_after_us()) return;
    Node* node = core_.turns.next(Turn::alive);
    if (node == nullptr) return;
    static_cast<void>(keep_alive_.serve(*node));
  }
}

}  // namespace dcu::fw
