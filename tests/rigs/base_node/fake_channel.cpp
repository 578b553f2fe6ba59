// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "tests/rigs/base_node/fake_channel.hpp"

#include <algorithm>

namespace fake {

Station& Channel::add() { return stations_.emplace_back(*this, stations_.size()); }

void Channel::connect(std::size_t a, std::size_t b, const Link& both_ways) {
  links_[{a, b}] = both_ways;
  links_[{b, a}] = both_ways;
}

void Channel::cut(std::size_t a, std::size_t b) {
  links_.erase({a, b});
  links_.erase({b, a});
}

const Link* Channel::link(std::size_t from, std::size_t to) const {
  const auto found = links_.find({from, to});
  return found == links_.end() ? nullptr : &found->second;
}

void Channel::at(std::int64_t when_us, std::function<void()> action) {
  agenda_.push({when_us, order_++, std::make_shared<std::function<void()>>(std::move(action))});
}

void Channel::run_until(std::int64_t until_us) {
  run_until(until_us, [] { return false; });
}

bool Channel::run_until(std::int64_t until_us, const std::function<bool()>& done) {
  while (!agenda_.empty() && agenda_.top().at_us <= until_us) {
    const Event event = agenda_.top();
    agenda_.pop();
    now_us_ = std::max(now_us_, event.at_us);
    (*event.action)();
    if (done()) return true;
  }
  now_us_ = std::max(now_us_, until_us);
  return done();
}

void Channel::trace(protocol::Bytes octets, std::uint64_t with) {
  for (unsigned shift = 0; shift < 64; shift += 8) {
    digest_ = (digest_ ^ ((with >> shift) & 0xFF)) * 1099511628211u;
  }
  for (const std::uint8_t octet : octets) digest_ = (digest_ ^ octet) * 1099511628211u;
}

bool Channel::transmit(Station& from, protocol::Bytes mpdu, prime::Scheme scheme) {
  if (from.sending_until_us_ > now_us_) return false;
  if (!prime::is_coded(scheme) || mpdu.size() > prime::max_mpdu_octets(scheme)) return false;
  const std::int64_t end_us = now_us_ + prime::airtime_us(mpdu.size(), scheme);
  from.sending_until_us_ = end_us;
  while (!air_.empty() && air_.front().end_us + 1'000'000 < now_us_) air_.pop_front();
  air_.push_back({from.number_, now_us_, end_us, {mpdu.begin(), mpdu.end()}, scheme});
  trace(mpdu, static_cast<std::uint64_t>(now_us_) * 1024 + from.number_);
  ++frames_;
  at(end_us, [this, frame = air_.back()] { deliver(frame); });
  return true;
}

bool Channel::sensed(const Station& at) const {
  if (at.sending_until_us_ > now_us_) return true;
  return std::any_of(air_.begin(), air_.end(), [&](const Transmission& other) {
    return other.end_us > now_us_ && other.start_us <= now_us_ - kTurnaroundUs &&
           link(other.from, at.number_) != nullptr;
  });
}

// The receiver sent itself meanwhile, or heard somebody else too.
bool Channel::disturbed(const Transmission& frame, std::size_t at) const {
  return std::any_of(air_.begin(), air_.end(), [&](const Transmission& other) {
    const bool overlaps = other.start_us < frame.end_us && other.end_us > frame.start_us;
    if (!overlaps || other.from == frame.from) return false;
    return other.from == at || link(other.from, at) != nullptr;
  });
}

void Channel::deliver(const Transmission& frame) {
  const bool beacon = frame.mpdu.size() == prime::kBeaconOctets && (frame.mpdu[0] >> 4 & 3) == 2;
  for (Station& station : stations_) {
    const Link* way = link(frame.from, station.number_);
    if (way == nullptr || station.client == nullptr) continue;
    if (disturbed(frame, station.number_)) {
      ++collisions_;
      continue;
    }
    if (random_.chance(way->loss_per_mille)) continue;
    std::vector<std::uint8_t> mpdu = frame.mpdu;
    if (tap && !tap(frame.from, station.number_, mpdu)) continue;
    if (beacon) {
      station.hear_beacon(mpdu, way->snr_cdb, frame.start_us);
    } else if (station.wakes(mpdu)) {
      station.client->on_frame({mpdu, frame.scheme, way->snr_cdb, frame.start_us});
      station.touched();
    }
  }
}

}  // namespace fake
