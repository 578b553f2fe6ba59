// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "plc-channel/channel/complex.hpp"
#include "plc-channel/feeder/feeder.hpp"

namespace plc {

struct ChannelConfig;

// What hangs on one phase of a station: resistance, and reactance at the centre frequency.
struct PremisesLoad {
  double resistance_ohm = 1;
  double reactance_ohm = 0;
};
using PremisesLoads = std::array<PremisesLoad, kPhases>;

// Keyed by the station alone.
PremisesLoads draw_premises(const ChannelConfig& config, std::uint32_t network, StationId station);

// The network at one frequency: nodal admittances of the tree, three phases against neutral, one
// 3 x 3 block a bus, eliminated once from the leaves to the busbar. Then each column of the
// impedance matrix costs one walk over the buses. Modems that listen do not load the line.
class Network {
 public:
  Network(const Feeder& feeder, const ChannelConfig& config, double frequency_hz,
          std::span<const PremisesLoads> premises);

  // Transfer impedances from one station to all: the voltage at each station's terminals for one
  // ampere into `from`. At `from` itself: the impedance it sees.
  void column(StationId from, std::span<Complex> out) const;

 private:
  struct Edge {
    Matrix3 mutual;   // of the cable from the parent
    Matrix3 inverse;  // of the eliminated diagonal block
    std::uint32_t parent;
  };
  // A station's way onto its bus: voltage ratio by phase, and its own impedance behind that.
  struct Tap {
    std::uint32_t bus;
    Phases ratio;
    Complex own;
  };
  void add_cables(const Feeder& feeder, double frequency_hz, std::vector<Matrix3>& diagonal);
  void add_stations(const Feeder& feeder, const ChannelConfig& config, double frequency_hz,
                    std::span<const PremisesLoads> premises, std::vector<Matrix3>& diagonal);

  std::vector<Edge> edges_;
  std::vector<Tap> taps_;
  mutable std::vector<Phases> work_;
};

}  // namespace plc
