// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/connections.hpp"

#include <algorithm>

#include "protocol/prime/llc432.hpp"

namespace dcu::fw {

using protocol::prime::Con;
using protocol::prime::ConnectionType;

namespace {

// Patience for an acknowledgement, engineering judgement: with ten transfers side by side a node
// gets the line after a second. Through each switch it takes two frames more, and their channel
// accesses. The spread keeps two connections from disturbing each other at every try: nodes under
// a switch do not hear the base node.
constexpr std::int32_t kRetryUs = 2'500'000;
constexpr std::int32_t kRetryPerHopUs = 2'000'000;
constexpr std::int64_t kRetrySpreadUs = 1'000'000;
// Until the next packet of a burst from a node under a switch. Engineering judgement.
constexpr std::int64_t kNextOfBurstUs = 150'000;

}  // namespace

// The ARQ link of one node asks for memory and tells what came.
class Connections::NodeArq final : public protocol::prime::ArqOwner {
 public:
  NodeArq(Connections& connections, Node& node) : all_(connections), node_(node) {}

  MutableBytes take_buffer() override;
  void give_buffer(MutableBytes buffer) override { all_.core_.buffers.give(buffer); }
  void on_sdu(Bytes sdu) override;
  void on_sdu_done(std::uint32_t cookie, bool delivered) override;

