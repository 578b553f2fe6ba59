// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/prime/registration.hpp"

#include <algorithm>

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
// Nobody answers: ask less often, half as often after each further few.
constexpr std::uint32_t kPromotionPdusPatient = 24;
constexpr std::uint32_t kPromotionPdusSlow = 16;
constexpr std::uint32_t kMostDoublings = 4;  // 4 min
constexpr std::int64_t kPromotionPduSlowUs = 15'000'000;
// With no better switch in reach for this long, a poor one is tried.
constexpr std::int64_t kDesperateUs = 90'000'000;

constexpr int kUnfit = -1;
constexpr std::size_t kSources = 16;
constexpr int kAvoidCost = 64;  // more than two hops; less than not at all

}  // namespace

void Registration::end_all(bool tell) {
  switching_.stop();
  connection_.end(tell);
  broadcasts_.end();
  keep_alive_.clear();
  core_.transmitter.clear();
  core_.modem.watch(nullptr);
}

void Registration::search() {
  core_.phase = Phase::searching;
  ++core_.counters.searches;
  end_all(true);
  switching_.clear_requests();
  core_.lnid = kBroadcastLnid;
  tries_ = 0;
  promotion_pdus_ = 0;
  core_.modem.set_filter({});
  core_.modem.search(true);
  searching_since_us_ = core_.now_us();
  at_us_ = searching_since_us_ + kMinSwitchSearchUs + core_.random_us(kSearchSpreadUs);
}

void Registration::leave_path() {
  avoided_sid_ = core_.sid;
  search();
}

void Registration::stop() {
  core_.phase = Phase::off;
  at_us_ = kNoDeadline;
  end_all(false);
  core_.modem.search(false);
  core_.modem.set_filter({});
}

void Registration::on_time() {
  at_us_ = kNoDeadline;
  if (core_.phase == Phase::searching) {
    choose_switch();
  } else if (core_.phase == Phase::registering) {
    request();
  }
}

// Lower is better; kUnfit: not to be used.
int Registration::rate(const HeardBeacon& heard, bool desperate) const {
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

void Registration::choose_switch() {
  std::array<HeardBeacon, kSources> sources;
  const std::size_t n = core_.modem.heard(sources);
  const bool desperate = core_.now_us() - searching_since_us_ >= kDesperateUs;
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

void Registration::send_promotion_needed() {
  std::array<std::uint8_t, kPromotionNeededOctets> mpdu;
  protocol::Writer out(mpdu);
  encode(PromotionNeeded{PromotionNeeded::kAnySna, core_.config.eui48}, out);
  FrameOptions options;
  options.priority = kControlPriority;
  if (core_.transmitter.push(out.written(), options)) ++promotion_pdus_;
  std::int64_t pause_us = kPromotionPduPeriodUs / kMaxPromotionPdu;
  if (promotion_pdus_ >= kPromotionPdusPatient) {
    const std::uint32_t doublings = (promotion_pdus_ - kPromotionPdusPatient) / kPromotionPdusSlow;
    pause_us = kPromotionPduSlowUs << std::min(doublings, kMostDoublings);
  }
  at_us_ = core_.now_us() + pause_us + core_.random_us(kPromotionPduSpreadUs);
}

void Registration::on_beacon(const HeardBeacon& heard, const Beacon& beacon) {
  if (core_.phase == Phase::searching) {
    const std::int64_t earliest_us =
        std::max(core_.now_us() + kListenUs, searching_since_us_ + kMinSwitchSearchUs);
    if (promotion_pdus_ > 0) at_us_ = std::min(at_us_, earliest_us);
    return;
  }
  const bool ours = beacon.sna == core_.beacon.sna && beacon.sid == core_.sid;
  if (core_.phase == Phase::off || !ours) return;
  if (beacon.level != core_.level) return search();  // it moved in the tree; so did our path
  follow(heard.mpdu, beacon);
}

void Registration::follow(const BeaconMpdu& mpdu, const Beacon& beacon) {
  core_.beacon = beacon;
  core_.transmitter.set_period(beacon.beacon_slots, beacon.cfp_symbols);
  const BeaconWatch watch{mpdu, kMissedBeacons};
  core_.modem.watch(&watch);
  switching_.publish_beacon();  // ours repeats part of it
}

void Registration::adopt(const HeardBeacon& heard, const Beacon& beacon) {
  core_.modem.search(false);
  core_.transmitter.clear();  // a PNPDU that still waits
  core_.network = NetworkSeed(beacon.sna);
  core_.sid = beacon.sid;
  core_.level = beacon.level;
  core_.lnid = kBroadcastLnid;
  links_.restart(heard.snr_cdb);
  follow(heard.mpdu, beacon);
  core_.phase = Phase::registering;
  tries_ = 0;
  switching_.set_filter();
  request();
}

void Registration::request() {
  if (tries_++ == kMaxCtlReTx) return leave_path();
  Reg reg;
  reg.capabilities = kCapabilities;
  reg.eui48 = core_.config.eui48;
  core_.tell(ControlType::reg, reg);
  at_us_ = core_.now_us() + kCtlReTxTimerUs + core_.random_us(kRetrySpreadUs);
}

void Registration::on_reg(const Packet& packet) {
  const auto reg = decode_reg(packet.payload);
  if (!reg) {
    ++core_.counters.malformed;
    return;
  }
  if (reg->eui48 != core_.config.eui48) {
    ++core_.counters.not_for_us;
    return;
  }
  switch (reg_message(true, packet.lnid, *reg)) {
    case RegMessage::response:
      on_response(packet, *reg);
      return;
    case RegMessage::reject:
      if (core_.phase != Phase::registering) return;
      ++core_.counters.rejected;
      leave_path();
      return;
    case RegMessage::unregister:
      if (core_.phase == Phase::registered) on_unregister();
      return;
    case RegMessage::request:
    case RegMessage::ack:
      return;
  }
}

void Registration::on_unregister() {
  Reg answer;
  answer.negative = true;
  answer.eui48 = core_.config.eui48;
  const auto lnid = core_.lnid;
  search();
  // The last word of the old registration, without frame time.
  std::array<std::uint8_t, 16> payload;
  protocol::Writer out(payload);
  encode(answer, out);
  core_.push_control(ControlType::reg, false, core_.sid, lnid, out.written());
}

void Registration::on_response(const Packet& packet, const Reg& reg) {
  const bool again = core_.phase == Phase::registered && core_.lnid == packet.lnid;
  if (core_.phase == Phase::registered && !again)
    return;  // not ours any more: the base node will see
  core_.lnid = packet.lnid;
  keep_alive_.stay(reg.time_code);
  Reg answer;
  answer.robust = true;
  answer.capabilities = kCapabilities;
  answer.time_code = reg.time_code;
  answer.eui48 = core_.config.eui48;
  core_.tell(ControlType::reg, answer);
  if (again) return;
  core_.phase = Phase::registered;
  ++core_.counters.registrations;
  avoided_sid_ = kNoSid;
  at_us_ = kNoDeadline;
  switching_.set_filter();
  connection_.connect_soon();
}

}  // namespace meter::fw::prime
