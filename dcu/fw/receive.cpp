// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What comes in, to the part it is for.
#include "dcu/fw/base_node.hpp"

namespace dcu::fw {

using protocol::Error;
using protocol::prime::ControlType;
using protocol::prime::MpduKind;
using protocol::prime::Packet;
using protocol::prime::ReceivedFrame;

void BaseNode::on_frame(const ReceivedFrame& frame) {
  if (!running_ || beacons_.silent()) return;  // nobody is registered here yet
  const Inside inside(*this);
  receive(frame);
}

void BaseNode::count_bad(Error error) {
  ++(error == Error::bad_checksum ? core_.counters.damaged : core_.counters.malformed);
}

void BaseNode::receive(const ReceivedFrame& frame) {
  Counters& counters = core_.counters;
  const auto kind = protocol::prime::kind_of(frame.mpdu);
  if (!kind || *kind == MpduKind::beacon) {
    ++counters.malformed;
    return;
  }
  if (*kind == MpduKind::promotion_needed) {
    const auto pdu = protocol::prime::decode_promotion_needed(frame.mpdu);
    if (!pdu) return count_bad(pdu.error());
    ++counters.received[static_cast<std::size_t>(PduKind::promotion_needed)];
    return;
  }
  const auto gpdu = protocol::prime::decode_gpdu(frame.mpdu, core_.network);
  if (!gpdu) return count_bad(gpdu.error());
  if (gpdu->header.down || gpdu->header.level != 0) {
    ++counters.not_for_us;
    return;
  }
  for (Bytes rest = gpdu->packets; !rest.empty();) {
    const auto packet = protocol::prime::take_packet(rest);
    PROTOCOL_ASSERT(packet.ok());  // decode_gpdu() has walked them
    receive_packet(*packet, frame);
  }
}

void BaseNode::receive_packet(const Packet& packet, const ReceivedFrame& frame) {
  Node* node = core_.table.by_lnid(packet.sid, packet.lnid);
  links_.note(packet, frame);
  if (packet.control) {
    receive_control(node, packet);
  } else {
    ++core_.counters.received[static_cast<std::size_t>(PduKind::data)];
    if (node != nullptr) {
      connections_.on_data(*node, packet);
    } else {
      registration_.on_stranger(packet);
    }
  }
  if (node != nullptr) core_.table.reschedule(*node);
}

void BaseNode::receive_control(Node* node, const Packet& packet) {
  const auto type = static_cast<ControlType>(packet.lcid);
  if (packet.lcid < static_cast<unsigned>(ControlType::reg) ||
      packet.lcid > static_cast<unsigned>(ControlType::sec)) {
    ++core_.counters.malformed;
    return;
  }
  ++core_.counters.received[packet.lcid - 1u];  // PduKind has them in the same order
  if (type == ControlType::reg) return registration_.on_reg(node, packet);
  if (node == nullptr) return registration_.on_stranger(packet);
  switch (type) {
    case ControlType::con:
      return connections_.on_con(*node, packet.payload);
    case ControlType::pro:
      return switches_.on_pro(*node, packet.payload);
    case ControlType::bsi:
      return switches_.on_bsi(*node, packet.payload);
    case ControlType::alv:
      return receive_alv(*node, packet.payload);
    case ControlType::prm:
      return links_.on_prm(*node, packet.payload);
    case ControlType::reg:
    case ControlType::fra:  // ours to send
    case ControlType::cfp:  // not offered here, nor are the others
    case ControlType::mul:
    case ControlType::sec:
      return;
  }
}

void BaseNode::receive_alv(Node& node, Bytes payload) {
  const auto alv = protocol::prime::decode_alv(payload);
  if (!core_.well_formed(alv)) return;
  keep_alive_.on_answer(node);
  switches_.compare(node, alv->ssid);
}

}  // namespace dcu::fw
