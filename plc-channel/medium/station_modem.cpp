// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/station_modem.hpp"

#include <algorithm>

#include "plc-channel/medium/air.hpp"

namespace plc {

namespace prime = protocol::prime;

StationModem::StationModem(Air& air, StationId station, kernel::EntityId id)
    : air_(air),
      station_(station),
      frame_timer_(air.agenda(), *this, id, kFrameEnd),
      beacon_timer_(air.agenda(), *this, id, kBeacon) {}

// ---- Supply ----

void StationModem::power(bool on) {
  if (on == powered_) return;
  const kernel::TimeNs now = air_.agenda().now();
  if (on) {
    powered_ = true;
    powered_since_ = now;
    return;
  }
  settle(now);
  powered_ = false;
  if (last_.end > now) {
    last_.end = now;
    air_.truncate(last_);
  }
  forget();
}

void StationModem::forget() {
  frame_timer_.disarm();
  beacon_timer_.disarm();
  n_rules_ = 0;
  searching_ = false;
  found_.clear();
  end_watch();
  plan_.reset();
  update_emission();
}

// ---- Frames ----

bool StationModem::send(protocol::Bytes mpdu, Scheme scheme, unsigned level) {
  const kernel::TimeNs now = air_.agenda().now();
  OnAir beacon;
  const bool possible = powered_ && last_.end <= now && !beacon_in(now, now + 1, beacon) &&
                        prime::is_scheme(static_cast<std::uint8_t>(scheme)) && !mpdu.empty() &&
                        mpdu.size() <= prime::max_mpdu_octets(scheme) && level <= kMaxLevel;
  if (!possible) {
    ++air_.counters().refused;
    return false;
  }
  mpdu_.assign(mpdu.begin(), mpdu.end());
  last_ = {0,
           station_,
           scheme,
           level,
           mpdu.size() > prime::kHeaderMpduOctets ? prime::payload_symbols(mpdu.size(), scheme) : 0,
           now,
           now + prime::airtime_us(mpdu.size(), scheme) * kernel::kNsPerUs};
  air_.begin(last_, mpdu_);
  frame_timer_.arm(last_.end);
  return true;
}

bool StationModem::busy() {
  const kernel::TimeNs now = air_.agenda().now();
  OnAir beacon;
  if (last_.end > now || beacon_in(now, now + 1, beacon)) return true;
  return powered_ && air_.carrier(station_, now);
}

void StationModem::set_filter(std::span<const prime::FilterRule> rules) {
  n_rules_ = 0;
  if (!powered_) return;
  for (const prime::FilterRule& rule : rules) {
    if (n_rules_ < rules_.size()) rules_[n_rules_++] = {rule.mask, rule.value & rule.mask};
  }
}

void StationModem::on_time(kernel::TimeNs now, std::uint32_t what) {
  if (what == kFrameEnd) {
    air_.end(last_, mpdu_);
  } else {
    beacon_time(now);
  }
}

// ---- Own beacons ----

bool StationModem::frame_time(FrameTime& out) {
  const kernel::TimeNs now = air_.agenda().now();
  if (plan_ && plan_->own_time) {
    BeaconTimeline line;
    line.epoch = plan_->epoch;
    out = line.frame_at(now);
    return true;
  }
  if (!watch_) return false;
  out = watch_->track.line().frame_at(now);
  return true;
}

void StationModem::set_beacon(const BeaconPlan* plan) {
  plan_.reset();
  if (plan != nullptr && powered_) plan_ = *plan;
  update_emission();
}

void StationModem::update_emission() {
  const kernel::TimeNs now = air_.agenda().now();
  Emission next;
  if (plan_ && (plan_->own_time || watch_)) {
    next.plain = plain_beacon(plan_->mpdu);
    next.line.epoch = plan_->own_time ? plan_->epoch : watch_->track.line().epoch;
    next.active = read_timeline(next.plain, next.line);
    next.line.offset = plan_->sequence_offset % next.line.period;
    next.since = plan_->own_time ? std::max(now, plan_->epoch) : now;
  }
  const bool same =
      next.active == emission_.active &&
      (!next.active || (next.plain == emission_.plain && next.line == emission_.line));
  if (same) return;
  sent_ = beacons_sent(now);
  const Emission before = emission_;
  emission_ = next;
  if (emission_.active) beacon_start_ = emission_.line.start(emission_.line.first_from(now));
  air_.emission_changed(*this, before);
}

std::uint64_t StationModem::beacons_sent(kernel::TimeNs now) const {
  if (!emission_.active || now <= emission_.since) return sent_;
  const BeaconTimeline& line = emission_.line;
  return sent_ +
         static_cast<std::uint64_t>(line.first_from(now) - line.first_from(emission_.since));
}

bool StationModem::beacon_in(kernel::TimeNs from, kernel::TimeNs to, OnAir& out) const {
  if (!emission_.active) return false;
  const BeaconTimeline& line = emission_.line;
  // Nearly every question is about the same beacon as the one before; divisions cost more.
  const bool same = from < beacon_start_ + kBeaconNs &&
                    from >= beacon_start_ + kBeaconNs - line.period * kFrameNs;
  if (!same) beacon_start_ = line.start(line.first_from(from - kBeaconNs + 1));
  const kernel::TimeNs start = beacon_start_;
  if (start >= to || start < emission_.since) return false;
  constexpr std::uint64_t kBeaconDraw = std::uint64_t{1} << 63;
  out = {kBeaconDraw | static_cast<std::uint64_t>(start / kSymbolNs) << 12 | station_,
         station_,
         Scheme::dbpsk_f,
         0,
         prime::payload_symbols(prime::kBeaconOctets, Scheme::dbpsk_f),
         start,
         start + kBeaconNs};
  return true;
}

}  // namespace plc
