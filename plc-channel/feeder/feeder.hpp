// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace plc {

// Low-voltage cable with three phases and a neutral in symmetrical arrangement. Per phase and
// kilometre, positive sequence.
struct CableType {
  std::string_view name;
  double resistance_ohm_per_km;  // at 50 Hz
  double inductance_mh_per_km;
  double capacitance_nf_per_km;
  double conductor_radius_mm;  // for the skin effect
  double loss_tangent;         // of the insulation at 42 to 89 kHz
};

// Main cables: pandapower and simbench standard types (docs/model-plc.md). Service drops: same
// construction, smaller section.
inline constexpr CableType kNayy4x150{"NAYY 4x150", 0.2067, 0.256, 261, 6.91, 0.03};
inline constexpr CableType kNayy4x50{"NAYY 4x50", 0.642, 0.264, 210, 3.99, 0.03};
inline constexpr CableType kNayy4x35{"NAYY 4x35", 0.868, 0.271, 190, 3.34, 0.03};

// A modem on the network: 0 is the concentrator's at the substation, 1..n the meters'.
using StationId = std::uint32_t;
inline constexpr StationId kBaseStation = 0;

struct FeederConfig {
  std::uint64_t seed = 1;
  std::uint32_t number = 0;  // of this network; part of every draw
  std::uint32_t n_service_points = 60;
  std::uint32_t n_feeders = 3;      // cables that leave the busbar
  double spacing_m = 35;            // mean distance between connection points along a cable
  double spacing_spread = 0.3;      // uniform, relative
  double customers_per_point = 2;   // mean; 1 in the country, 8 and more in meter rooms
  double branch_share = 0.15;       // connection points where a side cable leaves
  std::uint32_t branch_points = 4;  // mean number of connection points of a side cable
  double drop_min_m = 8;            // cable between street and meter
  double drop_max_m = 25;
  CableType main = kNayy4x150;
  CableType branch = kNayy4x50;
  CableType drop = kNayy4x35;
  double transformer_kva = 400;
  std::vector<bool> three_phase;  // by service point, from station 1; missing ones: single-phase
};

struct Point {
  double x_m = 0;
  double y_m = 0;
};

inline constexpr unsigned kPhases = 3;
using PhaseMask = std::uint8_t;  // bit p: phase p
inline constexpr PhaseMask kAllPhases = 7;

// A node of the three-phase tree. Bus 0 is the substation's busbar.
struct Bus {
  std::uint32_t parent = 0;  // always a smaller number
  double length_m = 0;       // of the cable from the parent
  std::uint16_t cable = 0;   // index into Feeder::cables
  Point at;
  double distance_m = 0;  // from the busbar, along the cables
};

struct Station {
  std::uint32_t bus = 0;
  PhaseMask phases = kAllPhases;
  double drop_m = 0;
  std::uint16_t cable = 0;  // of the drop
  Point at;
  double distance_m = 0;
};

// One substation's low-voltage network: a tree of cables, and who hangs on it.
struct Feeder {
  std::uint64_t seed = 1;
  std::uint32_t number = 0;
  double transformer_kva = 400;
  std::vector<CableType> cables;
  std::vector<Bus> buses;
  std::vector<Station> stations;  // by StationId

  std::size_t n_stations() const { return stations.size(); }
};

// Deterministic from the configuration.
Feeder make_feeder(const FeederConfig& config);

}  // namespace plc
