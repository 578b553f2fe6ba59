// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/feeder/feeder.hpp"

#include <algorithm>

#include "kernel/assert.hpp"
#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace plc {

namespace {

enum CableIndex : std::uint16_t { kMain, kBranch, kDrop };

// How far a cable turns from one connection point to the next, at most.
constexpr double kBendRad = 0.25;

class Builder {
 public:
  explicit Builder(const FeederConfig& config)
      : config_(config), draws_(config.seed, config.number, kernel::kPurposePlcFeeder) {
    feeder_.seed = config.seed;
    feeder_.number = config.number;
    feeder_.transformer_kva = config.transformer_kva;
    feeder_.cables = {config.main, config.branch, config.drop};
    feeder_.buses.emplace_back();
    feeder_.stations.emplace_back();
  }

  Feeder build() {
    const std::uint32_t n = config_.n_service_points;
    for (std::uint32_t f = 0; f < config_.n_feeders; ++f) {
      // Cables share the service points evenly; the first ones take the rest.
      left_ = n / config_.n_feeders + (f < n % config_.n_feeders ? 1 : 0);
      const double around = 2 * kernel::kPi * f / config_.n_feeders;
      lay_cable(0, around + draws_.uniform(-0.3, 0.3), kMain, ~std::uint32_t{0});
    }
    TWIN_ASSERT(feeder_.stations.size() == n + 1, feeder_.stations.size(), n);
    return std::move(feeder_);
  }

 private:
  // Connection points one after the other, until `points` are there or nobody is left to connect.
  void lay_cable(std::uint32_t bus, double direction, std::uint16_t cable, std::uint32_t points) {
    for (; points > 0 && left_ > 0; --points) {
      direction += draws_.uniform(-kBendRad, kBendRad);
      bus = add_bus(bus, direction, cable);
      connect_customers(bus, direction);
      if (cable == kMain && draws_.chance(config_.branch_share)) {
        const double side = draws_.chance(0.5) ? kernel::kPi / 2 : -kernel::kPi / 2;
        const std::uint32_t most = 2 * config_.branch_points;
        lay_cable(bus, direction + side, kBranch, 1 + (most > 1 ? draws_.below(most - 1) : 0));
      }
    }
  }

  std::uint32_t add_bus(std::uint32_t parent, double direction, std::uint16_t cable) {
    const double spread = config_.spacing_spread;
    const double length = config_.spacing_m * draws_.uniform(1 - spread, 1 + spread);
    const Bus& from = feeder_.buses[parent];
    const kernel::SinCos way = kernel::det_sincos(direction);
    feeder_.buses.push_back({parent,
                             length,
                             cable,
                             {from.at.x_m + length * way.cos, from.at.y_m + length * way.sin},
                             from.distance_m + length});
    return static_cast<std::uint32_t>(feeder_.buses.size() - 1);
  }

  // 1 to 2 mean - 1 meters: the mean is as asked for, between halves by a draw.
  void connect_customers(std::uint32_t bus, double direction) {
    const double twice = 2 * config_.customers_per_point;
    auto most = static_cast<std::uint32_t>(twice);
    if (twice > most && draws_.uniform(0, 1) < twice - most) ++most;
    std::uint32_t n = 1 + (most > 2 ? draws_.below(most - 1) : 0);
    for (n = std::min(n, left_); n > 0; --n, --left_) {
      const std::size_t index = feeder_.stations.size() - 1;
      const bool all = index < config_.three_phase.size() && config_.three_phase[index];
      const double drop = draws_.uniform(config_.drop_min_m, config_.drop_max_m);
      const double side = (n % 2 == 0 ? 1 : -1) * kernel::kPi / 2;
      const kernel::SinCos way = kernel::det_sincos(direction + side + draws_.uniform(-0.5, 0.5));
      const Bus& from = feeder_.buses[bus];
      const auto phase = static_cast<PhaseMask>(1u << draws_.below(kPhases));
      feeder_.stations.push_back({bus,
                                  all ? kAllPhases : phase,
                                  drop,
                                  kDrop,
                                  {from.at.x_m + drop * way.cos, from.at.y_m + drop * way.sin},
                                  from.distance_m + drop});
    }
  }

  const FeederConfig& config_;
  kernel::KeyedStream draws_;
  Feeder feeder_;
  std::uint32_t left_ = 0;
};

}  // namespace

Feeder make_feeder(const FeederConfig& config) {
  TWIN_ASSERT(config.n_service_points > 0 && config.n_feeders > 0, config.n_service_points,
              config.n_feeders);
  TWIN_ASSERT(config.customers_per_point >= 1 && config.spacing_m > 0);
  return Builder(config).build();
}

}  // namespace plc
