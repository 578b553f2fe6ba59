// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/base_node.hpp"

#include <algorithm>

#include "dcu/fw/inside.hpp"
#include "protocol/prime/llc432.hpp"

namespace dcu::fw {
namespace {

using protocol::prime::FilterRule;

// What wakes the base node: uplink packets of the hop right below it (HDR.HT 0, DO 0, LEVEL 0), and
// PNPDUs (HT 1).
constexpr FilterRule kFilter[] = {{0x307F'0000'0000'0000u, 0},
                                  {0x3000'0000'0000'0000u, 0x1000'0000'0000'0000u}};

}  // namespace

BaseNode::BaseNode(const Config& config, const Memory& memory, protocol::prime::ModemPort& modem,
                   BaseNodeOwner& owner)
    : config_(config),
      modem_(modem),
      owner_(owner),
      network_(config.eui48),
      table_(memory.nodes),
      buffers_(memory.buffers),
      transmitter_(modem, frames_, *this),
      slots_(config.max_beacon_slots),
      random_state_(config.seed) {
  PROTOCOL_ASSERT(config.max_beacon_slots >= 1 &&
                  config.max_beacon_slots <= protocol::prime::kMaxBeaconSlots);
  PROTOCOL_ASSERT(config.alive_time_code <= 7 && config.alive_polls >= 1);
  PROTOCOL_ASSERT(config.switch_beacon_code <= protocol::prime::kMaxFrequencyCode);
  buffers_.clear();
}

std::uint32_t BaseNode::random() {  // splitmix64
  std::uint64_t z = random_state_ += 0x9E37'79B9'7F4A'7C15u;
  z = (z ^ (z >> 30)) * 0xBF58'476D'1CE4'E5B9u;
  z = (z ^ (z >> 27)) * 0x94D0'49BB'1331'11EBu;
  return static_cast<std::uint32_t>((z ^ (z >> 31)) >> 32);
}

std::int64_t BaseNode::random_us(std::int64_t below_us) {
  PROTOCOL_ASSERT(below_us >= 0 && below_us <= std::int64_t{1} << 32);
  return static_cast<std::int64_t>(std::uint64_t{random()} * static_cast<std::uint64_t>(below_us) >>
                                   32);
}

void BaseNode::start() {
  PROTOCOL_ASSERT(!running_ && !inside_);
  table_.clear();
  table_.set_generations(random());
  buffers_.clear();
  transmitter_.clear();
  slots_.clear();
  board_.clear();
  queues_ = {};
  flights_ = {};
  n_strays_ = 0;
  active_ = 0;
  orphans_ = any_marked_ = false;
  beacon_slots_ = 1;
  frame_change_ = {};
  decide_at_us_ = kNoDeadline;
  broadcast_segment_ = broadcast_copy_ = 0;
  broadcast_after_us_ = modem_.now_us();
  running_ = true;
  settled_at_us_ = poll_after_us_ = data_after_us_ = modem_.now_us();
  begin_at_us_ = modem_.now_us() + config_.quiet_frames * protocol::prime::kFrameUs;
  if (config_.quiet_frames == 0) begin_beacons();
}

void BaseNode::begin_beacons() {
  epoch_us_ = begin_at_us_;
  begin_at_us_ = kNoDeadline;
  publish_beacon();
  modem_.set_filter(kFilter);
}

void BaseNode::publish_beacon() {
  protocol::prime::Beacon beacon;
  beacon.beacon_slots = static_cast<std::uint8_t>(beacon_slots_);
  beacon.sna = config_.eui48;
  protocol::prime::BeaconPlan plan;
  plan.mpdu = protocol::prime::encode(beacon);
  plan.own_time = true;
  plan.epoch_us = epoch_us_;
  modem_.set_beacon(&plan);
  transmitter_.set_period(beacon_slots_, 0);
}

void BaseNode::stop() {
  if (!running_) return;
  const Inside inside(*this);
  running_ = false;
  begin_at_us_ = kNoDeadline;
  modem_.set_beacon(nullptr);
  modem_.set_filter({});
  transmitter_.clear();
  for (std::size_t i = 0; i < table_.capacity(); ++i) {
    Node& node = table_.at(static_cast<std::uint16_t>(i));
    if (node.state != NodeState::disconnected) drop(node, LeaveReason::stopped);
  }
  flights_ = {};
  buffers_.clear();
}

// ---- Upper interface ----

SendHandle BaseNode::send(Address address, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                          Priority priority) {
  const Inside inside(*this);
  Node* node = table_.by_address(address);
  if (!running_ || node == nullptr || node->leave_us || lsdu.size() > kMaxLsdu) return kNotSent;
  // The last quarter is for what comes in: answers without memory would be repeated for ever.
  Buffer* buffer = buffers_.take(Buffer::Use::sending, buffers_.capacity() / 4);
  if (buffer == nullptr) return kNotSent;
  protocol::Writer out(buffer->octets);
  const bool fits = protocol::prime::encode(protocol::prime::Lpdu{d_lsap, s_lsap, lsdu}, out);
  PROTOCOL_ASSERT(fits);
  if (++next_handle_ == kNotSent) ++next_handle_;
  buffer->size = static_cast<std::uint16_t>(out.size());
  buffer->position = table_.position_of(*node);
  buffer->priority = priority;
  buffer->handle = next_handle_;
  buffers_.wait(*buffer);
  return next_handle_;
}

bool BaseNode::broadcast(std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu) {
  const Inside inside(*this);
  if (!running_ || lsdu.size() > kMaxLsdu) return false;
  Buffer* buffer = buffers_.take(Buffer::Use::broadcast, buffers_.capacity() / 4);
  if (buffer == nullptr) return false;
  protocol::Writer out(buffer->octets);
  const bool fits = protocol::prime::encode(protocol::prime::Lpdu{d_lsap, s_lsap, lsdu}, out);
  PROTOCOL_ASSERT(fits);
  buffer->size = static_cast<std::uint16_t>(out.size());
  buffer->priority = Priority::normal;
  return true;
}

bool BaseNode::forget(const Eui48& eui48) {
  const Inside inside(*this);
  Node* node = table_.by_eui48(eui48);
  if (node == nullptr) return false;
  node->leave_us = true;
  any_marked_ = true;
  return true;
}

unsigned BaseNode::backlog(Address address) const {
  const Node* node = table_.by_address(address);
  return node == nullptr ? 0 : buffers_.count(table_.position_of(*node));
}

// ---- Node table ----

void BaseNode::view(const Node& node, NodeView& out) const {
  out = NodeView{};
  out.eui48 = node.eui48;
  out.state = node.state;
  out.connected = node.connected;
  if (node.connected) out.address = table_.address_of(node);
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
}

bool BaseNode::node(std::size_t position, NodeView& out) const {
  if (position >= table_.capacity()) return false;
  const Node& node = table_.at(static_cast<std::uint16_t>(position));
  if (!node.known) return false;
  view(node, out);
  return true;
}

bool BaseNode::find(const Eui48& eui48, NodeView& out) const {
  const Node* node = table_.by_eui48(eui48);
  if (node == nullptr) return false;
  view(*node, out);
  return true;
}

std::size_t BaseNode::registered() const {
  std::size_t n = 0;
  for (std::size_t i = 0; i < table_.capacity(); ++i) {
    const NodeState state = table_.at(static_cast<std::uint16_t>(i)).state;
    if (state == NodeState::terminal || state == NodeState::switching) ++n;
  }
  return n;
}

Counters BaseNode::counters() const {
  Counters all = counters_;
  all.channel_busy = transmitter_.counters().channel_busy;
  all.access_failed = transmitter_.counters().csma_failed;
  return all;
}

// ---- Time ----

std::int64_t BaseNode::deadline_us() const {
  if (!running_) return kNoDeadline;
  return std::min({begin_at_us_, held_back_us(), transmitter_.deadline_us(),
                   table_.next_deadline_us(), decide_at_us_, frame_change_.repeat_at_us,
                   frame_change_.apply_at_us});
}

// When what pump() held back may go. While the transmitter works, its own deadline comes first.
std::int64_t BaseNode::held_back_us() const {
  if (transmitter_.waiting() > 0) return kNoDeadline;
  const auto waits = [this](Turn turn) {
    return queues_[static_cast<std::size_t>(turn)].head != kNowhere;
  };
  if (waits(Turn::urgent) || waits(Turn::normal)) return data_after_us_;
  const std::int64_t broadcast_us =
      buffers_.has_broadcast() ? std::max(broadcast_after_us_, data_after_us_) : kNoDeadline;
  const std::int64_t poll_us =
      waits(Turn::alive) ? std::max(poll_after_us_, data_after_us_) : kNoDeadline;
  return std::min(broadcast_us, poll_us);
}

void BaseNode::on_time() {
  if (!running_) return;
  const Inside inside(*this);
  const std::int64_t now_us = modem_.now_us();
  if (now_us >= begin_at_us_) begin_beacons();
  if (transmitter_.deadline_us() <= now_us) transmitter_.on_time(now_us);
  while (Node* node = table_.due(now_us)) serve_node(*node);
  if (now_us >= decide_at_us_) decide_promotion();
  serve_frame_change(now_us);
}

// One deadline of one node has passed. Each branch moves it on, so that on_time() ends.
void BaseNode::serve_node(Node& node) {
  const std::int64_t now_us = modem_.now_us();
  if (node.connected && node.arq.deadline_us() <= now_us) {
    node.arq.on_time(now_us);
    check_link(node);
  }
  if (node.procedure_at_us <= now_us) procedure_timeout(node);
  if (node.unused_at_us <= now_us) {
    node.unused_at_us = kNoDeadline;
    node.demote_lsid = node.lsid;
    begin_procedure(node, Procedure::demoting, Owed::demote);
  }
  if (node.alive_at_us <= now_us) alive_due(node);
  table_.reschedule(node);
  PROTOCOL_ASSERT(node.deadline_us > now_us || node.deadline_us == kNoDeadline);
}

}  // namespace dcu::fw
