// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Promotion to a switch, and repeating for the nodes below.
#include <algorithm>

#include "meter/fw/prime/inside.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

// Between two PRO_REQ_S, and after the base node said no.
constexpr std::int64_t kAskAgainUs = kCtlReTxTimerUs;
constexpr std::int64_t kRejectedUs = 60'000'000;
// Whoever hears a PNPDU this well ignores fewer of them: the better neighbour comes first.
constexpr std::int32_t kStrongCdb = kD8pskFSnrCdb + kStayMarginCdb;
constexpr std::uint8_t kDeepest = 62;  // HDR.LEVEL has six bits

}  // namespace

void ServiceNode::on_promotion_needed(const ReceivedFrame& frame) {
  const auto pdu = decode_promotion_needed(frame.mpdu);
  if (!pdu) {
    ++(pdu.error() == protocol::Error::bad_checksum ? counters_.bad_checksum : counters_.malformed);
    return;
  }
  const bool ours = pdu->wanted == PromotionNeeded::kAnySna || pdu->wanted == sna_;
  const bool usable = frame.snr_cdb >= kDbpskFSnrCdb + kStayMarginCdb;
  if (state() != NodeState::terminal || !ours || !usable || level_ >= kDeepest ||
      pdu->sender == config_.eui48 || now_us() < promotion_hold_until_us_) {
    ++counters_.not_for_us;
    return;
  }
  if (!ignoring_) {
    ignoring_ = true;
    const bool strong = frame.snr_cdb >= kStrongCdb;
    ignore_left_ = static_cast<std::uint8_t>(strong ? owner_.random() % 2
                                                    : 1 + owner_.random() % kMaxPrnIgnore);
  }
  if (ignore_left_ > 0) {
    --ignore_left_;
    return;
  }
  ignoring_ = false;
  request_promotion(pdu->sender, frame.snr_cdb);
}

void ServiceNode::request_promotion(const Eui48& needed_by, std::int32_t snr_cdb) {
  Pro pro;
  pro.quality = snr_code(snr_cdb);
  pro.nsid = kNoSid;
  pro.long_form = true;
  pro.needed_by = needed_by;
  pro.up_cost = beacon_cost(beacon_.up_cost);
  pro.down_cost = beacon_cost(beacon_.down_cost);
  pro.switch_capabilities = kSwitchCapabilities;
  promotion_hold_until_us_ = now_us() + kAskAgainUs;
  send_control(ControlType::pro, pro);
}

std::uint8_t ServiceNode::beacon_cost(std::uint8_t above) const {
  return static_cast<std::uint8_t>(std::min(255, above + hop_cost(uplink_.scheme())));
}

void ServiceNode::on_pro(Bytes payload) {
  const auto pro = decode_pro(payload);
  if (!pro) {
    ++counters_.malformed;
    return;
  }
  if (!pro->negative) {
    if (pro->nsid == kNoSid || pro->nsid == kBaseSid || pro->nsid == sid_) {
      ++counters_.malformed;
      return;
    }
    if (lsid_ != pro->nsid) become_switch(pro->nsid);
    stay_alive(pro->time_code);
    Pro answer;
    answer.time_code = pro->time_code;
    answer.nsid = lsid_;
    send_control(ControlType::pro, answer);
    return;
  }
  if (pro->nsid == kNoSid) {  // PRO_REJ
    promotion_hold_until_us_ = now_us() + kRejectedUs;
    return;
  }
  // PRO_DEM_B: a question, or the answer to ours.
  const bool asked = demoting_ && pro->nsid == demoted_lsid_;
  demoting_ = false;
  if (pro->nsid == lsid_) stop_switching();
  if (asked) return;
  Pro answer;
  answer.negative = true;
  answer.nsid = pro->nsid;
  send_control(ControlType::pro, answer);
}

void ServiceNode::demote() {
  if (lsid_ == kNoSid) return;
  const Inside inside(*this);
  demoting_ = true;
  demoted_lsid_ = lsid_;
  Pro pro;
  pro.negative = true;
  pro.nsid = lsid_;
  send_control(ControlType::pro, pro);
  stop_switching();
}

void ServiceNode::become_switch(std::uint8_t lsid) {
  stop_switching();
  lsid_ = lsid;
  below_look_us_ = now_us() + alive_span_us_;
  ++counters_.promotions;
  set_filter();
}

void ServiceNode::stop_switching() {
  if (lsid_ == kNoSid) return;
  lsid_ = kNoSid;
  has_slot_ = false;
  below_.fill(0);
  below_heard_.fill(0);
  below_table_.clear();
  promotion_hold_until_us_ = now_us() + kRejectedUs;
  modem_.set_beacon(nullptr);
  if (phase_ == Phase::registered) set_filter();
}

