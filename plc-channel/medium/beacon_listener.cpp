// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/beacon_listener.hpp"

#include <algorithm>

#include "plc-channel/medium/medium.hpp"

namespace plc {

namespace prime = protocol::prime;

BeaconListener::BeaconListener(Medium& medium, BeaconSender& sender, kernel::EntityId id)
    : medium_(medium), sender_(sender), timer_(medium.agenda(), *this, id, kTimer) {}

void BeaconListener::forget() {
  timer_.disarm();
  searching_ = false;
  found_.clear();
  end_watch();
  sender_.update(nullptr);
}

// ---- Search ----

void BeaconListener::search(bool on) {
  const kernel::TimeNs now = medium_.agenda().now();
  found_.clear();
  searching_ = on;
  if (searching_) {
    for (const BeaconSender* source : medium_.emitters()) add_found(*source, now);
  }
  rearm();
}

void BeaconListener::add_found(const BeaconSender& source, kernel::TimeNs from) {
  if (&source == &sender_ || !medium_.audible(source.station(), station())) return;
  const Emission& emission = source.emission();
  std::erase_if(found_, [&](const Found& old) { return old.source == source.station(); });
  found_.push_back({BeaconTrack(medium_.reception(), source.station(), station(), emission.line,
                                std::max(from, emission.since)),
                    source.station(), emission.plain, emission.plain, from, false});
}

std::size_t BeaconListener::heard(std::span<prime::HeardBeacon> out) {
  settle(medium_.agenda().now());
  std::vector<const Found*> order;
  for (const Found& found : found_) {
    if (found.track.heard()) order.push_back(&found);
  }
  std::ranges::stable_sort(order, {},
                           [](const Found* found) { return found->track.first_start(); });
  const std::size_t n = std::min(out.size(), order.size());
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = heard_beacon(order[i]->track, order[i]->source, order[i]->last_plain);
  }
  return n;
}

prime::HeardBeacon BeaconListener::heard_beacon(const BeaconTrack& track, StationId source,
                                                const BeaconMpdu& plain) const {
  prime::HeardBeacon beacon;
  beacon.mpdu = stamped_beacon(plain, track.last_sequence());
  beacon.start_us = clock_->us_at(track.last_start());
  beacon.snr_cdb =
      to_centidecibels(medium_.channel().snr_db(source, station(), track.last_start()));
  beacon.received = track.received();
  beacon.missed = track.missed_between();
  return beacon;
}

// ---- Watch ----

void BeaconListener::watch(const prime::BeaconWatch* watch) {
  const kernel::TimeNs now = medium_.agenda().now();
  settle(now);
  if (watch != nullptr) {
    begin_watch(*watch);
  } else {
    end_watch();
  }
  sender_.update(watched());
  rearm();
}

void BeaconListener::end_watch() {
  if (!watch_) return;
  received_ += watch_->track.received();
  missed_ += watch_->track.missed();
  watch_.reset();
}

// Who sends these beacons now: exactly those rather than changed ones, then the strongest.
const BeaconSender* BeaconListener::find(const BeaconMpdu& plain) const {
  const BeaconSender* source = nullptr;
  const auto better = [&](const BeaconSender* a, const BeaconSender* b) {
    const bool exact_a = a->emission().plain == plain;
    const bool exact_b = b->emission().plain == plain;
    if (exact_a != exact_b) return exact_a;
    return medium_.channel().mean_snr_db(a->station(), station()) >
           medium_.channel().mean_snr_db(b->station(), station());
  };
  for (const BeaconSender* other : medium_.emitters()) {
    if (other == &sender_ || !same_source(other->emission().plain, plain)) continue;
    if (source == nullptr || better(other, source)) source = other;
  }
  return source;
}

void BeaconListener::begin_watch(const prime::BeaconWatch& watch) {
  const BeaconMpdu plain = plain_beacon(watch.mpdu);
  const bool known = watch_ && same_source(watch_->source_plain, plain);
  if (const BeaconSender* source = find(plain)) {
    watch_source(*source, known);
  } else if (!known) {
    watch_nobody(plain);
  }
  watch_->plain = plain;
  watch_->miss_limit = std::max(watch.miss_limit, 1u);
}

void BeaconListener::watch_source(const BeaconSender& source, bool known) {
  const kernel::TimeNs now = medium_.agenda().now();
  const Emission& emission = source.emission();
  const bool same = known && watch_->source == source.station() && !watch_->track.silent() &&
                    watch_->track.line() == emission.line;
  if (!same) {
    end_watch();
    watch_.emplace();
    watch_->source = source.station();
    watch_->track = BeaconTrack(medium_.reception(), source.station(), station(), emission.line,
                                std::max(now, emission.since));
    watch_->source_since = now;
  }
  watch_->source_plain = emission.plain;
}

