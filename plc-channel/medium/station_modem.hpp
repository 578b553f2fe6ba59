// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "kernel/agenda.hpp"
#include "plc-channel/medium/beacon_track.hpp"
#include "plc-channel/medium/modem.hpp"
#include "plc-channel/medium/on_air.hpp"

namespace plc {

class Air;

inline constexpr unsigned kMaxLevel = 7;  // -21 dB
constexpr std::int32_t to_centidecibels(double db) {
  return static_cast<std::int32_t>(db * 100 + (db < 0 ? -0.5 : 0.5));
}

// What a station sends as beacons right now.
struct Emission {
  bool active = false;
  BeaconMpdu plain{};
  BeaconTimeline line;
  kernel::TimeNs since = 0;  // beacons that begin earlier are none
};

class StationModem final : public Modem, private kernel::Entity {
 public:
  StationModem(Air& air, StationId station, kernel::EntityId id);

  void set_listener(ModemListener& listener) override { listener_ = &listener; }
  void power(bool on) override;
  bool send(protocol::Bytes mpdu, Scheme scheme, unsigned level) override;
  bool busy() override;
  void set_filter(std::span<const protocol::prime::FilterRule> rules) override;
  void search(bool on) override;
  std::size_t heard(std::span<HeardBeacon> out) override;
  void watch(const protocol::prime::BeaconWatch* watch) override;
  bool frame_time(FrameTime& out) override;
  void set_beacon(const BeaconPlan* plan) override;

  // ---- For Air ----
  StationId station() const { return station_; }
  bool powered() const { return powered_; }
  kernel::TimeNs powered_since() const { return powered_since_; }
  bool wants(std::uint64_t first_octets) const {
    for (unsigned n = 0; n < n_rules_; ++n) {
      if ((first_octets & rules_[n].mask) == rules_[n].value) return true;
    }
    return false;
  }
  ModemListener* listener() { return listener_; }
  const Emission& emission() const { return emission_; }
  // The beacon of this station that is on the air at some instant of [from, to).
  bool beacon_in(kernel::TimeNs from, kernel::TimeNs to, OnAir& out) const;
  // Its own frame overlaps [from, to).
  bool sending_in(kernel::TimeNs from, kernel::TimeNs to) const {
    return last_.start < to && last_.end > from;
  }
  // Another station's beacons are not what they were; `before` is what they were up to now.
  void source_changed(const StationModem& source, const Emission& before);
  std::uint64_t beacons_sent(kernel::TimeNs now) const;
  // Received and missed of all watches so far.
  std::uint64_t beacons_received(kernel::TimeNs now) const;
  std::uint64_t beacons_missed(kernel::TimeNs now) const;
  std::uint64_t watches_lost() const { return lost_; }

 private:
  enum : std::uint32_t { kFrameEnd, kBeacon };
  struct Found {
    BeaconTrack track;
    StationId source;
    BeaconMpdu plain;       // as the source sends now
    BeaconMpdu last_plain;  // as heard last
    kernel::TimeNs plain_since = 0;
    bool told = false;
  };
  struct Watch {
    BeaconTrack track;
    StationId source = 0;
    BeaconMpdu plain{};         // as the MAC knows it
    BeaconMpdu source_plain{};  // as the source sends now
    kernel::TimeNs source_since = 0;
    unsigned miss_limit = 0;
    bool stale() const { return plain != source_plain; }
  };

  void on_time(kernel::TimeNs now, std::uint32_t what) override;
  void beacon_time(kernel::TimeNs now);
  bool search_time();
  void watch_time(kernel::TimeNs now);
  // Sets the timer to the next thing the MAC must hear of, as far as this noise epoch goes.
  void rearm();
  void settle(kernel::TimeNs now);
  void settle(Found& found, kernel::TimeNs now);
  void begin_watch(const protocol::prime::BeaconWatch& watch);
  void end_watch();
  void add_found(const StationModem& source, kernel::TimeNs from);
  HeardBeacon heard_beacon(const BeaconTrack& track, StationId source,
                           const BeaconMpdu& plain) const;
  void update_emission();
  void forget();

  Air& air_;
  StationId station_;
  ModemListener* listener_ = nullptr;
  kernel::Timer frame_timer_;
  kernel::Timer beacon_timer_;
  std::array<protocol::prime::FilterRule, protocol::prime::kMaxFilterRules> rules_{};
  unsigned n_rules_ = 0;
  bool powered_ = false;
  bool searching_ = false;
  kernel::TimeNs powered_since_ = 0;
  OnAir last_;  // frame sent last, perhaps still on the air
  std::vector<std::uint8_t> mpdu_;
  std::vector<Found> found_;
  std::optional<Watch> watch_;
  std::optional<BeaconPlan> plan_;
  Emission emission_;
  mutable kernel::TimeNs beacon_start_ = 0;  // of the beacon asked for last
  std::uint64_t sent_ = 0;                   // beacons of emissions that are over
  std::uint64_t received_ = 0;
  std::uint64_t missed_ = 0;
  std::uint64_t lost_ = 0;
};

}  // namespace plc