void ServiceNode::on_bsi(Bytes payload) {
  const auto bsi = decode_bsi(payload);
  if (!bsi || lsid_ == kNoSid) {
    ++counters_.malformed;
    return;
  }
  slot_ = *bsi;
  has_slot_ = true;
  publish_beacon();
  send_control(ControlType::bsi, *bsi);
}

// Our beacon repeats the frame's structure as our own switch tells it. A slot that does not exist
// yet waits for the beacon that makes room for it.
void ServiceNode::publish_beacon() {
  if (lsid_ == kNoSid || !has_slot_) return;
  if (slot_.slot >= beacon_.beacon_slots) {
    modem_.set_beacon(nullptr);
    return;
  }
  Beacon beacon = beacon_;
  beacon.quality = std::min(beacon_.quality, snr_code(uplink_.snr_cdb()));
  beacon.sid = lsid_;
  beacon.slot = slot_.slot;
  beacon.level = static_cast<std::uint8_t>(level_ + 1);
  beacon.sequence = 0;
  beacon.frequency_code = slot_.frequency_code;
  beacon.up_cost = beacon_cost(beacon_.up_cost);
  beacon.down_cost = beacon_cost(beacon_.down_cost);
  BeaconPlan plan;
  plan.mpdu = encode(beacon);
  plan.sequence_offset = slot_.sequence & ((1u << slot_.frequency_code) - 1);
  modem_.set_beacon(&plan);
}

bool ServiceNode::is_below(std::uint8_t sid) const {
  if (lsid_ == kNoSid) return false;
  return sid == lsid_ || (below_[sid / 32] >> (sid % 32) & 1) != 0;
}

// Switches below us come and go by PRO; their keep-alives heal what we missed of it.
void ServiceNode::learn_below(const Packet& packet) {
  if (!packet.control) return;
  std::uint8_t sid = kNoSid;
  bool gone = false;
  if (packet.lcid == static_cast<unsigned>(ControlType::pro)) {
    const auto pro = decode_pro(packet.payload);
    if (!pro) return;
    sid = pro->nsid;
    gone = pro->negative;
  } else if (packet.lcid == static_cast<unsigned>(ControlType::alv)) {
    const auto alv = decode_alv(packet.payload);
    if (!alv) return;
    sid = alv->ssid;
  }
  if (sid == kNoSid || sid == kBaseSid || sid == lsid_ || sid == sid_) return;
  const std::uint32_t bit = 1u << (sid % 32);
  std::uint32_t& word = below_[sid / 32];
  if (!gone) below_heard_[sid / 32] |= bit;
  if (((word & bit) != 0) == !gone) return;
  word = gone ? word & ~bit : word | bit;
  set_filter();
}

// A switch that kept silent for a whole keep-alive window is registered no more, at least not
// through us. Looked at with our own keep-alive, so that no timer runs for it.
void ServiceNode::forget_silent_below() {
  const std::int64_t now = now_us();
  if (lsid_ == kNoSid || now < below_look_us_) return;
  below_look_us_ = now + alive_span_us_;
  const SidSet before = below_;
  for (std::size_t i = 0; i < below_.size(); ++i) below_[i] &= below_heard_[i];
  below_heard_.fill(0);
  if (below_ != before) set_filter();
}

std::uint32_t ServiceNode::neighbour_key(const Packet& packet) const {
  // Through a switch below us: one neighbour for all behind it.
  const std::uint32_t lnid = packet.sid == lsid_ ? packet.lnid : kSwitchLnid;
  return static_cast<std::uint32_t>(packet.sid) << 14 | lnid;
}

void ServiceNode::repeat(const ReceivedFrame& received, bool down, const Packet& packet) {
  const Bytes mpdu = received.mpdu;
  std::array<std::uint8_t, kMaxFrameOctets> copy;
  if (mpdu.size() > copy.size()) {
    ++counters_.repeat_dropped;
    return;
  }
  std::copy(mpdu.begin(), mpdu.end(), copy.begin());
  const MutableBytes frame = MutableBytes(copy).first(mpdu.size());
  set_level(frame, static_cast<std::uint8_t>(down ? level_ + 1 : level_), network_);
  FrameOptions options;
  options.priority = packet.priority;
  if (!packet.control) {
    const LinkQuality* below =
        down && packet.lnid != kBroadcastLnid ? below_table_.find(neighbour_key(packet)) : nullptr;
    if (!down) {
      options.scheme = uplink_.scheme();
    } else if (below != nullptr) {
      options.scheme = below->scheme();
    }
  }
  // Noise at the far end does not show in what we hear of it. Who repeats a packet because it was
  // not acknowledged sends it slower; so must we, or it fails at the second hop for ever.
  if (is_coded(received.scheme)) options.scheme = std::min(options.scheme, received.scheme);
  if (!transmitter_.push(frame, options)) {
    ++counters_.repeat_dropped;
    return;
  }
  ++(down ? counters_.repeated_down : counters_.repeated_up);
}

}  // namespace meter::fw::prime
