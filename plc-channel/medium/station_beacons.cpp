// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The half of a modem that listens for beacons.
#include <algorithm>

#include "plc-channel/medium/air.hpp"
#include "plc-channel/medium/station_modem.hpp"

namespace plc {

namespace prime = protocol::prime;

// ---- Search ----

void StationModem::search(bool on) {
  const kernel::TimeNs now = air_.agenda().now();
  found_.clear();
  searching_ = on && powered_;
  if (searching_) {
    for (const StationModem* source : air_.emitters()) add_found(*source, now);
  }
  rearm();
}

void StationModem::add_found(const StationModem& source, kernel::TimeNs from) {
  if (&source == this || !air_.audible(source.station(), station_)) return;
  const Emission& emission = source.emission();
  std::erase_if(found_, [&](const Found& old) { return old.source == source.station(); });
  found_.push_back(
      {BeaconTrack(air_, source.station(), station_, emission.line, std::max(from, emission.since)),
       source.station(), emission.plain, emission.plain, from, false});
}

std::size_t StationModem::heard(std::span<HeardBeacon> out) {
  settle(air_.agenda().now());
  std::vector<const Found*> order;
  for (const Found& found : found_) {
    if (found.track.heard()) order.push_back(&found);
  }
  std::stable_sort(order.begin(), order.end(), [](const Found* a, const Found* b) {
    return a->track.first_start() < b->track.first_start();
  });
  const std::size_t n = std::min(out.size(), order.size());
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = heard_beacon(order[i]->track, order[i]->source, order[i]->last_plain);
  }
  return n;
}

HeardBeacon StationModem::heard_beacon(const BeaconTrack& track, StationId source,
                                       const BeaconMpdu& plain) const {
  HeardBeacon beacon;
  beacon.mpdu = stamped_beacon(plain, track.last_sequence());
  beacon.start = track.last_start();
  beacon.snr_cdb = to_centidecibels(air_.channel().snr_db(source, station_, beacon.start));
  beacon.received = static_cast<std::uint32_t>(track.received());
  beacon.missed = static_cast<std::uint32_t>(track.missed_between());
  return beacon;
}

// ---- Watch ----

void StationModem::watch(const prime::BeaconWatch* watch) {
  const kernel::TimeNs now = air_.agenda().now();
  settle(now);
  if (watch != nullptr && powered_) {
    begin_watch(*watch);
  } else {
    end_watch();
  }
  update_emission();
  rearm();
}

void StationModem::end_watch() {
  if (!watch_) return;
  received_ += watch_->track.received();
  missed_ += watch_->track.missed();
  watch_.reset();
}

void StationModem::begin_watch(const prime::BeaconWatch& watch) {
  const kernel::TimeNs now = air_.agenda().now();
  const BeaconMpdu plain = plain_beacon(watch.mpdu);
  const StationModem* source = nullptr;
  const auto better = [&](const StationModem* a, const StationModem* b) {
    const bool exact_a = a->emission().plain == plain;
    const bool exact_b = b->emission().plain == plain;
    if (exact_a != exact_b) return exact_a;
    return air_.channel().mean_snr_db(a->station(), station_) >
           air_.channel().mean_snr_db(b->station(), station_);
  };
  for (const StationModem* other : air_.emitters()) {
    if (other == this || !same_source(other->emission().plain, plain)) continue;
    if (source == nullptr || better(other, source)) source = other;
  }
  const bool known = watch_ && same_source(watch_->source_plain, plain);
  if (source != nullptr) {
    const Emission& emission = source->emission();
    const bool same = known && watch_->source == source->station() && !watch_->track.silent() &&
                      watch_->track.line() == emission.line;
    if (!same) {
      end_watch();
      watch_.emplace();
      watch_->source = source->station();
      watch_->track = BeaconTrack(air_, source->station(), station_, emission.line,
                                  std::max(now, emission.since));
      watch_->source_since = now;
    }
    watch_->source_plain = emission.plain;
  } else if (!known) {
    // Nobody sends it any more: frame time as it was heard, and misses from now on.
    BeaconTimeline line{now, 0, 1, 0};
    StationId station = station_;
    for (const Found& found : found_) {
      if (!same_source(found.last_plain, plain)) continue;
      line = found.track.line();
      station = found.source;
    }
    end_watch();
    watch_.emplace();
    watch_->source = station;
    watch_->source_plain = plain;
    watch_->track = BeaconTrack(air_, station, station_, line, now);
    watch_->track.silence(true);
  }
  watch_->plain = plain;
  watch_->miss_limit = std::max(watch.miss_limit, 1u);
}

std::uint64_t StationModem::beacons_received(kernel::TimeNs now) const {
  if (!watch_) return received_;
  BeaconTrack track = watch_->track;
  track.settle(now);
  return received_ + track.received();
}

std::uint64_t StationModem::beacons_missed(kernel::TimeNs now) const {
  if (!watch_) return missed_;
  BeaconTrack track = watch_->track;
  track.settle(now);
  return missed_ + track.missed();
}

// ---- Time ----

void StationModem::settle(Found& found, kernel::TimeNs now) {
  found.track.settle(now);
  if (found.track.heard() && found.track.last_start() >= found.plain_since) {
    found.last_plain = found.plain;
  }
}

void StationModem::settle(kernel::TimeNs now) {
  for (Found& found : found_) {
    if (!found.track.silent()) settle(found, now);
  }
  if (watch_) watch_->track.settle(now);
}

void StationModem::rearm() {
  const kernel::TimeNs now = air_.agenda().now();
  const kernel::TimeNs horizon = (noise_epoch(now) + 1) * kNoiseEpochNs;
  const bool eager = air_.config().eager_beacons;
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
  beacon_timer_.arm(next);
}

void StationModem::beacon_time(kernel::TimeNs now) {
  settle(now);
  watch_time(now);
  while (search_time()) {
  }
  rearm();
}

void StationModem::watch_time(kernel::TimeNs now) {
  if (!watch_) return;
  const BeaconTrack& track = watch_->track;
  if (track.run() >= watch_->miss_limit) {
    ++lost_;
    end_watch();
    update_emission();
    air_.observe([&](Observer& o) { o.on_watch_lost(station_, now); });
    if (listener_ != nullptr) listener_->on_beacon_lost();
  } else if (watch_->stale() && track.heard() && track.last_start() >= watch_->source_since) {
    watch_->plain = watch_->source_plain;
    const HeardBeacon beacon = heard_beacon(track, watch_->source, watch_->plain);
    if (listener_ != nullptr) listener_->on_beacon(beacon);
  }
}

// One source heard for the first time; the MAC may end the search in that call.
bool StationModem::search_time() {
  for (Found& found : found_) {
    if (found.told || !found.track.heard()) continue;
    found.told = true;
    const HeardBeacon beacon = heard_beacon(found.track, found.source, found.last_plain);
    if (listener_ != nullptr) listener_->on_beacon(beacon);
    return true;
  }
  return false;
}

void StationModem::source_changed(const StationModem& source, const Emission& before) {
  const bool watches = watch_ && watch_->source == source.station();
  if (!watches && !searching_) return;
  const kernel::TimeNs now = air_.agenda().now();
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