 private:
  Connections& all_;
  Node& node_;
};

MutableBytes Connections::NodeArq::take_buffer() {
  Buffer* buffer = all_.core_.buffers.take(Buffer::Use::receiving);
  if (buffer == nullptr) {
    ++all_.core_.counters.no_buffer;
    return {};
  }
  buffer->position = all_.core_.table.position_of(node_);
  return buffer->octets;
}

void Connections::NodeArq::on_sdu(Bytes sdu) {
  Core& core = all_.core_;
  const auto lpdu = protocol::prime::decode_lpdu(sdu);
  if (!core.well_formed(lpdu)) return;
  ++core.counters.lsdus_in;
  core.owner.on_data(core.table.address_of(node_), lpdu->s_lsap, lpdu->d_lsap, lpdu->lsdu);
}

void Connections::NodeArq::on_sdu_done(std::uint32_t cookie, bool delivered) {
  Counters& counters = all_.core_.counters;
  node_.sending = node_.urgent = false;
  PROTOCOL_ASSERT(all_.active_ > 0);
  --all_.active_;
  ++(delivered ? counters.lsdus_out : counters.lsdus_failed);
  all_.core_.owner.on_sent(cookie, delivered);
}

// ---- Opening and closing ----

void Connections::on_con(Node& node, Bytes payload) {
  const auto con = protocol::prime::decode_con(payload);
  if (!core_.well_formed(con)) return;
  keep_alive_.heard(node);
  if (con->close) {
    const bool answer = node.procedure == Procedure::closing && node.closing_lcid == con->lcid;
    if (answer) return procedures_.end(node);
    if (node.connected && node.lcid == con->lcid) close(node, LeaveReason::closed);
    node.closing_lcid = con->lcid;
    return procedures_.owe(node, Owed::disconnected);
  }
  const auto identifier = protocol::prime::decode_establish_request(con->data);
  const bool ours = con->type == ConnectionType::iec_432 && con->arq &&
                    con->lcid >= protocol::prime::kFirstNodeLcid && identifier &&
                    !identifier->empty() && identifier->size() <= kMaxIdentifier;
  if (!ours) {
    ++core_.counters.rejected;
    return refuse(node, con->lcid);
  }
  open(node, *con, *identifier);
}

void Connections::open(Node& node, const Con& con, Bytes identifier) {
  const Bytes known = Bytes(node.identifier).first(node.identifier_octets);
  const bool same = node.lcid == con.lcid && std::ranges::equal(known, identifier);
  if (node.connected && same && !node.confirmed) {
    return procedures_.owe(node, Owed::connected);  // our answer was lost
  }
  // It begins anew, with packet numbers from 0.
  close(node, LeaveReason::rejoined);
  if (node.procedure == Procedure::closing) procedures_.end(node);
  node.settle(Owed::disconnected);
  node.connected = true;
  node.confirmed = false;
  node.lcid = con.lcid;
  node.identifier_octets = static_cast<std::uint8_t>(identifier.size());
  std::ranges::copy(identifier, node.identifier.begin());
  protocol::prime::ArqConfig arq;
  arq.retry_us = kRetryUs + kRetryPerHopUs * node.level +
                 static_cast<std::int32_t>(core_.random.below_us(kRetrySpreadUs));
  node.arq.open(arq);
  procedures_.owe(node, Owed::connected);
  core_.owner.on_joined(core_.table.address_of(node), node.eui48, identifier);
}

void Connections::close(Node& node, LeaveReason why) {
  if (!node.connected) return;
  node.connected = false;
  node.settle(Owed::connected);
  const std::uint16_t position = core_.table.position_of(node);
  line_.forget(position);
  NodeArq arq_owner(*this, node);
  node.arq.close(arq_owner);
  node.in_flight = false;
  while (Buffer* buffer = core_.buffers.waiting_for(position)) {
    const SendHandle handle = buffer->handle;
    core_.buffers.give(*buffer);
    ++core_.counters.lsdus_failed;
    core_.owner.on_sent(handle, false);
  }
  core_.owner.on_left(core_.table.address_of(node), node.eui48, why);
}

// CON_CLS_B: for what we close, and for what we never opened. A procedure under way goes first:
// then it is said only once, and again when the node speaks over that connection again.
void Connections::refuse(Node& node, std::uint16_t lcid) {
  node.closing_lcid = lcid;
  if (node.procedure == Procedure::none) {
    procedures_.begin(node, Procedure::closing, Owed::disconnected);
  } else {
    procedures_.owe(node, Owed::disconnected);
  }
}

// ---- Data ----

SendHandle Connections::send(Node& node, std::uint8_t d_lsap, std::uint8_t s_lsap, Bytes lsdu,
                             Priority priority) {
  Buffer* buffer = core_.buffers.take_lpdu(Buffer::Use::sending, {d_lsap, s_lsap, lsdu});
  if (buffer == nullptr) return kNotSent;
  if (++next_handle_ == kNotSent) ++next_handle_;
  buffer->position = core_.table.position_of(node);
  buffer->priority = priority;
  buffer->handle = next_handle_;
  core_.buffers.wait(*buffer);
  return next_handle_;
}

void Connections::on_data(Node& node, const protocol::prime::Packet& packet) {
  keep_alive_.heard(node);
  if (!node.connected || packet.lcid != node.lcid) {
    ++core_.counters.stray;
    if (packet.lcid >= protocol::prime::kFirstNodeLcid) refuse(node, packet.lcid);
    return;
  }
  node.confirmed = true;
  if (node.level > 0) {  // the line is its own until it has ended, see Line::leave_to()
    const bool ended = is_flush(packet.payload);
    line_.hold_data_until(core_.now_us() + (ended ? 0 : kNextOfBurstUs));
  }
  const std::uint32_t duplicates = node.arq.counters().duplicates;
  NodeArq arq_owner(*this, node);
  if (!node.arq.on_packet(core_.now_us(), packet.payload, arq_owner)) ++core_.counters.malformed;
  core_.counters.repeated += node.arq.counters().duplicates - duplicates;
  check(node);
}

void Connections::on_transmitted(const Line::Flight& flight, bool sent) {
  Node& node = core_.table.at(flight.position);
  node.in_flight = false;
  if (sent) line_.leave_to(node, flight);
  node.arq.on_transmitted(core_.now_us(), flight.sent, sent);
  check(node);
}

void Connections::on_time(Node& node, std::int64_t now_us) {
  if (!node.connected || node.arq.deadline_us() > now_us) return;
  node.arq.on_time(now_us);
  check(node);
}

void Connections::check(Node& node) {
  if (!node.connected) return;
  if (node.arq.failed()) {
    const std::uint16_t lcid = node.lcid;
    close(node, LeaveReason::undeliverable);
    refuse(node, lcid);
    // Is it there at all? And the switch before it?
    keep_alive_.poll_soon(&node);
    keep_alive_.poll_soon(core_.table.parent_of(node));
  } else if (!node.in_flight && node.arq.has_packet(core_.now_us())) {
    // What is not data is an acknowledgement somebody waits for.
    core_.turns.want(node, node.urgent || !node.sending ? Turn::urgent : Turn::normal);
  }
  core_.table.reschedule(node);
}

void Connections::admit() {
  for (;;) {
    Buffer* buffer = core_.buffers.first_waiting([this](const Buffer& waiting) {
      if (core_.table.at(waiting.position).sending) return false;
      return waiting.priority == Priority::high || active_ < core_.config.concurrency;
    });
    if (buffer == nullptr) return;
    Node& node = core_.table.at(buffer->position);
    core_.buffers.stop_waiting(*buffer, Buffer::Use::sending);
    node.sending = true;
    node.urgent = buffer->priority == Priority::high;
    ++active_;
    const bool queued = node.arq.send(buffer->octets, buffer->size, buffer->handle);
    PROTOCOL_ASSERT(queued);  // it had none
    check(node);
  }
}

bool Connections::serve(Node& node) {
  const std::int64_t now_us = core_.now_us();
  if (!node.connected || node.in_flight || !node.arq.has_packet(now_us)) return false;
  std::array<std::uint8_t, protocol::prime::kMaxArqPayload> octets;
  protocol::Writer out(octets);
  const protocol::prime::ArqLink::Sent sent = node.arq.take_packet(now_us, out);
  PROTOCOL_ASSERT(out.ok());
  if (sent.try_count > 1) {
    ++core_.counters.retransmitted;
    // Perhaps it does not know that the connection is open.
    if (!node.confirmed && sent.number == 0) procedures_.owe(node, Owed::connected);
    if (sent.try_count > 2 && node.level == 0) node.link.step_down();
  }
  const bool pushed = line_.push_data(node, out.written(), sent);
  PROTOCOL_ASSERT(pushed);  // there was a place
  node.in_flight = true;
  core_.table.reschedule(node);
  return true;
}

}  // namespace dcu::fw
