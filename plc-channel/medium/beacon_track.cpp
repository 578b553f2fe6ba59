// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon_track.hpp"

#include <algorithm>

#include "plc-channel/channel/noise.hpp"
#include "sim/core/det_math.hpp"
#include "sim/core/philox.hpp"
#include "sim/core/purpose.hpp"

namespace plc {

namespace {

constexpr double kSure = 1e-15;  // odds that close to 0 or 1 count as that

// How many successes come before the next failure.
std::int64_t successes(double failure, double uniform, std::int64_t most) {
  if (failure >= 1 - kSure) return 0;
  if (failure <= kSure) return most;
  // log(1 - p) by its series where 1 - p has no digits left.
  const double log_success =
      failure < 1e-6 ? -failure * (1 + 0.5 * failure) : sim::det_log(1 - failure);
  const double n = sim::det_log(uniform) / log_success;
  return n < static_cast<double>(most) ? static_cast<std::int64_t>(n) : most;
}

}  // namespace

void BeaconTrack::retime(const BeaconTimeline& line, sim::TimeNs from) {
  if (line == line_) return;
  line_ = line;
  next_ = line.first_from(from);
  drawn_ = false;
}

void BeaconTrack::silence(bool silent) {
  if (silent_ == silent) return;
  silent_ = silent;
  drawn_ = false;
}

const BeaconTrack::Stretch& BeaconTrack::stretch() {
  if (drawn_) return stretch_;
  drawn_ = true;
  if (silent_) return stretch_ = {next_, next_ + 1};
  const sim::TimeNs start = line_.start(next_);
  stretch_.end = std::max(next_ + 1, line_.first_from((noise_epoch(start) + 1) * kNoiseEpochNs));
  const double loss = loss_->beacon_loss(source_, at_, start);
  const std::uint64_t index = static_cast<std::uint64_t>(start / kSymbolNs) << 12 | source_;
  const auto words = sim::philox4x32(loss_->beacon_seed(), (loss_->network() << 12) | at_,
                                     sim::kPurposePlcBeacon, index);
  const std::uint64_t high = words[0];
  const double uniform =
      (static_cast<double>(((high << 32) | words[1]) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
  stretch_.miss = next_ + successes(loss, uniform, stretch_.end - next_);
  return stretch_;
}

void BeaconTrack::take_received(std::int64_t n) {
  if (n == 0) return;
  if (received_ == 0) first_start_ = line_.start(next_);
  received_ += static_cast<std::uint64_t>(n);
  missed_between_ += pending_missed_;
  pending_missed_ = 0;
  run_ = 0;
  next_ += n;
  last_start_ = line_.start(next_ - 1);
  last_sequence_ = line_.sequence(next_ - 1);
  if (next_ == stretch_.end) drawn_ = false;
}

void BeaconTrack::take_miss() {
  ++missed_;
  ++run_;
  if (received_ > 0) ++pending_missed_;
  ++next_;
  drawn_ = false;
}

void BeaconTrack::settle(sim::TimeNs now) {
  // Beacons up to this one have ended.
  const std::int64_t to = line_.first_from(now - kBeaconNs + 1);
  while (next_ < to) {
    const Stretch& s = stretch();
    if (s.miss > next_) {
      take_received(std::min(s.miss, to) - next_);
    } else {
      take_miss();
    }
  }
}

sim::TimeNs BeaconTrack::find_received(sim::TimeNs not_before, sim::TimeNs horizon) const {
  BeaconTrack ahead = *this;
  const std::int64_t first = line_.first_from(not_before);
  const std::int64_t limit = line_.first_from(horizon);
  while (ahead.next_ < limit) {
    const Stretch& s = ahead.stretch();
    if (s.miss <= ahead.next_) {
      ahead.take_miss();
      continue;
    }
    const std::int64_t candidate = std::max(ahead.next_, first);
    if (candidate < std::min(s.miss, limit)) return line_.start(candidate) + kBeaconNs;
    ahead.take_received(std::min(s.miss, limit) - ahead.next_);
  }
  return sim::kNever;
}

sim::TimeNs BeaconTrack::find_run(unsigned misses, sim::TimeNs horizon) const {
  BeaconTrack ahead = *this;
  if (ahead.run_ >= misses) return line_.start(next_ - 1) + kBeaconNs;
  const std::int64_t limit = line_.first_from(horizon);
  while (ahead.next_ < limit) {
    const Stretch& s = ahead.stretch();
    if (s.miss > ahead.next_) {
      ahead.take_received(std::min(s.miss, limit) - ahead.next_);
      continue;
    }
    ahead.take_miss();
    if (ahead.run_ >= misses) return line_.start(ahead.next_ - 1) + kBeaconNs;
  }
  return sim::kNever;
}

}  // namespace plc
