// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/channel/noise.hpp"

#include <algorithm>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "plc-channel/channel/complex.hpp"

namespace plc {

namespace {

constexpr double kSlopePerHz = -3.95e-5;  // decades, Hooijen (1998)
constexpr double kSubcarrierKhz = 0.48828125;
constexpr std::int64_t kEpochsPerDay = kernel::kNsPerDay / kNoiseEpochNs;
constexpr double kEpochsPerHour = static_cast<double>(kernel::kNsPerHour) / kNoiseEpochNs;
constexpr std::uint32_t kSubstation = 0;
constexpr std::uint32_t kMostInterferers = 6;  // a day; longer than a day counts as a day
constexpr std::uint64_t kBlocksPerDay = 16;    // of one station's stream

constexpr std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a >= 0 ? a / b : (a - b + 1) / b;
}

std::uint32_t key_of(std::uint32_t number, std::uint32_t station) {
  return (number << 12) | station;
}

}  // namespace

NoiseModel::NoiseModel(const NoiseConfig& config, std::uint64_t seed, std::uint32_t number,
                       std::uint32_t n_stations)
    : config_(config), seed_(seed), number_(number) {
  traits_.reserve(n_stations);
  for (std::uint32_t s = 0; s < n_stations; ++s) {
    kernel::KeyedStream draws(seed, key_of(number, s), kernel::kPurposePlcNoiseTraits);
    const double k = std::clamp(draws.gaussian(), -config.k_limit, config.k_limit);
    const double sigma = s == kSubstation ? config.base_k_sigma : config.k_sigma;
    traits_.push_back({static_cast<float>(10 * sigma * k),
                       static_cast<float>(draws.exponential(config.impulses_per_s))});
  }
}

double NoiseModel::nominal_dbuv(double frequency_hz) const {
  const double watt =
      kernel::det_exp((config_.k_mean + kSlopePerHz * frequency_hz) * 2.302585092994046) *
      kSubcarrierKhz;
  constexpr double kSquareMicrovolts = 1e12;
  return decibels(watt * config_.reference_ohm * kSquareMicrovolts);
}

// Sum of what radiates near the station, as a rise over its own level.
double NoiseModel::interferers_db(std::uint32_t station, std::int64_t epoch) const {
  const std::int64_t today = floor_div(epoch, kEpochsPerDay);
  double power = 1;
  for (std::int64_t day = today - 1; day <= today; ++day) {
    // Days before the start count too; the shift keeps indices apart and positive.
    kernel::KeyedStream draws(seed_, key_of(number_, station), kernel::kPurposePlcInterferer,
                              static_cast<std::uint64_t>(day + 2) * kBlocksPerDay);
    // Poisson by waiting times within the day.
    double start = draws.exponential(1 / config_.interferers_per_day);
    for (std::uint32_t n = 0; n < kMostInterferers && start < 1; ++n) {
      const double length = draws.exponential(config_.interferer_mean_h * kEpochsPerHour);
      const double rise_db = draws.uniform(config_.interferer_min_db, config_.interferer_max_db);
      const auto from = day * kEpochsPerDay + static_cast<std::int64_t>(start * kEpochsPerDay);
      const auto epochs =
          1 + static_cast<std::int64_t>(std::min(length, static_cast<double>(kEpochsPerDay - 1)));
      if (epoch >= from && epoch < from + epochs) power += from_decibels(rise_db) - 1;
      start += draws.exponential(1 / config_.interferers_per_day);
    }
  }
  return power > 1 ? decibels(power) : 0;
}

StationNoise NoiseModel::at(std::uint32_t station, std::int64_t epoch) const {
  const auto words = kernel::philox4x32(seed_, key_of(number_, station), kernel::kPurposePlcNoise,
                                        static_cast<std::uint64_t>(epoch));
  const auto draws = kernel::gaussian_pair(words[0], words[1]);
  const kernel::TimeNs middle = epoch * kNoiseEpochNs + kNoiseEpochNs / 2 + config_.time_of_day_ns;
  const double hours = static_cast<double>(middle) / kernel::kNsPerHour - config_.evening_hour;
  const double evening = kernel::det_cos(hours * (2 * kernel::kPi / 24));
  const bool appliances = config_.interferers_per_day > 0 && station != kSubstation;
  const Traits& traits = traits_[station];
  const double level_db = traits.level_db + 0.5 * config_.evening_db * evening +
                          config_.epoch_sigma_db * draws[0] +
                          (appliances ? interferers_db(station, epoch) : 0);
  const double access_db = config_.access_sigma_db * (draws[1] < 0 ? -draws[1] : draws[1]);
  return {static_cast<float>(level_db), static_cast<float>(access_db), traits.impulses_per_s};
}

}  // namespace plc
