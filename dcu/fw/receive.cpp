// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "dcu/fw/inside.hpp"

namespace dcu::fw {

using protocol::Error;
using protocol::prime::ControlType;
using protocol::prime::Packet;
using protocol::prime::ReceivedFrame;

namespace {

// A neighbour is told of a better scheme at most this often.
constexpr std::int64_t kReportPeriodUs = 30'000'000;  // engineering judgement

}  // namespace

void BaseNode::on_frame(const ReceivedFrame& frame) {
  if (!running_ || begin_at_us_ != kNoDeadline) return;  // nobody is registered here yet
  const Inside inside(*this);
  receive(frame);
}

void BaseNode::receive(const ReceivedFrame& frame) {
  const auto kind = protocol::prime::kind_of(frame.mpdu);
  if (!kind || *kind == protocol::prime::MpduKind::beacon) {
    ++counters_.malformed;
    return;
  }
  if (*kind == protocol::prime::MpduKind::promotion_needed) {
    const auto pdu = protocol::prime::decode_promotion_needed(frame.mpdu);
    if (pdu) {
      count(PduKind::promotion_needed);
    } else {
      ++(pdu.error() == Error::bad_checksum ? counters_.damaged : counters_.malformed);
    }
    return;
  }
  const auto gpdu = protocol::prime::decode_gpdu(frame.mpdu, network_);
  if (!gpdu) {
    ++(gpdu.error() == Error::bad_checksum ? counters_.damaged : counters_.malformed);
    return;
  }
  if (gpdu->header.down || gpdu->header.level != 0) {
    ++counters_.not_for_us;
    return;
  }
  for (Bytes rest = gpdu->packets; !rest.empty();) {
    const auto packet = protocol::prime::take_packet(rest);
    PROTOCOL_ASSERT(packet.ok());  // decode_gpdu() has walked them
    receive_packet(*packet, frame);
  }
}

// The node whose frames the base node hears when (sid, lnid) speaks: itself, or the switch under
// the base node that its frames come through. nullptr: unknown.
Node* BaseNode::neighbour_towards(std::uint8_t sid, std::uint16_t lnid) const {
  Node* hop = sid == protocol::prime::kBaseSid ? table_.by_lnid(sid, lnid) : table_.by_lsid(sid);
  // A chain of switches is never longer than there are switches.
  for (unsigned links = 0; hop != nullptr && hop->sid != protocol::prime::kBaseSid; ++links) {
    if (links > protocol::prime::kNoSid) return nullptr;
    hop = table_.by_lsid(hop->sid);
  }
  return hop;
}

void BaseNode::note_link(const Packet& packet, const ReceivedFrame& frame) {
  Node* hop = neighbour_towards(packet.sid, packet.lnid);
  if (hop == nullptr) return;
  hop->link.heard(frame.snr_cdb);
  if (!hop->link.should_report(frame.scheme) || frame.start_us < hop->report_after_us) return;
  if (hop->state != NodeState::terminal && hop->state != NodeState::switching) return;
  hop->report_after_us = frame.start_us + kReportPeriodUs;
  owe(*hop, Owed::report_quality);
}

void BaseNode::receive_packet(const Packet& packet, const ReceivedFrame& frame) {
  Node* node = table_.by_lnid(packet.sid, packet.lnid);
  note_link(packet, frame);
  if (packet.control) {
    receive_control(node, packet);
  } else {
    count(PduKind::data);
    if (node != nullptr) {
      on_data(*node, packet);
    } else {
      ++counters_.stray;
      add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, {}});
    }
  }
  if (node != nullptr) table_.reschedule(*node);
}

void BaseNode::receive_control(Node* node, const Packet& packet) {
  const auto type = static_cast<ControlType>(packet.lcid);
  if (packet.lcid < static_cast<unsigned>(ControlType::reg) ||
      packet.lcid > static_cast<unsigned>(ControlType::sec)) {
    ++counters_.malformed;
    return;
  }
  counters_.received[packet.lcid - 1u] += 1;  // PduKind has them in the same order
  if (type == ControlType::reg) return on_reg(node, packet);
  if (node == nullptr) {
    // It believes to be registered here: from before a restart, or it missed being dropped.
    ++counters_.stray;
    add_stray({Stray::Kind::unregister, packet.sid, packet.lnid, {}});
    return;
  }
  switch (type) {
    case ControlType::con:
      return on_con(*node, packet.payload);
    case ControlType::pro:
      return on_pro(*node, packet.payload);
    case ControlType::bsi:
      return on_bsi(*node, packet.payload);
    case ControlType::alv:
      return on_alv(*node, packet.payload);
    case ControlType::prm:
      return on_prm(*node, packet.payload);
    default:
      return;  // FRA is ours to send; CFP, MUL and SEC are not offered here
  }
}

// Robustness management: the neighbour says how it hears us.
void BaseNode::on_prm(Node& node, Bytes payload) {
  const auto prm = protocol::prime::decode_prm(payload);
  if (!prm) {
    ++counters_.malformed;
    return;
  }
  if (node.level != 0 || prm->response) return;
  heard(node);
  node.link.reported(prm->snr_code);
  node.reported_quality = prm->snr_code;
  owe(node, Owed::quality_noted);
}

void BaseNode::add_stray(const Stray& stray) {
  for (std::size_t i = 0; i < n_strays_; ++i) {
    const Stray& old = strays_[i];
    if (old.kind == stray.kind && old.sid == stray.sid && old.lnid == stray.lnid &&
        old.eui48 == stray.eui48) {
      return;  // told already as soon as there is time
    }
  }
  if (n_strays_ < strays_.size()) strays_[n_strays_++] = stray;  // else it will speak again
}

}  // namespace dcu::fw
