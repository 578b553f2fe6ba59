// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Finding a switch, registering with the base node, keeping the registration.
#include <algorithm>

#include "meter/fw/prime/inside.hpp"

namespace meter::fw::prime {

using namespace protocol::prime;

namespace {

// A street that gets its supply back searches at the same time: what follows is spread. With the
// search it stays inside the range of PIB 0010h, 16 .. 32 s.
constexpr std::int64_t kSearchSpreadUs = 8'000'000;
constexpr std::int64_t kRetrySpreadUs = 3'000'000;
// After the first beacon of a source, long enough to hear a few more of a base node.
constexpr std::int64_t kListenUs = 3'000'000;
constexpr std::int64_t kPromotionPduSpreadUs = 1'000'000;
// Nobody answers: ask less often.
constexpr std::uint32_t kPromotionPdusPatient = 24;
constexpr std::int64_t kPromotionPduSlowUs = 15'000'000;
// With no better switch in reach for this long, a poor one is tried.
constexpr std::int64_t kDesperateUs = 90'000'000;

constexpr int kUnfit = -1;
constexpr std::size_t kSources = 16;
constexpr int kAvoidCost = 64;  // more than two hops; less than not at all

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

void ServiceNode::search_again() {
  phase_ = Phase::searching;
  ++counters_.searches;
  stop_switching();
  close_connection(true);
  end_broadcast();
  connect_at_us_ = alive_until_us_ = kNoDeadline;
  connecting_ = false;
  lnid_ = kBroadcastLnid;
  tries_ = 0;
  promotion_pdus_ = 0;
  ignoring_ = false;
  alv_received_ = alv_sent_ = 0;
  transmitter_.clear();
  data_queued_ = false;
  modem_.watch(nullptr);
  modem_.set_filter({});
  modem_.search(true);
  searching_since_us_ = now_us();
  procedure_at_us_ = searching_since_us_ + kMinSwitchSearchUs + random_us(kSearchSpreadUs);
}

// Lower is better; kUnfit: not to be used.
int ServiceNode::rate(const HeardBeacon& heard, bool desperate) const {
  const auto beacon = decode_beacon(heard.mpdu);
  if (!beacon) return kUnfit;
  const std::uint32_t all = heard.received + heard.missed;
  const bool good =
      heard.snr_cdb >= kDbpskFSnrCdb + kStayMarginCdb && heard.received * 4 >= all * 3;
  const bool poor = heard.received >= 2 && heard.received * 2 >= all;
  if (!good && !(desperate && poor)) return kUnfit;
  LinkQuality link;
  link.heard(heard.snr_cdb);
  int cost = (beacon->up_cost + beacon->down_cost) / 2 + hop_cost(link.scheme());
  if (beacon->sid == avoided_sid_) {  // rather ask for a new switch, for a while
    if (!desperate) return kUnfit;
    cost += kAvoidCost;
  }
  return good ? cost : cost + kAvoidCost;
}

void ServiceNode::choose_switch() {
  std::array<HeardBeacon, kSources> sources;
  const std::size_t n = modem_.heard(sources);
  const bool desperate = now_us() - searching_since_us_ >= kDesperateUs;
  const HeardBeacon* best = nullptr;
  int best_cost = 0;
  for (const HeardBeacon& heard : std::span(sources).first(std::min(n, kSources))) {
    const int cost = rate(heard, desperate);
    if (cost == kUnfit) continue;
    const bool better =
        best == nullptr || cost < best_cost || (cost == best_cost && heard.snr_cdb > best->snr_cdb);
    if (better) best = &heard, best_cost = cost;
  }
  if (best == nullptr) {
    send_promotion_needed();
    return;
  }
  adopt(*best, *decode_beacon(best->mpdu));
}

void ServiceNode::send_promotion_needed() {
  std::array<std::uint8_t, kPromotionNeededOctets> mpdu;
  protocol::Writer out(mpdu);
  encode(PromotionNeeded{PromotionNeeded::kAnySna, config_.eui48}, out);
  FrameOptions options;
  options.priority = kControlPriority;
  if (transmitter_.push(out.written(), options)) ++promotion_pdus_;
  const std::int64_t pause_us = promotion_pdus_ < kPromotionPdusPatient
                                    ? kPromotionPduPeriodUs / kMaxPromotionPdu
                                    : kPromotionPduSlowUs;
  procedure_at_us_ = now_us() + pause_us + random_us(kPromotionPduSpreadUs);
}

void ServiceNode::on_beacon(const HeardBeacon& heard) {
  const Inside inside(*this);
  const auto beacon = decode_beacon(heard.mpdu);
  if (!beacon) {
    ++counters_.malformed;
    return;
  }
  if (phase_ == Phase::searching) {
    const std::int64_t earliest_us =
        std::max(now_us() + kListenUs, searching_since_us_ + kMinSwitchSearchUs);
    if (promotion_pdus_ > 0) procedure_at_us_ = std::min(procedure_at_us_, earliest_us);
    return;
  }
  if (phase_ == Phase::off || beacon->sna != sna_ || beacon->sid != sid_) return;
  if (beacon->level != level_) {  // it moved in the tree; so did every path through it
    search_again();
    return;
  }
  follow(heard.mpdu, *beacon);
}

void ServiceNode::on_beacon_lost() {
  const Inside inside(*this);
  if (phase_ != Phase::registering && phase_ != Phase::registered) return;
  ++counters_.beacons_lost;
  search_again();
}

void ServiceNode::follow(const BeaconMpdu& mpdu, const Beacon& beacon) {
  beacon_ = beacon;
  transmitter_.set_period(beacon.beacon_slots, beacon.cfp_symbols);
  const BeaconWatch watch{mpdu, kMissedBeacons};
  modem_.watch(&watch);
  publish_beacon();  // ours repeats part of it
}

void ServiceNode::adopt(const HeardBeacon& heard, const Beacon& beacon) {
  modem_.search(false);
  transmitter_.clear();  // a PNPDU that still waits
  sna_ = beacon.sna;
  network_ = NetworkSeed(sna_);
  sid_ = beacon.sid;
  level_ = beacon.level;
  lnid_ = kBroadcastLnid;
  uplink_ = {};
  uplink_.heard(heard.snr_cdb);
  follow(heard.mpdu, beacon);
  phase_ = Phase::registering;
  tries_ = 0;
  set_filter();
  request_registration();
}

void ServiceNode::request_registration() {
  if (tries_++ == kMaxCtlReTx) {
    avoided_sid_ = sid_;
    search_again();
    return;
  }
  Reg reg;
  reg.capabilities = kCapabilities;
  reg.eui48 = config_.eui48;
  send_control(ControlType::reg, reg);
  procedure_at_us_ = now_us() + kCtlReTxTimerUs + random_us(kRetrySpreadUs);
}

void ServiceNode::set_filter() {
  std::array<FilterRule, kMaxFilterRules> rules;
  std::size_t n = 0;
  const auto add = [&](std::uint64_t mask, std::uint64_t value) {
    if (n < rules.size()) rules[n++] = {mask | kTypeMask, value};
  };
  const std::uint64_t direction = kDown | kLevelMask;
  const std::uint64_t ours = kDown | level_value(level_);
  add(direction | kLnidMask, ours | lnid_value(kBroadcastLnid));
  if (phase_ == Phase::registering) {
    add(direction | kControlMask | kSidMask,
        ours | control_value(ControlType::reg) | sid_value(sid_));
  } else {
    add(direction | kSidMask | kLnidMask, ours | sid_value(sid_) | lnid_value(lnid_));
    if (lsid_ == kNoSid) {
      add(0, kPromotionNeededType);
    } else {
      add(kSidMask, sid_value(lsid_));
      for (unsigned sid = 0; sid < 256; ++sid) {
        if (!is_below(static_cast<std::uint8_t>(sid))) continue;
        // No rule left: hear everything and sort it here.
        if (n + 1 == rules.size()) add(0, 0);
        add(kSidMask, sid_value(static_cast<std::uint8_t>(sid)));
      }
    }
  }
  modem_.set_filter(std::span(rules).first(n));
}

void ServiceNode::on_reg(const Packet& packet) {
  const auto reg = decode_reg(packet.payload);
  if (!reg) {
    ++counters_.malformed;
    return;
  }
  if (reg->eui48 != config_.eui48) {
    ++counters_.not_for_us;
    return;
  }
  switch (reg_message(true, packet.lnid, *reg)) {
    case RegMessage::response:
      on_reg_response(packet, *reg);
      return;
    case RegMessage::reject:
      if (phase_ != Phase::registering) return;
      ++counters_.rejected;
      avoided_sid_ = sid_;
      search_again();
      return;
    case RegMessage::unregister: {
      if (phase_ != Phase::registered) return;
      Reg answer;
      answer.negative = true;
      answer.eui48 = config_.eui48;
      const auto lnid = lnid_;
      search_again();
      // The last word of the old registration, without frame time.
      std::array<std::uint8_t, 16> payload;
      protocol::Writer out(payload);
      encode(answer, out);
      push_control(ControlType::reg, false, sid_, lnid, out.written());
      return;
    }
    default:
      return;
  }
}

void ServiceNode::on_reg_response(const Packet& packet, const Reg& reg) {
  const bool again = phase_ == Phase::registered && lnid_ == packet.lnid;
  if (phase_ == Phase::registered && !again) return;  // not ours any more: the base node will see
  lnid_ = packet.lnid;
  stay_alive(reg.time_code);
  Reg answer;
  answer.robust = true;
  answer.capabilities = kCapabilities;
  answer.time_code = reg.time_code;
  answer.eui48 = config_.eui48;
  send_control(ControlType::reg, answer);
  if (again) return;
  phase_ = Phase::registered;
  ++counters_.registrations;
  avoided_sid_ = kNoSid;
  procedure_at_us_ = kNoDeadline;
  set_filter();
  connect_in(0, kRetrySpreadUs);
}

void ServiceNode::stay_alive(unsigned time_code) {
  alive_span_us_ = keep_alive_us(time_code);
  alive_until_us_ = now_us() + alive_span_us_;
}

void ServiceNode::on_alv(Bytes payload) {
  const auto alv = decode_alv(payload);
  if (!alv) {
    ++counters_.malformed;
    return;
  }
  stay_alive(alv->time_code);
  alv_received_ = (alv_received_ + 1) & 7;
  alv_sent_ = (alv_sent_ + 1) & 7;
  send_control(ControlType::alv, Alv{alv_received_, alv_sent_, alv->time_code, lsid_});
  forget_silent_below();
}

}  // namespace meter::fw::prime
