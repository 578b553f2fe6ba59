// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "kernel/time.hpp"
#include "plc-channel/feeder/feeder.hpp"
#include "plc-channel/medium/modem.hpp"
#include "protocol/prime/types.hpp"

namespace plc {

inline constexpr kernel::TimeNs kSymbolNs = protocol::prime::kSymbolUs * kernel::kNsPerUs;
inline constexpr kernel::TimeNs kFrameNs = protocol::prime::kFrameUs * kernel::kNsPerUs;
inline constexpr kernel::TimeNs kBeaconSlotNs = protocol::prime::kBeaconSlotSymbols * kSymbolNs;
inline constexpr kernel::TimeNs kBeaconNs =
    protocol::prime::airtime_us(protocol::prime::kBeaconOctets, Scheme::dbpsk_f) * kernel::kNsPerUs;

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : -((-a + b - 1) / b);
}

struct Frame {
  kernel::TimeNs start = 0;
  unsigned sequence = 0;  // its BCN.SEQ
};

// When a source's beacons begin: every `period` frames, counted from a frame with SEQ 0.
struct BeaconTimeline {
  kernel::TimeNs epoch = 0;
  kernel::TimeNs slot_ns = 0;  // from the start of the frame
  std::int64_t period = 1;     // frames
  std::int64_t offset = 0;     // frames

  kernel::TimeNs start(std::int64_t n) const {
    return epoch + (n * period + offset) * kFrameNs + slot_ns;
  }
  std::int64_t first_from(kernel::TimeNs at) const {
    return -floor_div(-(at - start(0)), period * kFrameNs);
  }
  // Frame time at an instant.
  Frame frame_at(kernel::TimeNs at) const;
  unsigned sequence(std::int64_t n) const;
  friend bool operator==(const BeaconTimeline&, const BeaconTimeline&) = default;
};

// SEQ 0 and a CRC-32 that fits, so that contents compare octet by octet.
BeaconMpdu plain_beacon(const BeaconMpdu& mpdu);
BeaconMpdu stamped_beacon(const BeaconMpdu& mpdu, unsigned sequence);
// Who sends it: SNA and SID.
bool same_source(const BeaconMpdu& a, const BeaconMpdu& b);
// Slot and period from the content; false: not a beacon that could be.
bool read_timeline(const BeaconMpdu& plain, BeaconTimeline& out);

// Something on the air: a frame, or a beacon looked at as one.
struct OnAir {
  std::uint64_t number = 0;  // of its draws
  StationId station = 0;
  Scheme scheme = Scheme::dbpsk_f;
  unsigned level = 0;
  unsigned symbols = 0;  // of the payload; 0: all octets are in the header
  kernel::TimeNs start = 0;
  kernel::TimeNs end = 0;

  bool overlaps(kernel::TimeNs from, kernel::TimeNs to) const { return start < to && end > from; }
};

class Medium;

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
  BeaconSender(Medium& medium, StationId station) : medium_(medium), station_(station) {}

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
  Medium& medium_;
  StationId station_;
  std::uint32_t sent_ = 0;  // beacons of emissions that are over
  std::optional<Plan> plan_;
  Emission emission_;
  mutable kernel::TimeNs start_ = 0;  // of the beacon asked for last
};

}  // namespace plc
