// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/service_node.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

void ServiceNode::on_frame(const ReceivedFrame& frame) {
  const Inside inside(*this);
  ++core_.counters.frames;
  const auto kind = kind_of(frame.mpdu);
  if (!kind) {
    ++core_.counters.malformed;
    return;
  }
  switch (*kind) {
    case MpduKind::generic:
      receive_gpdu(frame);
      return;
    case MpduKind::promotion_needed:
      switching_.on_promotion_needed(frame);
      return;
    case MpduKind::beacon:  // the modem keeps those
      ++core_.counters.not_for_us;
      return;
  }
}

void ServiceNode::receive_gpdu(const ReceivedFrame& frame) {
  if (core_.phase != Phase::registering && core_.phase != Phase::registered) {
    ++core_.counters.not_for_us;
    return;
  }
  const auto gpdu = decode_gpdu(frame.mpdu, core_.network);
  if (!gpdu) {
    ++(gpdu.error() == protocol::Error::bad_checksum ? core_.counters.bad_checksum
                                                     : core_.counters.malformed);
    return;
  }
  // What is to be repeated goes on whole, once, after we took our part of it.
  bool repeats = false;
  Packet first;
  for (Bytes rest = gpdu->packets; !rest.empty();) {
    const auto packet = take_packet(rest);
    if (!packet) return;
    if (receive_packet(gpdu->header, *packet, frame) && !repeats) {
      repeats = true;
      first = *packet;
    }
    if (core_.phase != Phase::registering && core_.phase != Phase::registered) return;
  }
  if (repeats && core_.is_switch()) switching_.repeat(frame, gpdu->header.down, first);
}

bool ServiceNode::is_for_us(const Packet& packet) const {
  if (packet.sid == core_.sid && packet.lnid == core_.lnid && core_.lnid != kBroadcastLnid)
    return true;
  return core_.is_switch() && packet.sid == core_.lsid && packet.lnid == kSwitchLnid;
}

// True: to be repeated by the switch we are.
bool ServiceNode::receive_from_below(const GenericHeader& header, const Packet& packet,
                                     const ReceivedFrame& frame) {
  if (header.level != core_.level + 1 || !switching_.is_below(packet.sid)) {
    ++core_.counters.not_for_us;
    return false;
  }
  if (packet.lnid != kBroadcastLnid) {  // else not registered yet: no name
    switching_.heard(packet.sid);
    links_.note_below(packet, frame);
  }
  if (packet.control && packet.lcid == static_cast<unsigned>(ControlType::prm) &&
      packet.sid == core_.lsid) {
    links_.on_prm_below(packet);
    return false;
  }
  switching_.learn(packet);
  return true;
}

// True: to be repeated by the switch we are.
bool ServiceNode::receive_packet(const GenericHeader& header, const Packet& packet,
                                 const ReceivedFrame& frame) {
  if (!header.down) {
    const bool pro = packet.control && packet.lcid == static_cast<unsigned>(ControlType::pro);
    if (pro && core_.state() == NodeState::terminal) switching_.on_request_heard(packet.payload);
    return receive_from_below(header, packet, frame);
  }
  if (header.level != core_.level) {
    ++core_.counters.not_for_us;
    return false;
  }
  const bool broadcast = packet.lnid == kBroadcastLnid;
  const bool registering = core_.phase == Phase::registering && packet.control &&
                           packet.lcid == static_cast<unsigned>(ControlType::reg) &&
                           packet.sid == core_.sid;
  if (is_for_us(packet) || broadcast || registering) {
    receive_down(packet, frame);
    return broadcast && core_.is_switch();
  }
  if (switching_.is_below(packet.sid)) {
    switching_.learn(packet);
    return true;
  }
  ++core_.counters.not_for_us;
  return false;
}

void ServiceNode::receive_down(const Packet& packet, const ReceivedFrame& frame) {
  const bool broadcast = packet.lnid == kBroadcastLnid;
  if (packet.control) {
    ++core_.counters.rx_control;
    // Whatever comes for us alone shows that the base node still has us.
    if (core_.phase == Phase::registered && !broadcast) keep_alive_.stay_longer();
    receive_control(packet);
    return;
  }
  if (core_.phase != Phase::registered) return;
  if (broadcast) {
    broadcasts_.on_packet(packet);
    return;
  }
  keep_alive_.stay_longer();
  links_.note_up(frame);
  if (connection_.on_data(packet)) registration_.leave_path();
}

void ServiceNode::receive_control(const Packet& packet) {
  const auto type = static_cast<ControlType>(packet.lcid);
  if (type == ControlType::reg) {
    registration_.on_reg(packet);
    return;
  }
  if (core_.phase != Phase::registered || packet.lnid == kBroadcastLnid) return;  // FRA: see beacon
  switch (type) {
    case ControlType::con:
      if (connection_.on_con(packet.payload)) registration_.leave_path();
      return;
    case ControlType::pro:
      switching_.on_pro(packet.payload);
      return;
    case ControlType::bsi:
      switching_.on_bsi(packet.payload);
      return;
    case ControlType::alv:
      if (keep_alive_.on_alv(packet.payload)) switching_.forget_silent();
      return;
    case ControlType::prm:
      links_.on_prm(packet.payload);
      return;
    case ControlType::reg:
    case ControlType::fra:
    case ControlType::cfp:
    case ControlType::mul:
    case ControlType::sec:
      break;
  }
  ++core_.counters.malformed;
}

}  // namespace meter::fw::prime
