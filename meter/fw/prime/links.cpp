// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/links.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

constexpr std::int64_t kPrmHoldUs = 60'000'000;  // between two reports to a neighbour

}  // namespace

void Links::restart(std::int32_t snr_cdb) {
  uplink_ = {};
  uplink_.heard(snr_cdb);
}

// How well our switch is heard, and whether it should send otherwise. For data only: control
// packets always go in DBPSK_F and say nothing about its choice.
void Links::note_up(const ReceivedFrame& frame) {
  uplink_.heard(frame.snr_cdb);
  const std::int64_t now = core_.now_us();
  if (now < hold_until_us_ || !uplink_.should_report(frame.scheme)) return;
  hold_until_us_ = now + kPrmHoldUs;
  core_.tell(ControlType::prm, Prm{false, false, snr_code(uplink_.snr_cdb())});
}

void Links::on_prm(Bytes payload) {
  const auto prm = decode_prm(payload);
  if (!prm) {
    ++core_.counters.malformed;
    return;
  }
  if (prm->response) return;
  uplink_.reported(prm->snr_code);
  core_.tell(ControlType::prm, Prm{true, false, snr_code(uplink_.snr_cdb())});
}

std::uint32_t Links::key(const Packet& packet) const {
  // Through a switch below us: one neighbour for all behind it.
  const std::uint32_t lnid = packet.sid == core_.lsid ? packet.lnid : kSwitchLnid;
  return static_cast<std::uint32_t>(packet.sid) << 14 | lnid;
}

void Links::tell_below(const Packet& packet, const Prm& prm) {
  std::array<std::uint8_t, 1> payload;
  protocol::Writer out(payload);
  encode(prm, out);
  core_.push_control(ControlType::prm, true, packet.sid, packet.lnid, out.written());
}

void Links::note_below(const Packet& packet, const ReceivedFrame& frame) {
  LinkQuality& link = below_.at(key(packet));
  link.heard(frame.snr_cdb);
  const std::int64_t now = core_.now_us();
  const bool report = !packet.control && packet.sid == core_.lsid && now >= hold_until_us_ &&
                      link.should_report(frame.scheme);
  if (!report) return;
  hold_until_us_ = now + kPrmHoldUs / 4;  // there are several of them
  tell_below(packet, Prm{false, false, snr_code(link.snr_cdb())});
}

void Links::on_prm_below(const Packet& packet) {
  const auto prm = decode_prm(packet.payload);
  if (!prm) {
    ++core_.counters.malformed;
    return;
  }
  ++core_.counters.rx_control;
  if (prm->response || packet.lnid == kBroadcastLnid) return;
  LinkQuality& link = below_.at(key(packet));
  link.reported(prm->snr_code);
  tell_below(packet, Prm{true, false, snr_code(link.snr_cdb())});
}

Scheme Links::scheme_below(const Packet& packet) {
  const LinkQuality* link = packet.lnid == kBroadcastLnid ? nullptr : below_.find(key(packet));
  return link == nullptr ? Scheme::dbpsk_f : link->scheme();
}

void KeepAlive::clear() {
  until_us_ = kNoDeadline;
  received_ = sent_ = 0;
}

void KeepAlive::stay(std::uint8_t time_code) {
  time_code_ = time_code;
  stay_longer();
}

bool KeepAlive::on_alv(Bytes payload) {
  const auto alv = decode_alv(payload);
  if (!alv) {
    ++core_.counters.malformed;
    return false;
  }
  stay(alv->time_code);
  received_ = (received_ + 1) & 7;
  sent_ = (sent_ + 1) & 7;
  core_.tell(ControlType::alv, Alv{received_, sent_, alv->time_code, core_.lsid});
  return true;
}

}  // namespace meter::fw::prime
