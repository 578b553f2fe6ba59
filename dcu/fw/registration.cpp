// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/registration.hpp"

#include <algorithm>

namespace dcu::fw {

using protocol::prime::Packet;
using protocol::prime::Reg;
using protocol::prime::RegMessage;

void Registration::clear() {
  marked_ = false;
  n_strays_ = 0;
}

void Registration::on_reg(Node* node, const Packet& packet) {
  const auto reg = protocol::prime::decode_reg(packet.payload);
  if (!core_.well_formed(reg)) return;
  const bool known = node != nullptr && node->eui48 == reg->eui48;
  switch (protocol::prime::reg_message(false, packet.lnid, *reg)) {
    case RegMessage::request:
      return on_request(packet, *reg);
    case RegMessage::ack:
      if (known) return keep_alive_.heard(*node);
      ++core_.counters.stray;
      return add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, reg->eui48});
    case RegMessage::unregister:
      if (!known) return;
      node->last_heard_us = core_.now_us();
      drop(*node, LeaveReason::unregistered);
      // The answer: it need not ask again.
      return add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, reg->eui48});
    case RegMessage::response:
    case RegMessage::reject:
      ++core_.counters.malformed;
  }
}

void Registration::on_request(const Packet& packet, const Reg& reg) {
  Node* parent = nullptr;
  if (packet.sid != protocol::prime::kBaseSid) {
    parent = core_.table.by_lsid(packet.sid);
    if (parent == nullptr) {
      ++core_.counters.stray;  // through a switch this base node does not know: no way back
      return;
    }
    switches_.used(*parent);
    if (parent->eui48 == reg.eui48) return;  // through itself: no sense
  }
  Node* node = core_.table.place_for(reg.eui48);
  if (node == nullptr) {
    add_stray({Stray::Kind::reject, packet.sid, protocol::prime::kBroadcastLnid, reg.eui48});
    return;
  }
  const bool again = node->state != NodeState::disconnected && node->sid == packet.sid &&
                     node->lsid == protocol::prime::kNoSid && !node->connected;
  if (!again) begin(*node, packet.sid, parent);
  node->capabilities = reg.capabilities;
  node->last_heard_us = core_.now_us();
  switches_.served(reg.eui48);
  procedures_.begin(*node, Procedure::registering, Owed::registered);
  core_.table.reschedule(*node);
}

// A registration with a number of its own.
void Registration::begin(Node& node, std::uint8_t sid, const Node* parent) {
  if (node.state != NodeState::disconnected) drop(node, LeaveReason::rejoined);
  core_.table.renew_lnid(node);
  node.sid = sid;
  node.level = parent == nullptr ? 0 : static_cast<std::uint8_t>(parent->level + 1);
  node.state = NodeState::registering;
  node.unanswered = 0;
  node.polls = node.answers = 0;
  node.alive_sent = node.alive_received = 0;
  node.link = {};
  node.reported_quality = kUnknownQuality;
  switches_.joined(node);
}

void Registration::on_stranger(const Packet& packet) {
  ++core_.counters.stray;
  add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, {}});
}

// ---- Leaving ----

void Registration::drop(Node& node, LeaveReason why) {
  PROTOCOL_ASSERT(node.state != NodeState::disconnected);
  connections_.close(node, why);
  procedures_.end(node);
  core_.turns.leave(node);
  switches_.withdraw(node);
  node.owed = 0;
  node.alive_at_us = kNoDeadline;
  switches_.left(node);
  switches_.demoted(node);
  node.state = NodeState::disconnected;
  node.sid = protocol::prime::kNoSid;
  core_.table.reschedule(node);
}

void Registration::drop_all(LeaveReason why) {
  for (std::size_t i = 0; i < core_.table.capacity(); ++i) {
    Node& node = core_.table.at(static_cast<std::uint16_t>(i));
    if (node.state != NodeState::disconnected) drop(node, why);
  }
}

void Registration::timeout(Node& node) {
  const Procedure procedure = node.procedure;
  if (procedures_.repeat(node)) return;
  switch (procedure) {
    case Procedure::registering:
      // Never heard again. One that was registered before and said REG_REQ anew is gone as well.
      return drop(node, LeaveReason::silent);
    case Procedure::promoting:
    case Procedure::slot:
    case Procedure::demoting:
      // It may believe to be a switch: keep-alives will tell, see Switches::compare().
      return switches_.demoted(node);
    case Procedure::none:
    case Procedure::waiting_slot:
    case Procedure::closing:
      return;
  }
}

void Registration::mark(Node& node) {
  node.leave_us = true;
  marked_ = true;
}

void Registration::settle() {
  while (marked_ || switches_.orphaned()) {
    forget_marked();
    drop_orphans();
  }
}

// Nodes below a switch that is none any more. Each drop may take further switches with it.
void Registration::drop_orphans() {
  while (switches_.orphaned()) {
    switches_.orphans_leave();
    for (std::size_t i = 0; i < core_.table.capacity(); ++i) {
      Node& node = core_.table.at(static_cast<std::uint16_t>(i));
      if (node.state == NodeState::disconnected || node.sid == protocol::prime::kBaseSid) continue;
      if (core_.table.parent_of(node) != nullptr) continue;
      drop(node, LeaveReason::switch_lost);
    }
  }
}

void Registration::forget_marked() {
  while (marked_) {
    marked_ = false;  // the owner may mark more from on_left()
    for (std::size_t i = 0; i < core_.table.capacity(); ++i) {
      Node& node = core_.table.at(static_cast<std::uint16_t>(i));
      if (!node.leave_us) continue;
      node.leave_us = false;
      if (node.state != NodeState::disconnected) {
        add_stray({Stray::Kind::unregister, node.sid, node.lnid, node.eui48});
        drop(node, LeaveReason::forgotten);
      }
      core_.table.erase(node);
    }
  }
}

// ---- Words to strangers ----

void Registration::add_stray(const Stray& stray) {
  const auto end = strays_.begin() + n_strays_;
  if (std::find(strays_.begin(), end, stray) != end) return;     // told as soon as there is time
  if (n_strays_ < strays_.size()) strays_[n_strays_++] = stray;  // else it will speak again
}

bool Registration::serve() {
  if (n_strays_ == 0) return false;
  const Stray stray = strays_[0];
  std::copy(strays_.begin() + 1, strays_.begin() + n_strays_, strays_.begin());
  --n_strays_;
  // Meanwhile the number may be somebody's.
  const bool unregister = stray.kind == Stray::Kind::unregister;
  if (unregister && core_.table.by_lnid(stray.sid, stray.lnid) != nullptr) return true;
  if (!unregister) ++core_.counters.rejected;
  std::array<std::uint8_t, protocol::prime::kMaxControlPayload> octets;
  protocol::Writer out(octets);
  protocol::prime::encode(
      Reg{.negative = true, .time_code = core_.config.alive_time_code, .eui48 = stray.eui48}, out);
  line_.push_control(protocol::prime::ControlType::reg, stray.sid, stray.lnid, out.written());
  return true;
}

}  // namespace dcu::fw
