// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "kernel/time.hpp"
#include "plc-channel/channel/noise.hpp"
#include "plc-channel/feeder/feeder.hpp"

namespace plc {

// Frequencies at which the network is solved: evenly over the 97 subcarriers, 41.992 to 88.867 kHz
// (G.9904 7.2).
inline constexpr unsigned kFrequencies = 13;
double frequency_hz(unsigned n);

struct ChannelConfig {
  std::uint64_t seed = 1;
  double transmit_dbuv = 120;     // rms over the band, behind the output impedance; EN 50065-1
  double output_ohm = 2;          // of a transmitting modem
  double base_coupler_ohm = 1.5;  // the concentrator drives all phases, each through a coupler
  // A premises' own impedance at its meter, log-uniform magnitude and inductive. Together with its
  // neighbours it makes the 1 to 20 ohm one measures there.
  double premises_min_ohm = 12;
  double premises_max_ohm = 120;
  double premises_min_angle_deg = 10;
  double premises_max_angle_deg = 70;
  double receiver_loss_db = 1;  // synchronisation, gain control, quantisation; judgement
  NoiseConfig noise;
};

// One number for a ratio that differs over the band: what white noise would have to give for the
// same error rate. Exponential mapping at the working point of DBPSK_F, so that it moves decibel by
// decibel with signal and noise.
double effective_snr_db(const std::array<double, kFrequencies>& snr_db);

// The power line between all pairs of stations. Linear and time invariant but for one loss a
// station; noise changes every 15 minutes. Solved once, when made.
class Channel {
 public:
  Channel(Feeder feeder, const ChannelConfig& config);
  Channel(const Channel&) = delete;
  Channel& operator=(const Channel&) = delete;

  const Feeder& feeder() const { return feeder_; }
  const ChannelConfig& config() const { return config_; }
  std::uint32_t n_stations() const { return n_stations_; }

  // Effective signal to noise ratio of a full-power transmission at the receiver, at nominal noise.
  float mean_snr_db(StationId from, StationId to) const {
    return snr_db_[std::size_t{from} * n_stations_ + to];
  }
  // At time t; `level` steps of 3 dB below full power.
  double snr_db(StationId from, StationId to, kernel::TimeNs at, unsigned level = 0) const;
  // What that ratio changes by with time at one end, and the rate of strong impulses there.
  const StationNoise& noise(StationId station, kernel::TimeNs at) const;

 private:
  void solve();

  Feeder feeder_;
  ChannelConfig config_;
  std::uint32_t n_stations_;
  std::vector<float> snr_db_;  // [from][to]
  NoiseModel noise_model_;
  struct Epoch {
    std::int64_t number = 0;
    bool known = false;
    StationNoise noise;
  };
  mutable std::vector<Epoch> epochs_;  // the one asked for last, by station
};

}  // namespace plc
