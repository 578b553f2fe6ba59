// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "protocol/prime/modem.hpp"
#include "tests/rigs/prime/octets.hpp"

namespace protocol::prime::test {

// A modem in virtual time that a test drives by hand.
class FakeModem final : public ModemPort {
 public:
  struct SentFrame {
    std::int64_t at_us;
    Octets mpdu;
    Scheme scheme;
  };

  std::int64_t now_us() override { return now; }
  bool send(Bytes mpdu, Scheme scheme, unsigned) override {
    if (now < sending_until_us) return false;
    sending_until_us = now + airtime_us(mpdu.size(), scheme);
    sent.push_back({now, copy(mpdu), scheme});
    return true;
  }
  bool busy() override {
    ++senses;
    sense_times.push_back(now);
    return line_busy || now < busy_until_us || now < sending_until_us;
  }
  void set_filter(std::span<const FilterRule> rules) override {
    filter.assign(rules.begin(), rules.end());
  }
  void search(bool on) override {
    searching = on;
    if (on) beacons.clear();
  }
  std::size_t heard(std::span<HeardBeacon> out) override {
    std::size_t n = 0;
    for (; n < beacons.size() && n < out.size(); ++n) out[n] = beacons[n];
    return n;
  }
  void watch(const BeaconWatch* what) override {
    watched = what != nullptr ? std::optional(*what) : std::nullopt;
    if (what != nullptr) ++watches;
  }
  bool frame_time(FrameTime& out) override {
    if (!watched && !own_time) return false;
    const std::int64_t frame = now / kFrameUs;
    out = {frame * kFrameUs, static_cast<unsigned>(frame % kSuperframe)};
    return true;
  }
  void set_beacon(const BeaconPlan* what) override {
    plan = what != nullptr ? std::optional(*what) : std::nullopt;
  }
  // Whether the filter in force lets a frame through.
  bool passes(const Octets& mpdu) const {
    std::uint64_t head = 0;
    for (std::size_t i = 0; i < 8; ++i) head = head << 8 | (i < mpdu.size() ? mpdu[i] : 0);
    for (const FilterRule& rule : filter) {
      if ((head & rule.mask) == rule.value) return true;
    }
    return false;
  }

  std::int64_t now = 0;
  std::int64_t sending_until_us = 0;
  std::int64_t busy_until_us = 0;
  bool line_busy = false;
  bool own_time = false;
  bool searching = false;
  int senses = 0;
  int watches = 0;
  std::vector<std::int64_t> sense_times;
  std::vector<SentFrame> sent;
  std::vector<FilterRule> filter;
  std::vector<HeardBeacon> beacons;
  std::optional<BeaconWatch> watched;
  std::optional<BeaconPlan> plan;
};

}  // namespace protocol::prime::test
