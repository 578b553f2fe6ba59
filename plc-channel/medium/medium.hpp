// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kernel/agenda.hpp"
#include "plc-channel/channel/channel.hpp"
#include "plc-channel/medium/modem.hpp"
#include "plc-channel/medium/observer.hpp"
#include "plc-channel/phy/packet_error.hpp"

namespace plc {

class Air;  // air.hpp

struct MediumConfig {
  std::uint64_t seed = 1;
  // A carrier is known for one only after about a symbol: the preamble must have been there.
  kernel::TimeNs turnaround_ns = protocol::prime::kSymbolUs * kernel::kNsPerUs;
  double sense_snr_db = 0;      // carrier sense sees what is at least this strong
  double audible_snr_db = -12;  // mean; weaker links are nowhere considered
  bool eager_beacons = false;   // one agenda entry a beacon: for tests, same results
};

// One substation's power line: all its modems, on one agenda. Frames carry their octets; beacons
// are arithmetic.
class Medium {
 public:
  Medium(kernel::Agenda& agenda, const Channel& channel, const PacketErrorTable& errors,
         const MediumConfig& config);
  ~Medium();
  Medium(const Medium&) = delete;
  Medium& operator=(const Medium&) = delete;

  // The modem lives as long as the medium; off at first. id: of its timers.
  Modem& add_station(StationId station, kernel::EntityId id);
  void set_observer(Observer* observer);
  // One more, for as long as the medium lives.
  void add_observer(Observer& observer);

  // Beacons up to now included.
  MediumCounters counters() const;
  BeaconCounters beacons(StationId station) const;
  const Channel& channel() const;
  kernel::Agenda& agenda();

 private:
  std::unique_ptr<Air> air_;
};

}  // namespace plc
