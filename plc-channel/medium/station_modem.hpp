// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "plc-channel/medium/beacon.hpp"
#include "plc-channel/medium/beacon_listener.hpp"
#include "plc-channel/medium/modem.hpp"

namespace plc {

class Medium;

inline constexpr unsigned kMaxLevel = 7;  // -21 dB

// One station's modem: it sends and hears frames, its halves sender and listener beacons.
class StationModem final : public Modem, private kernel::Entity {
 public:
  StationModem(Medium& medium, StationId station, kernel::EntityId id);

  void set_client(protocol::prime::ModemClient* client, const Clock& clock) override {
    listener_.set_client(client, clock);
  }
  std::int64_t now_us() override;
  void power(bool on) override;
  bool send(protocol::Bytes mpdu, Scheme scheme, unsigned level) override;
  bool busy() override;
  void set_filter(std::span<const protocol::prime::FilterRule> rules) override;
  void search(bool on) override { listener_.search(on && powered_); }
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out) override {
    return listener_.heard(out);
  }
  void watch(const protocol::prime::BeaconWatch* watch) override;
  bool frame_time(protocol::prime::FrameTime& out) override;
  void set_beacon(const protocol::prime::BeaconPlan* plan) override;

  // ---- For the medium ----
  StationId station() const { return sender_.station(); }
  const BeaconSender& sender() const { return sender_; }
  BeaconListener& listener() { return listener_; }
  const BeaconListener& listener() const { return listener_; }
  bool powered() const { return powered_; }
  kernel::TimeNs powered_since() const { return powered_since_; }
  bool wants(std::uint64_t first_octets) const {
    for (unsigned n = 0; n < n_rules_; ++n) {
      if ((first_octets & rules_[n].mask) == rules_[n].value) return true;
    }
    return false;
  }
  // Its own frame overlaps [from, to).
  bool sending_in(kernel::TimeNs from, kernel::TimeNs to) const {
    return last_.start < to && last_.end > from;
  }

 private:
  static constexpr std::uint32_t kFrameEnd = 0;
  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void forget();

  Medium& medium_;
  BeaconSender sender_;
  BeaconListener listener_;
  kernel::Timer frame_timer_;
  std::array<protocol::prime::FilterRule, protocol::prime::kMaxFilterRules> rules_{};
  std::uint8_t n_rules_ = 0;
  bool powered_ = false;
  kernel::TimeNs powered_since_ = 0;
  OnAir last_;  // frame sent last, perhaps still on the air
  std::vector<std::uint8_t> mpdu_;
};

}  // namespace plc
