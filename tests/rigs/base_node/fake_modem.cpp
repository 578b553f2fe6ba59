// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/rigs/base_node/fake_channel.hpp"

namespace fake {
namespace {

using prime::BeaconMpdu;

// Fields of a beacon this modem needs, by their place in the BPDU (G.9904 8.4.4).
constexpr std::size_t kSidAt = 1;
constexpr std::size_t kSlotAt = 2;  // CNT 3, POS 3, CFP upper 2
constexpr std::size_t kSequenceAt = 5;
constexpr std::size_t kSnaAt = 6;
constexpr std::size_t kCrcAt = 14;
constexpr std::int64_t kToleranceUs = 500;

unsigned position_of(const BeaconMpdu& mpdu) { return mpdu[kSlotAt] >> 2 & 7; }
unsigned sequence_of(const BeaconMpdu& mpdu) { return mpdu[kSequenceAt] >> 3; }
unsigned period_of(const BeaconMpdu& mpdu) { return 1u << (mpdu[kSequenceAt] & 7); }
std::int64_t slot_us(unsigned position) {
  return static_cast<std::int64_t>(position) * prime::kBeaconSlotSymbols * prime::kSymbolUs;
}
bool same_source(const BeaconMpdu& a, const BeaconMpdu& b) {
  return a[kSidAt] == b[kSidAt] &&
         std::equal(a.begin() + kSnaAt, a.begin() + kSnaAt + 6, b.begin() + kSnaAt);
}
BeaconMpdu content_of(BeaconMpdu mpdu) {
  mpdu[kSequenceAt] &= 7;
  std::fill(mpdu.begin() + kCrcAt, mpdu.end(), std::uint8_t{0});
  return mpdu;
}
std::uint32_t crc32(protocol::Bytes octets) {
  std::uint32_t crc = 0;
  for (const std::uint8_t octet : octets) {
    crc ^= static_cast<std::uint32_t>(octet) << 24;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 31) != 0 ? crc << 1 ^ 0x04C11DB7u : crc << 1;
  }
  return crc;
}
void finish(BeaconMpdu& mpdu, unsigned sequence) {
  mpdu[kSequenceAt] = static_cast<std::uint8_t>((mpdu[kSequenceAt] & 7) | sequence << 3);
  const std::uint32_t crc = crc32({mpdu.data(), kCrcAt});
  for (unsigned i = 0; i < 4; ++i) {
    mpdu[kCrcAt + i] = static_cast<std::uint8_t>(crc >> (24 - 8 * i));
  }
}
bool intact(const BeaconMpdu& mpdu) {
  BeaconMpdu whole = mpdu;
  finish(whole, sequence_of(mpdu));
  return whole == mpdu;
}

}  // namespace

std::int64_t Station::now_us() { return channel_.now_us_; }

bool Station::send(protocol::Bytes mpdu, prime::Scheme scheme, unsigned) {
  return channel_.transmit(*this, mpdu, scheme);
}

bool Station::busy() { return channel_.sensed(*this); }

void Station::touched() {
  if (!deadline) return;
  const std::int64_t at_us = deadline();
  if (at_us == armed_us_) return;
  armed_us_ = at_us;
  if (at_us == INT64_MAX) return;
  channel_.at(std::max(at_us, channel_.now_us_), [this, at_us] {
    if (armed_us_ != at_us || !on_time) return;
    armed_us_ = INT64_MAX;
    on_time();
    touched();
  });
}

void Station::power_off() {
  client = nullptr;
  deadline = nullptr;
  on_time = nullptr;
  armed_us_ = INT64_MAX;
  rules_.clear();
  heard_.clear();
  searching_ = false;
  watch(nullptr);
  set_beacon(nullptr);
}

void Station::set_filter(std::span<const prime::FilterRule> rules) {
  rules_.assign(rules.begin(), rules.end());
}

bool Station::wakes(protocol::Bytes mpdu) const {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < 8; ++i) head = head << 8 | (i < mpdu.size() ? mpdu[i] : 0);
  return std::any_of(rules_.begin(), rules_.end(), [&](const prime::FilterRule& rule) {
    return (head & rule.mask) == rule.value;
  });
}

void Station::search(bool on) {
  searching_ = on;
  if (on) heard_.clear();
}

std::size_t Station::heard(std::span<prime::HeardBeacon> out) {
  const std::size_t n = std::min(out.size(), heard_.size());
  std::copy_n(heard_.begin(), n, out.begin());
  return n;
}

