// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon_sender.hpp"

#include <algorithm>

#include "plc-channel/medium/air.hpp"

namespace plc {

namespace prime = protocol::prime;

void BeaconSender::set_plan(const prime::BeaconPlan* plan, const Clock& clock) {
  plan_.reset();
  if (plan == nullptr) return;
  plan_ = {plan->mpdu, plan->own_time, plan->sequence_offset,
           plan->own_time ? clock.time_of(plan->epoch_us) : 0};
}

void BeaconSender::update(const BeaconTimeline* watched) {
  const kernel::TimeNs now = air_.agenda().now();
  Emission next;
  if (plan_ && (plan_->own_time || watched != nullptr)) {
    next.plain = plain_beacon(plan_->mpdu);
    next.line.epoch = plan_->own_time ? plan_->epoch : watched->epoch;
    next.active = read_timeline(next.plain, next.line);
    next.line.offset = plan_->sequence_offset % next.line.period;
    next.since = plan_->own_time ? std::max(now, plan_->epoch) : now;
  }
  const bool same =
      next.active == emission_.active &&
      (!next.active || (next.plain == emission_.plain && next.line == emission_.line));
  if (same) return;
  sent_ = static_cast<std::uint32_t>(sent(now));
  const Emission before = emission_;
  emission_ = next;
  if (emission_.active) start_ = emission_.line.start(emission_.line.first_from(now));
  air_.emission_changed(*this, before);
}

std::uint64_t BeaconSender::sent(kernel::TimeNs now) const {
  if (!emission_.active || now <= emission_.since) return sent_;
  const BeaconTimeline& line = emission_.line;
  return sent_ +
         static_cast<std::uint64_t>(line.first_from(now) - line.first_from(emission_.since));
}

bool BeaconSender::beacon_in(kernel::TimeNs from, kernel::TimeNs to, OnAir& out) const {
  if (!emission_.active) return false;
  const BeaconTimeline& line = emission_.line;
  // Nearly every question is about the same beacon as the one before; divisions cost more.
  const bool same =
      from < start_ + kBeaconNs && from >= start_ + kBeaconNs - line.period * kFrameNs;
  if (!same) start_ = line.start(line.first_from(from - kBeaconNs + 1));
  const kernel::TimeNs start = start_;
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
