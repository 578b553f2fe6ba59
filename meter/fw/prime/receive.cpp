// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/inside.hpp"
#include "protocol/prime/crc.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

// The same broadcast, repeated by two switches of a level; well below any period of new ones.
constexpr std::int64_t kBroadcastEchoUs = 10'000'000;
// A broadcast whose rest does not come gives its buffer back.
constexpr std::int64_t kBroadcastPatienceUs = 60'000'000;
constexpr std::int64_t kPrmHoldUs = 60'000'000;  // between two reports to a neighbour

}  // namespace

void ServiceNode::on_frame(const ReceivedFrame& frame) {
  const Inside inside(*this);
  ++counters_.frames;
  const auto kind = kind_of(frame.mpdu);
  if (!kind) {
    ++counters_.malformed;
    return;
  }
  switch (*kind) {
    case MpduKind::generic:
      receive_gpdu(frame);
      return;
    case MpduKind::promotion_needed:
      on_promotion_needed(frame);
      return;
    case MpduKind::beacon:  // the modem keeps those
      ++counters_.not_for_us;
      return;
  }
}

void ServiceNode::receive_gpdu(const ReceivedFrame& frame) {
  if (phase_ != Phase::registering && phase_ != Phase::registered) {
    ++counters_.not_for_us;
    return;
  }
  const auto gpdu = decode_gpdu(frame.mpdu, network_);
  if (!gpdu) {
    ++(gpdu.error() == protocol::Error::bad_checksum ? counters_.bad_checksum
                                                     : counters_.malformed);
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
    if (phase_ != Phase::registering && phase_ != Phase::registered) return;
  }
  if (repeats && lsid_ != kNoSid) repeat(frame, gpdu->header.down, first);
}

bool ServiceNode::is_for_us(const Packet& packet) const {
  if (packet.sid == sid_ && packet.lnid == lnid_ && lnid_ != kBroadcastLnid) return true;
  return lsid_ != kNoSid && packet.sid == lsid_ && packet.lnid == kSwitchLnid;
}

// True: to be repeated by the switch we are.
bool ServiceNode::receive_packet(const GenericHeader& header, const Packet& packet,
                                 const ReceivedFrame& frame) {
  if (!header.down) {
    const bool from_below = header.level == level_ + 1 && is_below(packet.sid);
    if (!from_below) {
      ++counters_.not_for_us;
      return false;
    }
    note_below(packet, frame);
    if (packet.control && packet.lcid == static_cast<unsigned>(ControlType::prm) &&
        packet.sid == lsid_) {
      on_prm_below(packet);
      return false;
    }
    learn_below(packet);
    return true;
  }
  if (header.level != level_) {
    ++counters_.not_for_us;
    return false;
  }
  const bool broadcast = packet.lnid == kBroadcastLnid;
  const bool registering = phase_ == Phase::registering && packet.control &&
                           packet.lcid == static_cast<unsigned>(ControlType::reg) &&
                           packet.sid == sid_;
  if (is_for_us(packet) || broadcast || registering) {
    receive_down(packet, frame);
    return broadcast && lsid_ != kNoSid;
  }
  if (is_below(packet.sid)) {
    learn_below(packet);
    return true;
  }
  ++counters_.not_for_us;
  return false;
}

void ServiceNode::receive_down(const Packet& packet, const ReceivedFrame& frame) {
  const bool broadcast = packet.lnid == kBroadcastLnid;
  if (packet.control) {
    ++counters_.rx_control;
    // Whatever comes for us alone shows that the base node still has us.
    if (phase_ == Phase::registered && !broadcast) stay_alive_longer();
    receive_control(packet);
    return;
  }
  if (phase_ != Phase::registered) return;
  if (broadcast) {
    on_broadcast(packet);
    return;
  }
  stay_alive_longer();
  note_uplink(packet, frame);
  on_data_packet(packet);
}

void ServiceNode::receive_control(const Packet& packet) {
  const auto type = static_cast<ControlType>(packet.lcid);
  if (type == ControlType::reg) {
    on_reg(packet);
    return;
  }
  if (phase_ != Phase::registered || packet.lnid == kBroadcastLnid) return;  // FRA: see beacon
  switch (type) {
    case ControlType::con:
      on_con(packet.payload);
      return;
    case ControlType::pro:
      on_pro(packet.payload);
      return;
    case ControlType::bsi:
      on_bsi(packet.payload);
      return;
    case ControlType::alv:
      on_alv(packet.payload);
      return;
    case ControlType::prm:
      on_prm(packet.payload);
      return;
    default:
      ++counters_.malformed;
      return;
  }
}