void Station::hear_beacon(protocol::Bytes octets, std::int32_t snr_cdb, std::int64_t start_us) {
  BeaconMpdu mpdu;
  std::copy_n(octets.begin(), mpdu.size(), mpdu.begin());
  if (!intact(mpdu)) return;  // the modem is a beacon's only checker while it keeps time by it
  auto known = std::find_if(heard_.begin(), heard_.end(), [&](const prime::HeardBeacon& other) {
    return same_source(other.mpdu, mpdu);
  });
  const bool first = known == heard_.end();
  if (first) known = heard_.insert(heard_.end(), prime::HeardBeacon{});
  if (!first) {
    const std::int64_t period_us = prime::kFrameUs * period_of(mpdu);
    const std::int64_t periods = (start_us - known->start_us + period_us / 2) / period_us;
    if (periods > 1) known->missed += static_cast<std::uint32_t>(periods - 1);
  }
  known->mpdu = mpdu;
  known->snr_cdb = snr_cdb;
  known->start_us = start_us;
  ++known->received;
  const prime::HeardBeacon beacon = *known;
  if (watch_ && same_source(watch_->mpdu, mpdu)) {
    const std::int64_t period_us = prime::kFrameUs * period_of(watch_->mpdu);
    const std::int64_t off_us = (start_us - watched_us_) % period_us;
    if (std::min(off_us, period_us - off_us) > kToleranceUs) return;  // not looked at by then
    watched_us_ = start_us;
    watched_sequence_ = sequence_of(mpdu);
    missed_ = 0;
    if (content_of(mpdu) == content_of(watch_->mpdu)) return;
    watch_->mpdu = mpdu;
    client->on_beacon(beacon);
    touched();
  } else if (searching_ && first) {
    client->on_beacon(beacon);
    touched();
  }
}

void Station::watch(const prime::BeaconWatch* watch) {
  ++watch_generation_;
  if (watch == nullptr) {
    watch_.reset();
    return;
  }
  watch_ = *watch;
  missed_ = 0;
  watched_us_ = channel_.now_us_;  // never heard: it will be missed
  for (const prime::HeardBeacon& known : heard_) {
    if (!same_source(known.mpdu, watch_->mpdu)) continue;
    watched_us_ = known.start_us;
    watched_sequence_ = sequence_of(known.mpdu);
  }
  std::int64_t expected_us = watched_us_;
  while (expected_us <= channel_.now_us_) expected_us += prime::kFrameUs * period_of(watch_->mpdu);
  expect_beacon(watch_generation_, expected_us);
}

void Station::expect_beacon(unsigned generation, std::int64_t expected_us) {
  const std::int64_t check_us =
      expected_us + prime::airtime_us(prime::kBeaconOctets, prime::Scheme::dbpsk_f) + 1000;
  channel_.at(check_us, [this, generation, expected_us] {
    if (generation != watch_generation_) return;
    if (watched_us_ < expected_us - kToleranceUs && ++missed_ >= watch_->miss_limit) {
      ++watch_generation_;
      watch_.reset();
      client->on_beacon_lost();
      touched();
      return;
    }
    expect_beacon(generation, expected_us + prime::kFrameUs * period_of(watch_->mpdu));
  });
}

bool Station::frame_time(prime::FrameTime& out) {
  const std::int64_t now = channel_.now_us_;
  std::int64_t reference_us;
  unsigned sequence = 0;
  if (plan_ && plan_->own_time) {
    reference_us = plan_->epoch_us;
  } else if (watch_) {
    reference_us = watched_us_ - slot_us(position_of(watch_->mpdu));
    sequence = watched_sequence_;
  } else {
    return false;
  }
  std::int64_t frames = (now - reference_us) / prime::kFrameUs;
  if (now < reference_us) frames = -((reference_us - now + prime::kFrameUs - 1) / prime::kFrameUs);
  out.start_us = reference_us + frames * prime::kFrameUs;
  const std::int64_t of_superframe = (sequence + frames) % prime::kSuperframe;
  out.sequence = static_cast<unsigned>((of_superframe + prime::kSuperframe) % prime::kSuperframe);
  return true;
}

void Station::set_beacon(const prime::BeaconPlan* plan) {
  ++plan_generation_;
  plan_.reset();
  if (plan == nullptr) return;
  plan_ = *plan;
  prime::FrameTime frame;
  if (!frame_time(frame)) {
    plan_.reset();
    return;
  }
  const std::int64_t at_us = frame.start_us + slot_us(position_of(plan_->mpdu));
  send_beacon(plan_generation_, at_us > channel_.now_us_ ? at_us : at_us + prime::kFrameUs);
}

// Looks once a frame: a switch follows the time of what it watches.
void Station::send_beacon(unsigned generation, std::int64_t at_us) {
  channel_.at(at_us, [this, generation, at_us] {
    if (generation != plan_generation_) return;
    prime::FrameTime frame;
    if (!frame_time(frame)) return;
    BeaconMpdu mpdu = plan_->mpdu;
    const bool due = at_us >= plan_->epoch_us || !plan_->own_time;
    if (due && frame.sequence % period_of(mpdu) == plan_->sequence_offset) {
      finish(mpdu, frame.sequence);
      channel_.transmit(*this, mpdu, prime::Scheme::dbpsk_f);
    }
    const std::int64_t slot = frame.start_us + slot_us(position_of(mpdu));
    send_beacon(generation, slot + prime::kFrameUs);
  });
}

}  // namespace fake
