// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/switching.hpp"

#include <algorithm>

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

// Between two PRO_REQ_S.
constexpr std::int64_t kAskAgainUs = kCtlReTxTimerUs;
// After the base node said no, and twice as long after each further no: where nobody can be served,
// all who hear a node that cries would else ask for ever. Engineering judgement.
constexpr std::int64_t kRejectedUs = 60'000'000;
constexpr unsigned kMostDoublings = 4;  // 16 min
// After another terminal's request for the same node: time for the base node to gather, choose and
// promote, and for the node to hear its new switch.
constexpr std::int64_t kAskedUs = 2 * kCtlReTxTimerUs;  // engineering judgement
// Whoever hears a PNPDU this well ignores fewer of them: the better neighbour comes first.
constexpr std::int32_t kStrongCdb = kD8pskFSnrCdb + kStayMarginCdb;
constexpr std::uint8_t kDeepest = 62;  // HDR.LEVEL has six bits

// Values and masks over the first eight octets, protocol/prime/modem.hpp: generic header 3, packet
// header 6 octets of which 5 and two bits are in reach.
constexpr std::uint64_t at_octet(std::uint64_t value, unsigned octet) {
  return value << (8 * (7 - octet));
}
constexpr std::uint64_t kTypeMask = at_octet(0x30, 0);
constexpr std::uint64_t kPromotionNeededType = at_octet(0x10, 0);
constexpr std::uint64_t kDown = at_octet(0x40, 1);
constexpr std::uint64_t kLevelMask = at_octet(0x3F, 1);
constexpr std::uint64_t kControlMask = at_octet(0x03, 3) | at_octet(0xFF, 4);  // C and LCID
constexpr std::uint64_t kSidMask = at_octet(0xFF, 5);
constexpr std::uint64_t kLnidMask = at_octet(0xFF, 6) | at_octet(0xFC, 7);

constexpr std::uint64_t level_value(unsigned level) { return at_octet(level & 0x3F, 1); }
constexpr std::uint64_t sid_value(std::uint8_t sid) { return at_octet(sid, 5); }
constexpr std::uint64_t lnid_value(std::uint16_t lnid) {
  return at_octet(lnid >> 6, 6) | at_octet((lnid & 0x3Fu) << 2, 7);
}
constexpr std::uint64_t control_value(ControlType type) {
  return at_octet(0x02, 3) | at_octet(static_cast<std::uint64_t>(type), 4);
}

}  // namespace

void Switching::clear_requests() {
  ignoring_ = false;
  rejections_ = 0;
  asked_.fill({});
}

bool Switching::is_asked_for(const Eui48& node) const {
  const std::int64_t now = core_.now_us();
  return std::any_of(asked_.begin(), asked_.end(),
                     [&](const Asked& one) { return one.node == node && now < one.until_us; });
}

void Switching::on_request_heard(Bytes payload) {
  const auto pro = decode_pro(payload);
  if (!pro || pro->negative || !pro->long_form || pro->nsid != kNoSid) return;
  auto place = std::find_if(asked_.begin(), asked_.end(),
                            [&](const Asked& one) { return one.node == pro->needed_by; });
  if (place == asked_.end()) {
    place = asked_.begin() + next_asked_;
    next_asked_ = static_cast<std::uint8_t>((next_asked_ + 1) % kAsked);
  }
  *place = {pro->needed_by, core_.now_us() + kAskedUs};
}

void Switching::on_promotion_needed(const ReceivedFrame& frame) {
  const auto pdu = decode_promotion_needed(frame.mpdu);
  if (!pdu) {
    ++(pdu.error() == protocol::Error::bad_checksum ? core_.counters.bad_checksum
                                                    : core_.counters.malformed);
    return;
  }
  const bool ours = pdu->wanted == PromotionNeeded::kAnySna || pdu->wanted == core_.beacon.sna;
  const bool usable = frame.snr_cdb >= kDbpskFSnrCdb + kStayMarginCdb;
  if (core_.state() != NodeState::terminal || !ours || !usable || core_.level >= kDeepest ||
      pdu->sender == core_.config.eui48 || core_.now_us() < hold_until_us_ ||
      is_asked_for(pdu->sender)) {
    ++core_.counters.not_for_us;
    return;
  }
  if (!ignoring_) {
    ignoring_ = true;
    const bool strong = frame.snr_cdb >= kStrongCdb;
    ignore_left_ = static_cast<std::uint8_t>(strong ? core_.owner.random() % 2
                                                    : 1 + core_.owner.random() % kMaxPrnIgnore);
  }
  if (ignore_left_ > 0) {
    --ignore_left_;
    return;
  }
  ignoring_ = false;
  request(pdu->sender, frame.snr_cdb);
}

