// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "plc-channel/channel/channel.hpp"
#include "plc-channel/medium/beacon.hpp"
#include "plc-channel/medium/beacon_track.hpp"
#include "plc-channel/medium/observer.hpp"
#include "plc-channel/phy/packet_error.hpp"

namespace plc {

struct MediumConfig {
  std::uint64_t seed = 1;
  // A carrier is known for one only after about a symbol: the preamble must have been there.
  kernel::TimeNs turnaround_ns = protocol::prime::kSymbolUs * kernel::kNsPerUs;
  double sense_snr_db = 0;      // carrier sense sees what is at least this strong
  double audible_snr_db = -12;  // mean; weaker links are nowhere considered
  bool eager_beacons = false;   // one agenda entry a beacon: for tests, same results
};

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

class StationModem;

// What a receiver makes of a frame among others, and of beacons.
class Reception final : public BeaconLoss {
 public:
  Reception(const Channel& channel, const PacketErrorTable& errors, const MediumConfig& config,
            const Traffic& traffic)
      : channel_(channel), errors_(errors), config_(config), traffic_(traffic) {}

  struct Verdict {
    Outcome outcome = Outcome::ok;
    bool recognised = true;  // preamble and header came through
  };
  Verdict judge(const OnAir& frame, const StationModem& receiver, double snr_db);
  double beacon_loss(StationId source, StationId at, kernel::TimeNs start) const override;
  std::uint64_t beacon_seed() const override { return config_.seed; }
  std::uint32_t network() const override { return channel_.feeder().number; }
  std::uint32_t draw_entity(StationId station) const { return (network() << 12) | station; }

 private:
  struct Exponents {
    double sync_header = 0;
    double payload = 0;
  };
  // Another frame or beacon had the receiver's attention when this one began.
  bool occupied(const OnAir& frame, const StationModem& receiver, int depth);
  bool recognised(const OnAir& frame, const StationModem& receiver, int depth);
  void find_disturbances(const OnAir& frame, const StationModem& receiver);
  Exponents exponents(const OnAir& frame, StationId receiver, double snr_db) const;
  double exponent(const PacketErrorTable::Curve& curve, double snr_db, double symbols,
                  kernel::TimeNs from, kernel::TimeNs to) const;

  const Channel& channel_;
  const PacketErrorTable& errors_;
  const MediumConfig& config_;
  const Traffic& traffic_;
  // Scratch of one judgement.
  struct Disturbance {
    kernel::TimeNs start;
    kernel::TimeNs end;
    double ratio;  // to the receiver's noise
  };
  std::vector<Disturbance> disturbances_;
  mutable std::vector<kernel::TimeNs> cuts_;
};

}  // namespace plc
