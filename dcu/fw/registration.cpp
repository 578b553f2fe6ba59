// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "dcu/fw/inside.hpp"
#include "protocol/prime/pib.hpp"

namespace dcu::fw {

using protocol::prime::Packet;
using protocol::prime::Reg;
using protocol::prime::RegMessage;

void BaseNode::on_reg(Node* node, const Packet& packet) {
  const auto reg = protocol::prime::decode_reg(packet.payload);
  if (!reg) {
    ++counters_.malformed;
    return;
  }
  switch (protocol::prime::reg_message(false, packet.lnid, *reg)) {
    case RegMessage::request:
      return on_reg_request(packet, *reg);
    case RegMessage::ack:
      if (node == nullptr || node->eui48 != reg->eui48) {
        ++counters_.stray;
        add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, reg->eui48});
        return;
      }
      return heard(*node);
    case RegMessage::unregister:
      if (node == nullptr || node->eui48 != reg->eui48) return;
      node->last_heard_us = modem_.now_us();
      drop(*node, LeaveReason::unregistered);
      // The answer: it need not ask again.
      add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, reg->eui48});
      return;
    default:
      ++counters_.malformed;
  }
}

void BaseNode::on_reg_request(const Packet& packet, const Reg& reg) {
  Node* parent = nullptr;
  if (packet.sid != protocol::prime::kBaseSid) {
    parent = table_.by_lsid(packet.sid);
    if (parent == nullptr) {
      ++counters_.stray;  // through a switch this base node does not know: no way back
      return;
    }
    // Who hangs on it has heard its beacon: BSI_ACK was lost.
    if (parent->procedure == Procedure::slot) promoted(*parent);
    if (parent->eui48 == reg.eui48) return;  // through itself: no sense
  }
  Node* node = table_.place_for(reg.eui48);
  if (node == nullptr) {
    add_stray({Stray::Kind::reject, packet.sid, protocol::prime::kBroadcastLnid, reg.eui48});
    return;
  }
  const bool again = node->state != NodeState::disconnected && node->sid == packet.sid &&
                     node->lsid == protocol::prime::kNoSid && !node->connected;
  if (!again) {
    if (node->state != NodeState::disconnected) drop(*node, LeaveReason::rejoined);
    table_.renew_lnid(*node);
    node->sid = packet.sid;
    node->level = parent == nullptr ? 0 : static_cast<std::uint8_t>(parent->level + 1);
    node->state = NodeState::registering;
    node->unanswered = 0;
    node->polls = node->answers = 0;
    node->alive_sent = node->alive_received = 0;
    node->link = {};
    node->reported_quality = kUnknownQuality;
    child_joined(*node);
  }
  node->capabilities = reg.capabilities;
  node->last_heard_us = modem_.now_us();
  board_.drop_needing(reg.eui48);
  begin_procedure(*node, Procedure::registering, Owed::registered);
  table_.reschedule(*node);
}

// REG_ACK, or anything else only a registered node says.
void BaseNode::registered(Node& node) {
  PROTOCOL_ASSERT(node.procedure == Procedure::registering);
  end_procedure(node);
  const std::int64_t now_us = modem_.now_us();
  if (node.state == NodeState::registering) {
    node.state = NodeState::terminal;
    node.registered_us = now_us;
    ++counters_.registrations;
    if (node.registrations < 0xFFFF) ++node.registrations;
  }
  // Somewhere in the first interval, so that a network that starts at once is not polled at once.
  if (node.alive_at_us == kNoDeadline) {
    node.alive_at_us = now_us + 1 + random_us(alive_interval_us());
  }
}

// The node is gone: its connection, its subtree, its numbers. What was counted stays.
void BaseNode::drop(Node& node, LeaveReason why) {
  PROTOCOL_ASSERT(node.state != NodeState::disconnected);
  close_connection(node, why);
  end_procedure(node);
  leave_queues(node);
  board_.drop_candidate(table_.position_of(node));
  node.owed = 0;
  node.alive_at_us = kNoDeadline;
  child_left(node);
  demoted(node);
  node.state = NodeState::disconnected;
  node.sid = protocol::prime::kNoSid;
  table_.reschedule(node);
}

// Nodes below a switch that is none any more. Each drop may take further switches with it.
void BaseNode::drop_orphans() {
  while (orphans_) {
    orphans_ = false;
    for (std::size_t i = 0; i < table_.capacity(); ++i) {
      Node& node = table_.at(static_cast<std::uint16_t>(i));
      if (node.state == NodeState::disconnected || node.sid == protocol::prime::kBaseSid) continue;
      if (parent_of(node) != nullptr) continue;
      drop(node, LeaveReason::switch_lost);
    }
  }
}

void BaseNode::forget_marked() {
  while (any_marked_) {
    any_marked_ = false;  // the owner may mark more from on_left()
    for (std::size_t i = 0; i < table_.capacity(); ++i) {
      Node& node = table_.at(static_cast<std::uint16_t>(i));
      if (!node.leave_us) continue;
      node.leave_us = false;
      if (node.state != NodeState::disconnected) {
        add_stray({Stray::Kind::unregister, node.sid, node.lnid, node.eui48});
        drop(node, LeaveReason::forgotten);
      }
      table_.erase(node);
    }
  }
}

// ---- Procedures: something is said until it is answered ----

void BaseNode::owe(Node& node, Owed what) {
  node.owe(what);
  want_turn(node, Turn::control);
}

void BaseNode::begin_procedure(Node& node, Procedure procedure, Owed first) {
  node.procedure = procedure;
  node.tries = 1;
  node.procedure_at_us = modem_.now_us() + protocol::prime::kCtlReTxTimerUs;
  owe(node, first);
}

void BaseNode::end_procedure(Node& node) {
  node.procedure = Procedure::none;
  node.procedure_at_us = kNoDeadline;
}

void BaseNode::procedure_timeout(Node& node) {
  const Procedure procedure = node.procedure;
  if (node.tries <= protocol::prime::kMaxCtlReTx) {
    ++node.tries;
    node.procedure_at_us = modem_.now_us() + protocol::prime::kCtlReTxTimerUs;
    switch (procedure) {
      case Procedure::registering:
        return owe(node, Owed::registered);
      case Procedure::promoting:
        return owe(node, Owed::promote);
      case Procedure::slot:
        return owe(node, Owed::beacon_slot);
      case Procedure::demoting:
        return owe(node, Owed::demote);
      case Procedure::closing:
        return owe(node, Owed::disconnected);
      default:
        break;
    }
  }
  end_procedure(node);
  switch (procedure) {
    case Procedure::registering:
      // Never heard again. One that was registered before and said REG_REQ anew is gone as well.
      return drop(node, LeaveReason::silent);
    case Procedure::promoting:
    case Procedure::slot:
    case Procedure::demoting:
      // It may believe to be a switch: keep-alives will tell, see on_alv().
      demoted(node);
      return;
    default:
      return;
  }
}

}  // namespace dcu::fw
