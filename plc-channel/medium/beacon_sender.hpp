// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "plc-channel/medium/beacon.hpp"

namespace plc {

class Air;

// What a station sends as beacons right now.
struct Emission {
  bool active = false;
  BeaconMpdu plain{};
  BeaconTimeline line;
  kernel::TimeNs since = 0;  // beacons that begin earlier are none
};

// The half of a modem that sends beacons, by a plan and, but for a base node, the frame time of
// what the modem watches.
class BeaconSender {
 public:
  struct Plan {  // prime::BeaconPlan in simulated time
    BeaconMpdu mpdu{};
    bool own_time = false;
    unsigned sequence_offset = 0;
    kernel::TimeNs epoch = 0;
  };
  BeaconSender(Air& air, StationId station) : air_(air), station_(station) {}

  StationId station() const { return station_; }
  const Emission& emission() const { return emission_; }
  void set_plan(const protocol::prime::BeaconPlan* plan, const Clock& clock);
  void forget_plan() { plan_.reset(); }
  const Plan* plan() const { return plan_ ? &*plan_ : nullptr; }
  // Plan or frame time have changed; nullptr: no frame time.
  void update(const BeaconTimeline* watched);
  // The beacon that is on the air at some instant of [from, to).
  bool beacon_in(kernel::TimeNs from, kernel::TimeNs to, OnAir& out) const;
  std::uint64_t sent(kernel::TimeNs now) const;

 private:
  Air& air_;
  StationId station_;
  std::uint32_t sent_ = 0;  // beacons of emissions that are over
  std::optional<Plan> plan_;
  Emission emission_;
  mutable kernel::TimeNs start_ = 0;  // of the beacon asked for last
};

}  // namespace plc
