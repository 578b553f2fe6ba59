// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plc-channel/medium/beacon.hpp"
#include "plc-channel/medium/beacon_sender.hpp"
#include "plc-channel/medium/observer.hpp"

namespace plc {

// What is on the air, and what was lately.
struct Traffic {
  struct Flight {
    OnAir frame;
    FrameKind kind;
    bool down;
  };
  std::vector<Flight> flights;                // on the air, by start
  std::vector<OnAir> past;                    // ended, still of interest
  std::vector<const BeaconSender*> emitters;  // of beacons, by station

  // Everything else on the air during the frame, beacons included.
  template <typename Call>
  void for_others(const OnAir& frame, Call&& call) const {
    const auto look = [&](const OnAir& other) {
      if (other.number != frame.number && other.overlaps(frame.start, frame.end)) call(other);
    };
    for (const Flight& flight : flights) look(flight.frame);
    for (const OnAir& other : past) look(other);
    OnAir beacon;
    for (const BeaconSender* emitter : emitters) {
      const bool other = emitter->station() != frame.station;
      if (other && emitter->beacon_in(frame.start, frame.end, beacon)) look(beacon);
    }
  }
};

}  // namespace plc
