// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon.hpp"

#include <algorithm>

#include "plc-channel/medium/medium.hpp"
#include "protocol/prime/pdu.hpp"

namespace plc {
namespace prime = protocol::prime;

namespace {

constexpr std::size_t kSidAt = 1;
constexpr std::size_t kSequenceAt = 5;  // SEQ over FRQ
constexpr std::size_t kSnaAt = 6;
constexpr unsigned kSequenceShift = 3;
constexpr std::uint8_t kFrequencyMask = 7;

}  // namespace

Frame BeaconTimeline::frame_at(kernel::TimeNs at) const {
  const std::int64_t frame = floor_div(at - epoch, kFrameNs);
  return {epoch + frame * kFrameNs,
          static_cast<unsigned>(frame & std::int64_t{prime::kSuperframe - 1})};
}

unsigned BeaconTimeline::sequence(std::int64_t n) const {
  return static_cast<unsigned>((n * period + offset) & std::int64_t{prime::kSuperframe - 1});
}

BeaconMpdu stamped_beacon(const BeaconMpdu& mpdu, unsigned sequence) {
  BeaconMpdu out = mpdu;
  out[kSequenceAt] = static_cast<std::uint8_t>((sequence << kSequenceShift) |
                                               (mpdu[kSequenceAt] & kFrequencyMask));
  const protocol::Bytes covered =
      protocol::Bytes(out).first(prime::kBeaconOctets - prime::kCrcOctets);
  const std::uint32_t crc = prime::crc32(covered);
  for (std::size_t n = 0; n < prime::kCrcOctets; ++n) {
    out[covered.size() + n] = static_cast<std::uint8_t>(crc >> (24 - 8 * n));
  }
  return out;
}

BeaconMpdu plain_beacon(const BeaconMpdu& mpdu) { return stamped_beacon(mpdu, 0); }

bool same_source(const BeaconMpdu& a, const BeaconMpdu& b) {
  if (a[kSidAt] != b[kSidAt]) return false;
  for (std::size_t n = kSnaAt; n < kSnaAt + sizeof(prime::Sna); ++n) {
    if (a[n] != b[n]) return false;
  }
  return true;
}

bool read_timeline(const BeaconMpdu& plain, BeaconTimeline& out) {
  const auto beacon = prime::decode_beacon(plain);
  if (!beacon) return false;
  out.slot_ns = beacon->slot * kBeaconSlotNs;
  out.period = std::int64_t{1} << beacon->frequency_code;
  return true;
}

namespace prime = protocol::prime;

void BeaconSender::set_plan(const prime::BeaconPlan* plan, const Clock& clock) {
  plan_.reset();
  if (plan == nullptr) return;
  plan_ = {plan->mpdu, plan->own_time, plan->sequence_offset,
           plan->own_time ? clock.time_of(plan->epoch_us) : 0};
}

void BeaconSender::update(const BeaconTimeline* watched) {
  const kernel::TimeNs now = medium_.agenda().now();
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
  medium_.emission_changed(*this, before);
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
