// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/channel/network.hpp"

#include <algorithm>

#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "plc-channel/channel/channel.hpp"

namespace plc {

namespace {

constexpr double kMu0 = 4e-7 * kernel::kPi;
constexpr double kAluminiumOhmM = 2.82e-8;
constexpr double kCentreHz = 65'430;     // of the band, where premises' reactances are stated
constexpr double kShortestM = 0.02;      // cables shorter than this count as this long
constexpr double kTransformerUk = 0.04;  // short-circuit voltage, EN 50588-1, to 630 kVA
constexpr double kTransformerResistance = 0.3;  // of its reactance in the band; judgement
constexpr double kNominalV = 400;
constexpr double kMainsHz = 50;

// Admittances of a two-port with equal ends: own (y11) and mutual (-y12).
struct TwoPort {
  Complex own;
  Complex mutual;
};

// A uniform line of series impedance z and shunt admittance y per metre.
TwoPort line_two_port(Complex z, Complex y, double length_m) {
  const double length = std::max(length_m, kShortestM);
  const Complex gamma_l = length * sqrt(z * y);
  const Complex z0 = sqrt(z / y);
  const Complex up = exp(gamma_l);
  const Complex down = inverse(up);
  const Complex sinh2 = up - down;  // twice
  return {(up + down) / (z0 * sinh2), Complex{2, 0} / (z0 * sinh2)};
}

// Series impedance and shunt admittance of one phase, positive sequence, per metre.
struct PerMetre {
  Complex z;
  Complex y;
};

// Current in a layer of one skin depth: a / (2 delta) + 1/4 of the direct current resistance, good
// for radii above two depths (0.3 mm here).
PerMetre per_metre(const CableType& cable, double frequency_hz) {
  const double omega = 2 * kernel::kPi * frequency_hz;
  const double depth_mm = 1e3 * kernel::det_sqrt(2 * kAluminiumOhmM / (omega * kMu0));
  const double rise = std::max(1.0, cable.conductor_radius_mm / (2 * depth_mm) + 0.25);
  const double conductance = omega * cable.capacitance_nf_per_km * 1e-12 * cable.loss_tangent;
  return {{cable.resistance_ohm_per_km * 1e-3 * rise, omega * cable.inductance_mh_per_km * 1e-6},
          {conductance, omega * cable.capacitance_nf_per_km * 1e-12}};
}

// Four equal conductors in symmetry have two modes: between phases (positive sequence) and all
// phases against the neutral, with four times its impedance and a quarter of its admittance.
// What a matrix with these eigenvalues looks like:
Matrix3 from_modes(Complex between, Complex common) {
  const Complex off = (1.0 / 3) * (common - between);
  Matrix3 out;
  for (unsigned r = 0; r < 3; ++r) {
    for (unsigned c = 0; c < 3; ++c) out.row[r][c] = r == c ? between + off : off;
  }
  return out;
}

void add_shunt(Matrix3& diagonal, unsigned phase, Complex admittance) {
  diagonal.row[phase][phase] += admittance;
}

}  // namespace

PremisesLoads draw_premises(const ChannelConfig& config, std::uint32_t network, StationId station) {
  kernel::KeyedStream draws(config.seed, (network << 12) | station, kernel::kPurposePlcPremises);
  PremisesLoads loads;
  const double span = kernel::det_log(config.premises_max_ohm / config.premises_min_ohm);
  for (PremisesLoad& load : loads) {
    const double size = config.premises_min_ohm * kernel::det_exp(span * draws.uniform());
    const double angle_deg =
        draws.uniform(config.premises_min_angle_deg, config.premises_max_angle_deg);
    const kernel::SinCos angle = kernel::det_sincos(angle_deg * kernel::kPi / 180);
    load = {size * angle.cos, size * angle.sin};
  }
  return loads;
}

Network::Network(const Feeder& feeder, const ChannelConfig& config, double frequency_hz,
                 std::span<const PremisesLoads> premises)
    : edges_(feeder.buses.size()), work_(feeder.buses.size()) {
  std::vector<Matrix3> diagonal(feeder.buses.size());
  add_cables(feeder, frequency_hz, diagonal);
  add_stations(feeder, config, frequency_hz, premises, diagonal);
  // The transformer, per phase: its leakage inductance; behind it the network counts as a short.
  const double reactance_50 =
      kTransformerUk * kNominalV * kNominalV / (feeder.transformer_kva * 1e3);
  const double reactance = reactance_50 * frequency_hz / kMainsHz;
  for (unsigned p = 0; p < kPhases; ++p) {
    add_shunt(diagonal[0], p, inverse(Complex{kTransformerResistance * reactance, reactance}));
  }
  for (std::size_t b = edges_.size(); b-- > 0;) {
    Edge& edge = edges_[b];
    edge.inverse = inverse(diagonal[b]);
    if (b == 0) break;
    TWIN_ASSERT(edge.parent < b, edge.parent, b);
    diagonal[edge.parent] = diagonal[edge.parent] - edge.mutual * (edge.inverse * edge.mutual);
  }
}

void Network::add_cables(const Feeder& feeder, double frequency_hz,
                         std::vector<Matrix3>& diagonal) {
  for (std::size_t b = 1; b < feeder.buses.size(); ++b) {
    const Bus& bus = feeder.buses[b];
    const PerMetre phase = per_metre(feeder.cables[bus.cable], frequency_hz);
    const TwoPort between = line_two_port(phase.z, phase.y, bus.length_m);
    const TwoPort common = line_two_port(4 * phase.z, 0.25 * phase.y, bus.length_m);
    const Matrix3 own = from_modes(between.own, common.own);
    edges_[b].mutual = from_modes(between.mutual, common.mutual);
    edges_[b].parent = bus.parent;
    diagonal[b] = diagonal[b] + own;
    diagonal[bus.parent] = diagonal[bus.parent] + own;
  }
}

void Network::add_stations(const Feeder& feeder, const ChannelConfig& config, double frequency_hz,
                           std::span<const PremisesLoads> premises,
                           std::vector<Matrix3>& diagonal) {
  taps_.reserve(feeder.stations.size());
  for (StationId s = 0; s < feeder.stations.size(); ++s) {
    const Station& station = feeder.stations[s];
    unsigned n_phases = 0;
    for (unsigned p = 0; p < kPhases; ++p) n_phases += (station.phases >> p) & 1u;
    const double share = 1.0 / n_phases;  // a modem's couplers in parallel
    Tap tap{station.bus, {}, {}};
    if (s == kBaseStation) {
      for (Complex& ratio : tap.ratio) ratio = {share, 0};
      tap.own = {share * config.base_coupler_ohm, 0};
      taps_.push_back(tap);
      continue;
    }
    // One phase and the neutral of the drop: twice the positive sequence impedance, half its
    // admittance.
    const PerMetre phase = per_metre(feeder.cables[station.cable], frequency_hz);
    const TwoPort drop = line_two_port(2 * phase.z, 0.5 * phase.y, station.drop_m);
    for (unsigned p = 0; p < kPhases; ++p) {
      if (((station.phases >> p) & 1u) == 0) continue;
      const PremisesLoad& load = premises[s][p];
      const Complex impedance{load.resistance_ohm, load.reactance_ohm * frequency_hz / kCentreHz};
      const Complex end = inverse(drop.own + inverse(impedance));
      tap.ratio[p] = share * (drop.mutual * end);
      tap.own += share * share * end;
      add_shunt(diagonal[station.bus], p, drop.own - drop.mutual * drop.mutual * end);
    }
    taps_.push_back(tap);
  }
}

void Network::column(StationId from, std::span<Complex> out) const {
  TWIN_ASSERT(from < taps_.size() && out.size() == taps_.size(), from, out.size());
  std::fill(work_.begin(), work_.end(), Phases{});
  // Currents up to the busbar: only the buses on the way carry any.
  std::uint32_t bus = taps_[from].bus;
  work_[bus] = taps_[from].ratio;
  for (; bus != 0; bus = edges_[bus].parent) {
    const Edge& edge = edges_[bus];
    work_[edge.parent] = work_[edge.parent] + edge.mutual * (edge.inverse * work_[bus]);
  }
  // Voltages down again.
  work_[0] = edges_[0].inverse * work_[0];
  for (std::size_t b = 1; b < edges_.size(); ++b) {
    const Edge& edge = edges_[b];
    work_[b] = edge.inverse * (work_[b] + edge.mutual * work_[edge.parent]);
  }
  for (StationId s = 0; s < taps_.size(); ++s) {
    const Tap& tap = taps_[s];
    const Phases& v = work_[tap.bus];
    out[s] = tap.ratio[0] * v[0] + tap.ratio[1] * v[1] + tap.ratio[2] * v[2];
  }
  out[from] += taps_[from].own;
}

}  // namespace plc