// How well our switch is heard, and whether it should send otherwise. Control packets always go in
// DBPSK_F and say nothing about its choice.
void ServiceNode::note_uplink(const Packet&, const ReceivedFrame& frame) {
  uplink_.heard(frame.snr_cdb);
  const std::int64_t now = now_us();
  if (now < prm_hold_until_us_ || !uplink_.should_report(frame.scheme)) return;
  prm_hold_until_us_ = now + kPrmHoldUs;
  send_control(ControlType::prm, Prm{false, false, snr_code(uplink_.snr_cdb())});
}

void ServiceNode::on_prm(Bytes payload) {
  const auto prm = decode_prm(payload);
  if (!prm) {
    ++counters_.malformed;
    return;
  }
  if (prm->response) return;
  uplink_.reported(prm->snr_code);
  send_control(ControlType::prm, Prm{true, false, snr_code(uplink_.snr_cdb())});
}

void ServiceNode::note_below(const Packet& packet, const ReceivedFrame& frame) {
  if (packet.lnid == kBroadcastLnid) return;  // not registered yet: no name
  below_heard_[packet.sid / 32] |= 1u << (packet.sid % 32);
  LinkQuality& link = below_table_.at(neighbour_key(packet));
  link.heard(frame.snr_cdb);
  const std::int64_t now = now_us();
  const bool report = !packet.control && packet.sid == lsid_ && now >= prm_hold_until_us_ &&
                      link.should_report(frame.scheme);
  if (!report) return;
  prm_hold_until_us_ = now + kPrmHoldUs / 4;  // there are several of them
  std::array<std::uint8_t, 1> payload;
  protocol::Writer out(payload);
  encode(Prm{false, false, snr_code(link.snr_cdb())}, out);
  push_control(ControlType::prm, true, packet.sid, packet.lnid, out.written());
}

void ServiceNode::on_prm_below(const Packet& packet) {
  const auto prm = decode_prm(packet.payload);
  if (!prm) {
    ++counters_.malformed;
    return;
  }
  ++counters_.rx_control;
  if (prm->response || packet.lnid == kBroadcastLnid) return;
  LinkQuality& link = below_table_.at(neighbour_key(packet));
  link.reported(prm->snr_code);
  std::array<std::uint8_t, 1> payload;
  protocol::Writer out(payload);
  encode(Prm{true, false, snr_code(link.snr_cdb())}, out);
  push_control(ControlType::prm, true, packet.sid, packet.lnid, out.written());
}

// ---- Broadcast ----

void ServiceNode::on_broadcast(const Packet& packet) {
  if (packet.lcid != k432BroadcastLcid || packet.payload.empty()) {
    ++counters_.not_for_us;
    return;
  }
  const std::int64_t now = now_us();
  const std::uint32_t crc = crc32(packet.payload);
  const bool echo = crc == broadcast_crc_ && now - broadcast_seen_us_ < kBroadcastEchoUs &&
                    broadcast_seen_us_ != 0;
  broadcast_crc_ = crc;
  broadcast_seen_us_ = now;
  if (echo) return;
  const auto sar = decode_sar(packet.payload[0]);
  const Bytes data = packet.payload.subspan(kSarOctets);
  if (!sar || data.size() > kClMtuOctets) {
    ++counters_.malformed;
    return;
  }
  ++counters_.rx_data;
  if (sar->kind == SegmentKind::first && sar->number == 0) {
    end_broadcast();
    deliver(data, true);
    return;
  }
  if (!broadcast_.has_buffer()) {
    if (sar->kind != SegmentKind::first) return;  // the beginning was lost
    const MutableBytes buffer = owner_.take_buffer();
    if (buffer.empty()) return;
    broadcast_.use(buffer);
  }
  broadcast_until_us_ = now + kBroadcastPatienceUs;
  const bool taken = broadcast_.add(*sar, data);
  if (taken && broadcast_.complete()) deliver(broadcast_.sdu(), true);
  if (!broadcast_.part_way()) end_broadcast();
}

void ServiceNode::end_broadcast() {
  broadcast_until_us_ = kNoDeadline;
  const MutableBytes buffer = broadcast_.release();
  if (!buffer.empty()) owner_.give_buffer(buffer);
}

void ServiceNode::deliver(Bytes sdu, bool broadcast) {
  const auto lpdu = decode_lpdu(sdu);
  if (!lpdu) {
    ++counters_.malformed;
    return;
  }
  owner_.on_data(lpdu->d_lsap, lpdu->s_lsap, lpdu->lsdu, broadcast);
}

}  // namespace meter::fw::prime
