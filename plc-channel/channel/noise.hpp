// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "kernel/time.hpp"

namespace plc {

// Noise and access loss are constant within one epoch.
inline constexpr kernel::TimeNs kNoiseEpochNs = 15 * kernel::kNsPerMinute;
constexpr std::int64_t noise_epoch(kernel::TimeNs at) {
  return at >= 0 ? at / kNoiseEpochNs : (at - kNoiseEpochNs + 1) / kNoiseEpochNs;
}

// Coloured background after Hooijen (1998): 10^(K - 3.95e-5 f) W/kHz, K normal. Sources and what is
// judgement: docs/model-plc.md.
struct NoiseConfig {
  double k_mean = -5.64;
  double k_sigma = 0.5;       // between stations; 1 is 10 dB
  double base_k_sigma = 0.2;  // at the substation; no appliance next to it, so no interferers
  double k_limit = 2;         // sigmas; K beyond is drawn back
  double reference_ohm = 50;  // across which the power stands ...
  double typical_ohm = 10;    // ... where the line has this impedance; in proportion elsewhere
  double evening_db = 3;      // rise from the night's to the evening's level, half each way
  double evening_hour = 20;
  double epoch_sigma_db = 1.5;  // from one epoch to the next
  double access_sigma_db = 1;   // loss by appliances next to the station, both directions
  // Heavy tail: appliances that radiate. Poisson a day and station.
  double interferers_per_day = 0.6;
  double interferer_min_db = 6;
  double interferer_max_db = 25;
  double interferer_mean_h = 1.5;  // exponential
  // Strong impulses that blot out what they hit, Poisson; the rate differs from station to station
  // (exponential with this mean).
  double impulses_per_s = 0.02;
  kernel::TimeNs time_of_day_ns = 0;  // at simulated time 0
};

struct StationNoise {
  float level_db = 0;  // above the nominal level, k_mean
  float access_loss_db = 0;
  float impulses_per_s = 0;
};

// Keyed draws: any station at any epoch, in any order.
class NoiseModel {
 public:
  // number: of the network; stations of two networks do not share draws. Station 0 is the
  // substation.
  NoiseModel(const NoiseConfig& config, std::uint64_t seed, std::uint32_t number,
             std::uint32_t n_stations);
  StationNoise at(std::uint32_t station, std::int64_t epoch) const;
  // Nominal noise in one subcarrier, decibels above 1 uV.
  double nominal_dbuv(double frequency_hz) const;

 private:
  struct Traits {
    float level_db;
    float impulses_per_s;
  };
  double interferers_db(std::uint32_t station, std::int64_t epoch) const;

  NoiseConfig config_;
  std::uint64_t seed_;
  std::uint32_t number_;
  std::vector<Traits> traits_;
};

}  // namespace plc
