// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/channel/channel.hpp"

#include <algorithm>
#include <utility>

#include "kernel/assert.hpp"
#include "plc-channel/channel/network.hpp"

namespace plc {

namespace {

constexpr double kFirstHz = 41'992.1875;  // subcarrier 86 of 250 kHz / 512
constexpr double kLastHz = 88'867.1875;   // 182
constexpr double kSubcarriers = 97;
constexpr double kLevelStepDb = 3;
// Exponential effective SNR: beta of a rate 1/2 code with two-point modulation, in the range that
// link-level studies of coded OFDM find (1.5 to 2); to be calibrated with a sampled receiver.
constexpr double kBeta = 1.6;
constexpr double kWorkingPointDb = 3;  // DBPSK_F: packets of 128 octets fail at a few per cent
constexpr float kHopelessDb = -60;

}  // namespace

double frequency_hz(unsigned n) { return kFirstHz + (kLastHz - kFirstHz) * n / (kFrequencies - 1); }

double effective_snr_db(const std::array<double, kFrequencies>& snr_db) {
  // The shift of all subcarriers that brings the mapping to the working point, by Newton.
  const double target = kernel::det_exp(-from_decibels(kWorkingPointDb) / kBeta);
  constexpr double kNeperPerDb = 0.23025850929940458;
  double mean_db = 0;
  std::array<double, kFrequencies> ratio;
  for (unsigned n = 0; n < kFrequencies; ++n) mean_db += snr_db[n] / kFrequencies;
  if (mean_db < kHopelessDb) return kHopelessDb;
  for (unsigned n = 0; n < kFrequencies; ++n) ratio[n] = from_decibels(snr_db[n] - mean_db) / kBeta;
  double shift_db = kWorkingPointDb;  // from the mean
  for (int step = 0; step < 12; ++step) {
    const double gain = from_decibels(shift_db);
    double sum = 0;
    double slope = 0;
    for (const double r : ratio) {
      const double x = std::min(r * gain, 500.0);
      const double term = kernel::det_exp(-x);
      sum += term;
      slope += term * x;
    }
    // In logarithms the function is nearly straight.
    const double error = kernel::det_log(sum / (kFrequencies * target));
    const double move = error * sum / (slope * kNeperPerDb);
    shift_db += std::clamp(move, -6.0, 6.0);
    if (move < 1e-4 && move > -1e-4) break;
  }
  return kWorkingPointDb + mean_db - shift_db;
}

Channel::Channel(Feeder feeder, const ChannelConfig& config)
    : feeder_(std::move(feeder)),
      config_(config),
      n_stations_(static_cast<std::uint32_t>(feeder_.stations.size())),
      noise_model_(config.noise, config.seed, feeder_.number, n_stations_),
      epochs_(n_stations_) {
  TWIN_ASSERT(n_stations_ > 1 && n_stations_ < 4096, n_stations_);  // twelve bits of a draw's key
  solve();
}

// Voltage gain: the transmitter's source drives the line through its output impedance. Noise: the
// same power is available everywhere, so that its voltage is small where impedance is low, as at
// the busbar.
void Channel::solve() {
  std::vector<PremisesLoads> premises(n_stations_);
  for (StationId s = 0; s < n_stations_; ++s) {
    premises[s] = draw_premises(config_, feeder_.number, s);
  }
  std::vector<Network> networks;  // by frequency
  networks.reserve(kFrequencies);
  for (unsigned n = 0; n < kFrequencies; ++n) {
    networks.emplace_back(feeder_, config_, frequency_hz(n), premises);
  }
  snr_db_.assign(std::size_t{n_stations_} * n_stations_, kHopelessDb);
  std::vector<std::array<double, kFrequencies>> snr(n_stations_);
  std::vector<Complex> column(n_stations_);
  std::array<std::vector<double>, kFrequencies> access_ohm;
  for (unsigned n = 0; n < kFrequencies; ++n) {
    for (StationId s = 0; s < n_stations_; ++s) {
      networks[n].column(s, column);
      access_ohm[n].push_back(abs(column[s]));
    }
  }
  std::array<double, kFrequencies> budget_db;
  for (unsigned n = 0; n < kFrequencies; ++n) {
    budget_db[n] = config_.transmit_dbuv - decibels(kSubcarriers) - config_.receiver_loss_db -
                   noise_model_.nominal_dbuv(frequency_hz(n));
  }
  for (StationId from = 0; from < n_stations_; ++from) {
    for (unsigned n = 0; n < kFrequencies; ++n) {
      networks[n].column(from, column);
      const Complex source = column[from] + Complex{config_.output_ohm, 0};
      const double scale = config_.noise.typical_ohm / norm(source);
      for (StationId to = 0; to < n_stations_; ++to) {
        snr[to][n] = budget_db[n] + decibels(norm(column[to]) * scale / access_ohm[n][to]);
      }
    }
    for (StationId to = 0; to < n_stations_; ++to) {
      if (to == from) continue;
      snr_db_[std::size_t{from} * n_stations_ + to] = static_cast<float>(effective_snr_db(snr[to]));
    }
  }
}

const StationNoise& Channel::noise(StationId station, kernel::TimeNs at) const {
  Epoch& epoch = epochs_[station];
  const std::int64_t number = noise_epoch(at);
  if (epoch.number != number || !epoch.known) {
    epoch = {number, true, noise_model_.at(station, number)};
  }
  return epoch.noise;
}

double Channel::snr_db(StationId from, StationId to, kernel::TimeNs at, unsigned level) const {
  const StationNoise& here = noise(to, at);
  return double{mean_snr_db(from, to)} - here.level_db - here.access_loss_db -
         noise(from, at).access_loss_db - kLevelStepDb * level;
}

}  // namespace plc
