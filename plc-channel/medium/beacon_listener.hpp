// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <vector>

#include "kernel/agenda.hpp"
#include "plc-channel/medium/beacon.hpp"
#include "plc-channel/medium/beacon_track.hpp"

namespace plc {

constexpr std::int32_t to_centidecibels(double db) {
  return static_cast<std::int32_t>(db * 100 + (db < 0 ? -0.5 : 0.5));
}

// The half of a modem that listens for beacons: it searches, and watches one source. Its frame time
// is that of the modem's own sender.
class BeaconListener final : private kernel::Entity {
 public:
  static constexpr std::uint32_t kTimer = 1;  // of its station's entity
  BeaconListener(Medium& medium, BeaconSender& sender, kernel::EntityId id);

  void set_client(protocol::prime::ModemClient* client, const Clock& clock) {
    client_ = client;
    clock_ = &clock;
  }
  protocol::prime::ModemClient* client() const { return client_; }
  const Clock& clock() const { return *clock_; }
  void search(bool on);
  std::size_t heard(std::span<protocol::prime::HeardBeacon> out);
  void watch(const protocol::prime::BeaconWatch* watch);  // nullptr: none
  const BeaconTimeline* watched() const { return watch_ ? &watch_->track.line() : nullptr; }
  void settle(kernel::TimeNs now);
  void forget();

  // Another station's beacons are not what they were; `before` is what they were up to now.
  void source_changed(const BeaconSender& source, const Emission& before);
  // Of all watches so far.
  std::uint64_t received(kernel::TimeNs now) const;
  std::uint64_t missed(kernel::TimeNs now) const;
  std::uint64_t lost() const { return lost_; }

 private:
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
  bool search_time();
  void watch_time(kernel::TimeNs now);
  // Sets the timer to the next thing the MAC must hear of, as far as this noise epoch goes.
  void rearm();
  void settle(Found& found, kernel::TimeNs now);
  const BeaconSender* find(const BeaconMpdu& plain) const;
  void begin_watch(const protocol::prime::BeaconWatch& watch);
  void watch_source(const BeaconSender& source, bool known);
  void watch_nobody(const BeaconMpdu& plain);
  void end_watch();
  BeaconTrack watched_until(kernel::TimeNs now) const;
  void add_found(const BeaconSender& source, kernel::TimeNs from);
  protocol::prime::HeardBeacon heard_beacon(const BeaconTrack& track, StationId source,
                                            const BeaconMpdu& plain) const;
  StationId station() const { return sender_.station(); }

  Medium& medium_;
  BeaconSender& sender_;
  protocol::prime::ModemClient* client_ = nullptr;
  const Clock* clock_ = &kTrueClock;
  kernel::Timer timer_;
  std::vector<Found> found_;
  std::optional<Watch> watch_;
  bool searching_ = false;
  std::uint32_t received_ = 0;
  std::uint32_t missed_ = 0;
  std::uint32_t lost_ = 0;
};

}  // namespace plc