void Switching::request(const Eui48& needed_by, std::int32_t snr_cdb) {
  Pro pro;
  pro.quality = snr_code(snr_cdb);
  pro.nsid = kNoSid;
  pro.long_form = true;
  pro.needed_by = needed_by;
  pro.up_cost = cost(core_.beacon.up_cost);
  pro.down_cost = cost(core_.beacon.down_cost);
  pro.switch_capabilities = kSwitchCapabilities;
  hold_until_us_ = core_.now_us() + kAskAgainUs;
  core_.tell(ControlType::pro, pro);
}

std::uint8_t Switching::cost(std::uint8_t above) const {
  return static_cast<std::uint8_t>(std::min(255, above + hop_cost(links_.uplink().scheme())));
}

void Switching::on_pro(Bytes payload) {
  const auto pro = decode_pro(payload);
  if (!pro) {
    ++core_.counters.malformed;
    return;
  }
  if (!pro->negative) return on_switch(*pro);
  if (pro->nsid != kNoSid) return on_demotion(pro->nsid);
  hold_until_us_ = core_.now_us() + (kRejectedUs << rejections_);  // PRO_REJ
  if (rejections_ < kMostDoublings) ++rejections_;
}

// PRO_REQ_B: we are to be a switch.
void Switching::on_switch(const Pro& pro) {
  if (pro.nsid == kNoSid || pro.nsid == kBaseSid || pro.nsid == core_.sid) {
    ++core_.counters.malformed;
    return;
  }
  if (core_.lsid != pro.nsid) become(pro.nsid);
  keep_alive_.stay(pro.time_code);
  Pro answer;
  answer.time_code = pro.time_code;
  answer.nsid = core_.lsid;
  core_.tell(ControlType::pro, answer);
}

// PRO_DEM_B: a question, or the answer to ours.
void Switching::on_demotion(std::uint8_t lsid) {
  const bool asked = demoting_lsid_ == lsid;
  demoting_lsid_ = kNoSid;
  if (lsid == core_.lsid) stop();
  if (asked) return;
  Pro answer;
  answer.negative = true;
  answer.nsid = lsid;
  core_.tell(ControlType::pro, answer);
}

void Switching::demote() {
  demoting_lsid_ = core_.lsid;
  Pro pro;
  pro.negative = true;
  pro.nsid = core_.lsid;
  core_.tell(ControlType::pro, pro);
  stop();
}

void Switching::become(std::uint8_t lsid) {
  stop();
  core_.lsid = lsid;
  rejections_ = 0;
  look_us_ = core_.now_us() + keep_alive_.span_us();
  ++core_.counters.promotions;
  set_filter();
}

void Switching::stop() {
  if (!core_.is_switch()) return;
  core_.lsid = kNoSid;
  has_slot_ = false;
  below_.fill(0);
  heard_.fill(0);
  links_.clear_below();
  hold_until_us_ = core_.now_us() + kRejectedUs;
  core_.modem.set_beacon(nullptr);
  if (core_.phase == Phase::registered) set_filter();
}

void Switching::on_bsi(Bytes payload) {
  const auto bsi = decode_bsi(payload);
  if (!bsi || !core_.is_switch()) {
    ++core_.counters.malformed;
    return;
  }
  slot_ = *bsi;
  has_slot_ = true;
  publish_beacon();
  core_.tell(ControlType::bsi, *bsi);
}

// Our beacon repeats the frame's structure as our own switch tells it. A slot that does not exist
// yet waits for the beacon that makes room for it.
void Switching::publish_beacon() {
  if (!core_.is_switch() || !has_slot_) return;
  if (slot_.slot >= core_.beacon.beacon_slots) {
    core_.modem.set_beacon(nullptr);
    return;
  }
  Beacon beacon = core_.beacon;
  beacon.quality = std::min(core_.beacon.quality, snr_code(links_.uplink().snr_cdb()));
  beacon.sid = core_.lsid;
  beacon.slot = slot_.slot;
  beacon.level = static_cast<std::uint8_t>(core_.level + 1);
  beacon.sequence = 0;
  beacon.frequency_code = slot_.frequency_code;
  beacon.up_cost = cost(core_.beacon.up_cost);
  beacon.down_cost = cost(core_.beacon.down_cost);
  BeaconPlan plan;
  plan.mpdu = encode(beacon);
  plan.sequence_offset = slot_.sequence & ((1u << slot_.frequency_code) - 1);
  core_.modem.set_beacon(&plan);
}

