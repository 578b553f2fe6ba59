// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/station_modem.hpp"

#include <algorithm>

#include "plc-channel/medium/medium.hpp"

namespace plc {

namespace prime = protocol::prime;

StationModem::StationModem(Medium& medium, StationId station, kernel::EntityId id)
    : medium_(medium),
      sender_(medium, station),
      listener_(medium, sender_, id),
      frame_timer_(medium.agenda(), *this, id, kFrameEnd) {}

// ---- Supply ----

void StationModem::power(bool on) {
  if (on == powered_) return;
  const kernel::TimeNs now = medium_.agenda().now();
  if (on) {
    powered_ = true;
    powered_since_ = now;
    return;
  }
  listener_.settle(now);
  powered_ = false;
  if (last_.end > now) {
    last_.end = now;
    medium_.truncate(last_);
  }
  forget();
}

void StationModem::forget() {
  frame_timer_.disarm();
  n_rules_ = 0;
  sender_.forget_plan();
  listener_.forget();
}

// ---- Frames ----

bool StationModem::send(protocol::Bytes mpdu, Scheme scheme, unsigned level) {
  const kernel::TimeNs now = medium_.agenda().now();
  OnAir beacon;
  const bool possible = powered_ && last_.end <= now && !sender_.beacon_in(now, now + 1, beacon) &&
                        prime::is_scheme(static_cast<std::uint8_t>(scheme)) && !mpdu.empty() &&
                        mpdu.size() <= prime::max_mpdu_octets(scheme) && level <= kMaxLevel;
  if (!possible) {
    medium_.refuse();
    return false;
  }
  mpdu_.assign(mpdu.begin(), mpdu.end());
  last_ = {0,
           station(),
           scheme,
           level,
           mpdu.size() > prime::kHeaderMpduOctets ? prime::payload_symbols(mpdu.size(), scheme) : 0,
           now,
           now + prime::airtime_us(mpdu.size(), scheme) * kernel::kNsPerUs};
  medium_.begin(last_, mpdu_);
  frame_timer_.arm(last_.end);
  return true;
}

bool StationModem::busy() {
  const kernel::TimeNs now = medium_.agenda().now();
  OnAir beacon;
  if (last_.end > now || sender_.beacon_in(now, now + 1, beacon)) return true;
  return powered_ && medium_.carrier(station(), now);
}

void StationModem::set_filter(std::span<const prime::FilterRule> rules) {
  n_rules_ = 0;
  if (!powered_) return;
  for (const prime::FilterRule& rule : rules) {
    if (n_rules_ < rules_.size()) rules_[n_rules_++] = {rule.mask, rule.value & rule.mask};
  }
}

void StationModem::on_time(kernel::TimeNs, std::uint32_t) { medium_.end(last_, mpdu_); }

// ---- Beacons ----

std::int64_t StationModem::now_us() { return listener_.clock().us_at(medium_.agenda().now()); }

void StationModem::watch(const prime::BeaconWatch* watch) {
  listener_.watch(powered_ ? watch : nullptr);
}

bool StationModem::frame_time(prime::FrameTime& out) {
  BeaconTimeline line;
  if (sender_.plan() != nullptr && sender_.plan()->own_time) {
    line.epoch = sender_.plan()->epoch;
  } else if (listener_.watched() != nullptr) {
    line = *listener_.watched();
  } else {
    return false;
  }
  const Frame frame = line.frame_at(medium_.agenda().now());
  out = {listener_.clock().us_at(frame.start), frame.sequence};
  return true;
}

void StationModem::set_beacon(const prime::BeaconPlan* plan) {
  sender_.set_plan(powered_ ? plan : nullptr, listener_.clock());
  sender_.update(listener_.watched());
}

}  // namespace plc
