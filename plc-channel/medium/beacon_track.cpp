// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon_track.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "plc-channel/channel/noise.hpp"

namespace plc {

namespace {

constexpr double kSure = 1e-15;  // odds that small count as none
constexpr unsigned kAnyNumber = 0xFFFFFFFFu;
constexpr std::int64_t kForEver = std::int64_t{1} << 62;

// How many go the usual way before one goes the other, of probability `other`.
std::int64_t usual_ones(double other, double uniform, std::int64_t most) {
  if (other <= kSure) return most;
  // log(1 - p) by its series where 1 - p has no digits left.
  const double log_usual = other < 1e-6 ? -other * (1 + 0.5 * other) : kernel::det_log(1 - other);
  const double n = kernel::det_log(uniform) / log_usual;
  return n < static_cast<double>(most) ? static_cast<std::int64_t>(n) : most;
}

}  // namespace

void BeaconTrack::retime(const BeaconTimeline& line, kernel::TimeNs from) {
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
  if (silent_) return stretch_ = {kForEver, kForEver, false};
  const kernel::TimeNs start = line_.start(next_);
  const std::int64_t end =
      std::max(next_ + 1, line_.first_from((noise_epoch(start) + 1) * kNoiseEpochNs));
  const double loss = loss_->beacon_loss(source_, at_, start);
  const bool good = loss <= 0.5;
  const std::uint64_t index = static_cast<std::uint64_t>(start / kSymbolNs) << 12 | source_;
  const auto words = kernel::philox4x32(loss_->beacon_seed(), (loss_->network() << 12) | at_,
                                        kernel::kPurposePlcBeacon, index);
  const std::uint64_t high = words[0];
  const double uniform =
      (static_cast<double>(((high << 32) | words[1]) >> 11) + 0.5) * (1.0 / 9007199254740992.0);
  const std::int64_t usual = usual_ones(good ? loss : 1 - loss, uniform, end - next_);
  return stretch_ = {next_ + usual, end, good};
}

void BeaconTrack::take_received(std::int64_t n) {
  if (!heard()) first_start_ = line_.start(next_);
  counts_.received += static_cast<std::uint32_t>(n);
  counts_.missed_between += counts_.missed_since;
  counts_.missed_since = 0;
  counts_.run = 0;
  last_start_ = line_.start(next_ + n - 1);
  last_sequence_ = line_.sequence(next_ + n - 1);
}

void BeaconTrack::take_misses(std::int64_t n) {
  counts_.missed += static_cast<std::uint32_t>(n);
  counts_.run += static_cast<std::uint32_t>(n);
  if (heard()) counts_.missed_since += static_cast<std::uint32_t>(n);
}

void BeaconTrack::take(std::int64_t to, unsigned most_misses) {
  const Stretch& s = stretch();
  const bool turned = next_ == s.turn;
  const bool receives = s.received != turned;
  std::int64_t n = turned ? 1 : std::min({s.turn, s.end, to}) - next_;
  if (receives) {
    take_received(n);
  } else {
    n = std::min(n, std::int64_t{most_misses});
    take_misses(n);
  }
  next_ += n;
  if (turned || next_ == s.end) drawn_ = false;
}

void BeaconTrack::settle(kernel::TimeNs now) {
  // Beacons up to this one have ended.
  const std::int64_t to = line_.first_from(now - kBeaconNs + 1);
  while (next_ < to) take(to, kAnyNumber);
}

kernel::TimeNs BeaconTrack::find_received(kernel::TimeNs not_before, kernel::TimeNs horizon) const {
  BeaconTrack ahead = *this;
  const std::int64_t first = line_.first_from(not_before);
  const std::int64_t limit = line_.first_from(horizon);
  while (ahead.next_ < limit) {
    const std::int64_t from = ahead.next_;
    const std::uint32_t received = ahead.counts_.received;
    ahead.take(limit, kAnyNumber);
    const std::int64_t candidate = std::max(from, first);
    if (ahead.counts_.received > received && candidate < ahead.next_) {
      return line_.start(candidate) + kBeaconNs;
    }
  }
  return kernel::kNever;
}

kernel::TimeNs BeaconTrack::find_run(unsigned misses, kernel::TimeNs horizon) const {
  BeaconTrack ahead = *this;
  const std::int64_t limit = line_.first_from(horizon);
  while (ahead.counts_.run < misses && ahead.next_ < limit)
    ahead.take(limit, misses - ahead.counts_.run);
  return ahead.counts_.run >= misses ? line_.start(ahead.next_ - 1) + kBeaconNs : kernel::kNever;
}

}  // namespace plc