bool Switching::is_below(std::uint8_t sid) const {
  if (!core_.is_switch()) return false;
  return sid == core_.lsid || (below_[sid / 32] >> (sid % 32) & 1) != 0;
}

// Switches below us come and go by PRO; their keep-alives heal what we missed of it.
void Switching::learn(const Packet& packet) {
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
  if (sid == kNoSid || sid == kBaseSid || sid == core_.lsid || sid == core_.sid) return;
  const std::uint32_t bit = 1u << (sid % 32);
  std::uint32_t& word = below_[sid / 32];
  if (!gone) heard_[sid / 32] |= bit;
  if (((word & bit) != 0) == !gone) return;
  word = gone ? word & ~bit : word | bit;
  set_filter();
}

// A switch that kept silent for a whole keep-alive window is registered no more, at least not
// through us. Looked at with our own keep-alive, so that no timer runs for it.
void Switching::forget_silent() {
  const std::int64_t now = core_.now_us();
  if (!core_.is_switch() || now < look_us_) return;
  look_us_ = now + keep_alive_.span_us();
  const SidSet before = below_;
  for (std::size_t i = 0; i < below_.size(); ++i) below_[i] &= heard_[i];
  heard_.fill(0);
  if (below_ != before) set_filter();
}

void Switching::repeat(const ReceivedFrame& received, bool down, const Packet& packet) {
  const Bytes mpdu = received.mpdu;
  std::array<std::uint8_t, kMaxFrameOctets> copy;
  if (mpdu.size() > copy.size()) {
    ++core_.counters.repeat_dropped;
    return;
  }
  std::copy(mpdu.begin(), mpdu.end(), copy.begin());
  const MutableBytes frame = MutableBytes(copy).first(mpdu.size());
  set_level(frame, static_cast<std::uint8_t>(down ? core_.level + 1 : core_.level), core_.network);
  FrameOptions options;
  options.priority = packet.priority;
  if (!packet.control) {
    options.scheme = down ? links_.scheme_below(packet) : links_.uplink().scheme();
  }
  // Noise at the far end does not show in what we hear of it. Who repeats a packet because it was
  // not acknowledged sends it slower; so must we, or it fails at the second hop for ever.
  if (is_coded(received.scheme)) options.scheme = std::min(options.scheme, received.scheme);
  if (!core_.transmitter.push(frame, options)) {
    ++core_.counters.repeat_dropped;
    return;
  }
  ++(down ? core_.counters.repeated_down : core_.counters.repeated_up);
}

void Switching::set_filter() const {
  std::array<FilterRule, kMaxFilterRules> rules;
  std::size_t n = 0;
  const auto add = [&](std::uint64_t mask, std::uint64_t value) {
    if (n < rules.size()) rules[n++] = {mask | kTypeMask, value};
  };
  const std::uint64_t direction = kDown | kLevelMask;
  const std::uint64_t ours = kDown | level_value(core_.level);
  add(direction | kLnidMask, ours | lnid_value(kBroadcastLnid));
  if (core_.phase == Phase::registering) {
    add(direction | kControlMask | kSidMask,
        ours | control_value(ControlType::reg) | sid_value(core_.sid));
  } else {
    add(direction | kSidMask | kLnidMask, ours | sid_value(core_.sid) | lnid_value(core_.lnid));
    if (!core_.is_switch()) {
      add(0, kPromotionNeededType);
      add(kDown | kControlMask, control_value(ControlType::pro));
    } else {
      add(kSidMask, sid_value(core_.lsid));
      for (unsigned sid = 0; sid < 256; ++sid) {
        if (!is_below(static_cast<std::uint8_t>(sid))) continue;
        // No rule left: hear everything and sort it here.
        if (n + 1 == rules.size()) add(0, 0);
        add(kSidMask, sid_value(static_cast<std::uint8_t>(sid)));
      }
    }
  }
  core_.modem.set_filter(std::span(rules).first(n));
}

}  // namespace meter::fw::prime