// Nobody sends it any more: frame time as it was heard, and misses from now on.
void BeaconListener::watch_nobody(const BeaconMpdu& plain) {
  const kernel::TimeNs now = medium_.agenda().now();
  BeaconTimeline line{now, 0, 1, 0};
  StationId source = station();
  for (const Found& found : found_) {
    if (!same_source(found.last_plain, plain)) continue;
    line = found.track.line();
    source = found.source;
  }
  end_watch();
  watch_.emplace();
  watch_->source = source;
  watch_->source_plain = plain;
  watch_->track = BeaconTrack(medium_.reception(), source, station(), line, now);
  watch_->track.silence(true);
}

BeaconTrack BeaconListener::watched_until(kernel::TimeNs now) const {
  BeaconTrack track = watch_->track;
  track.settle(now);
  return track;
}

std::uint64_t BeaconListener::received(kernel::TimeNs now) const {
  return watch_ ? received_ + watched_until(now).received() : received_;
}

std::uint64_t BeaconListener::missed(kernel::TimeNs now) const {
  return watch_ ? missed_ + watched_until(now).missed() : missed_;
}

// ---- Time ----

void BeaconListener::settle(Found& found, kernel::TimeNs now) {
  found.track.settle(now);
  if (found.track.heard() && found.track.last_start() >= found.plain_since) {
    found.last_plain = found.plain;
  }
}

void BeaconListener::settle(kernel::TimeNs now) {
  for (Found& found : found_) {
    if (!found.track.silent()) settle(found, now);
  }
  if (watch_) watch_->track.settle(now);
}

void BeaconListener::rearm() {
  const kernel::TimeNs now = medium_.agenda().now();
  const kernel::TimeNs horizon = (noise_epoch(now) + 1) * kNoiseEpochNs;
  const bool eager = medium_.config().eager_beacons;
  kernel::TimeNs next = kernel::kNever;
  if (watch_) {
    const BeaconTrack& track = watch_->track;
    next = std::min(next, horizon);
    if (eager) next = std::min(next, track.next_end());
    // Also when eager: something may be due now that is judged already.
    const kernel::TimeNs lost = track.find_run(watch_->miss_limit, eager ? now : horizon);
    next = std::min(next, lost);
    if (watch_->stale() && !eager) {
      next = std::min(next, track.find_received(watch_->source_since, horizon));
    }
  }
  for (const Found& found : found_) {
    if (found.track.silent() || found.told) continue;
    next = std::min(next, horizon);
    next = std::min(next, found.track.heard() ? now
                          : eager             ? found.track.next_end()
                                  : found.track.find_received(found.plain_since, horizon));
  }
  timer_.arm(next);
}

void BeaconListener::on_time(kernel::TimeNs now, std::uint32_t) {
  settle(now);
  watch_time(now);
  while (search_time()) {
  }
  rearm();
}

void BeaconListener::watch_time(kernel::TimeNs now) {
  if (!watch_) return;
  const BeaconTrack& track = watch_->track;
  if (track.run() >= watch_->miss_limit) {
    ++lost_;
    end_watch();
    sender_.update(nullptr);
    medium_.observe([&](Observer& o) { o.on_watch_lost(station(), now); });
    if (client_ != nullptr) client_->on_beacon_lost();
  } else if (watch_->stale() && track.heard() && track.last_start() >= watch_->source_since) {
    watch_->plain = watch_->source_plain;
    const prime::HeardBeacon beacon = heard_beacon(track, watch_->source, watch_->plain);
    if (client_ != nullptr) client_->on_beacon(beacon);
  }
}

// One source heard for the first time; the MAC may end the search in that call.
bool BeaconListener::search_time() {
  for (Found& found : found_) {
    if (found.told || !found.track.heard()) continue;
    found.told = true;
    const prime::HeardBeacon beacon = heard_beacon(found.track, found.source, found.last_plain);
    if (client_ != nullptr) client_->on_beacon(beacon);
    return true;
  }
  return false;
}

void BeaconListener::source_changed(const BeaconSender& source, const Emission& before) {
  const bool watches = watch_ && watch_->source == source.station();
  if (!watches && !searching_) return;
  const kernel::TimeNs now = medium_.agenda().now();
  const Emission& after = source.emission();
  const kernel::TimeNs from = std::max(now, after.since);
  const bool goes_on = after.active && after.line.epoch == before.line.epoch &&
                       same_source(after.plain, before.plain);
  if (watches) {
    watch_->track.settle(now);
    const bool same = after.active && after.line.epoch == watch_->track.line().epoch &&
                      same_source(after.plain, watch_->source_plain);
    watch_->track.silence(!same);
    if (same) {
      watch_->track.retime(after.line, from);
      if (after.plain != watch_->source_plain) watch_->source_since = now;
      watch_->source_plain = after.plain;
    }
  }
  if (searching_) {
    bool present = false;
    for (Found& found : found_) {
      if (found.source != source.station() || found.track.silent()) continue;
      settle(found, now);
      if (before.active && goes_on) {
        present = true;
        found.track.retime(after.line, from);
        if (found.plain != after.plain) found.plain_since = now;
        found.plain = after.plain;
      } else {
        found.track.silence(true);
      }
    }
    if (after.active && !present) add_found(source, now);
  }
  rearm();
}

}  // namespace plc
