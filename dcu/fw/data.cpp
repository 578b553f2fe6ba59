// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/inside.hpp"
#include "protocol/prime/llc432.hpp"

namespace dcu::fw {
namespace {

// After a packet of a broadcast: until its copy, so that switches can repeat the first; until the
// next segment, so that all copies and echoes of this one are gone (a node knows an echo by what it
// heard last). Engineering judgement.
constexpr std::int64_t kBroadcastCopyUs = 400'000;
constexpr std::int64_t kBroadcastNextUs = 1'500'000;
// Until the next packet of a burst from a node under a switch. Engineering judgement.
constexpr std::int64_t kNextOfBurstUs = 150'000;

}  // namespace

// Whether the other end is asked to acknowledge at once: the last of a burst.
bool BaseNode::is_flush(Bytes arq_payload) {
  const auto header = protocol::prime::take_arq(arq_payload);
  return header && header->flush;
}

MutableBytes BaseNode::NodeArq::take_buffer() {
  Buffer* buffer = base_.buffers_.take(Buffer::Use::receiving);
  if (buffer == nullptr) {
    ++base_.counters_.no_buffer;
    return {};
  }
  buffer->position = base_.table_.position_of(node_);
  return buffer->octets;
}

void BaseNode::NodeArq::on_sdu(Bytes sdu) {
  const auto lpdu = protocol::prime::decode_lpdu(sdu);
  if (!lpdu) {
    ++base_.counters_.malformed;
    return;
  }
  ++base_.counters_.lsdus_in;
  base_.owner_.on_data(base_.table_.address_of(node_), lpdu->s_lsap, lpdu->d_lsap, lpdu->lsdu);
}

void BaseNode::NodeArq::on_sdu_done(std::uint32_t cookie, bool delivered) {
  node_.sending = node_.urgent = false;
  PROTOCOL_ASSERT(base_.active_ > 0);
  --base_.active_;
  ++(delivered ? base_.counters_.lsdus_out : base_.counters_.lsdus_failed);
  base_.owner_.on_sent(cookie, delivered);
}

void BaseNode::on_data(Node& node, const protocol::prime::Packet& packet) {
  heard(node);
  if (!node.connected || packet.lcid != node.lcid) {
    ++counters_.stray;
    if (packet.lcid >= protocol::prime::kFirstNodeLcid) refuse_connection(node, packet.lcid);
    return;
  }
  node.confirmed = true;
  if (node.level > 0) {  // the line is its own until it has ended, see leave_line_to()
    const bool ended = is_flush(packet.payload);
    data_after_us_ = modem_.now_us() + (ended ? 0 : kNextOfBurstUs);
  }
  const std::uint32_t duplicates = node.arq.counters().duplicates;
  NodeArq arq_owner(*this, node);
  if (!node.arq.on_packet(modem_.now_us(), packet.payload, arq_owner)) ++counters_.malformed;
  counters_.repeated += node.arq.counters().duplicates - duplicates;
  check_link(node);
}

void BaseNode::check_link(Node& node) {
  if (!node.connected) return;
  if (node.arq.failed()) {
    const std::uint16_t lcid = node.lcid;
    close_connection(node, LeaveReason::undeliverable);
    refuse_connection(node, lcid);
    // Is it there at all? And the switch before it?
    const std::int64_t now_us = modem_.now_us();
    for (Node* asked : {&node, parent_of(node)}) {
      if (asked == nullptr || asked->alive_at_us == kNoDeadline) continue;
      asked->alive_at_us = std::min(asked->alive_at_us, now_us + 1);
      table_.reschedule(*asked);
    }
  } else if (!node.in_flight && node.arq.has_packet(modem_.now_us())) {
    // What is not data is an acknowledgement somebody waits for.
    want_turn(node, node.urgent || !node.sending ? Turn::urgent : Turn::normal);
  }
  table_.reschedule(node);
}

// Hands waiting LSDUs to their links, one at a time to each.
void BaseNode::admit() {
  for (;;) {
    Buffer* buffer = buffers_.first_waiting([this](const Buffer& waiting) {
      const Node& node = table_.at(waiting.position);
      if (node.sending) return false;
      return waiting.priority == Priority::high || active_ < config_.concurrency;
    });
    if (buffer == nullptr) return;
    Node& node = table_.at(buffer->position);
    buffers_.stop_waiting(*buffer, Buffer::Use::sending);
    node.sending = true;
    node.urgent = buffer->priority == Priority::high;
    ++active_;
    const bool queued = node.arq.send(buffer->octets, buffer->size, buffer->handle);
    PROTOCOL_ASSERT(queued);  // it had none
    check_link(node);
  }
}

bool BaseNode::serve_data(Node& node) {
  const std::int64_t now_us = modem_.now_us();
  if (!node.connected || node.in_flight || !node.arq.has_packet(now_us)) return false;
  std::array<std::uint8_t, protocol::prime::kMaxArqPayload> octets;
  protocol::Writer out(octets);
  const protocol::prime::ArqLink::Sent sent = node.arq.take_packet(now_us, out);
  PROTOCOL_ASSERT(out.ok());
  if (sent.try_count > 1) {
    ++counters_.retransmitted;
    // Perhaps it does not know that the connection is open.
    if (!node.confirmed && sent.number == 0) owe(node, Owed::connected);
    if (sent.try_count > 2 && node.level == 0) node.link.step_down();
  }
  protocol::prime::Packet packet;
  packet.priority = protocol::prime::kDataPriority;
  packet.lcid = node.lcid;
  packet.sid = node.sid;
  packet.lnid = node.lnid;
  packet.payload = out.written();
  const bool pushed = push(packet, &node, PduKind::data, &sent);
  PROTOCOL_ASSERT(pushed);  // there was a place
  node.in_flight = true;
  table_.reschedule(node);
  return true;
}

// The next segment of the first broadcast, or the same again.
bool BaseNode::serve_broadcast() {
  Buffer* buffer = buffers_.first_broadcast();
  const std::int64_t now_us = modem_.now_us();
  if (buffer == nullptr || now_us < broadcast_after_us_) return false;
  const Bytes sdu = Bytes(buffer->octets).first(buffer->size);
  const auto segment = protocol::prime::segment_of(sdu, broadcast_segment_);
  std::array<std::uint8_t, protocol::prime::kSarOctets + protocol::prime::kClMtuOctets> octets;
  protocol::Writer out(octets);
  out.u8(protocol::prime::encode(segment.header));
  out.bytes(segment.data);
  protocol::prime::Packet packet;
  packet.priority = protocol::prime::kDataPriority;
  packet.lcid = protocol::prime::k432BroadcastLcid;
  packet.sid = protocol::prime::kBaseSid;
  packet.payload = out.written();
  const bool pushed = push(packet, nullptr, PduKind::data, nullptr);
  PROTOCOL_ASSERT(pushed);  // there was a place
  const bool again = ++broadcast_copy_ < config_.broadcast_copies;
  broadcast_after_us_ = now_us + (again ? kBroadcastCopyUs : kBroadcastNextUs);
  if (again) return true;
  broadcast_copy_ = 0;
  if (++broadcast_segment_ == protocol::prime::segment_count(buffer->size)) {
    broadcast_segment_ = 0;
    buffers_.give(*buffer);
  }
  return true;
}

}  // namespace dcu::fw
