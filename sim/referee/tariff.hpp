// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "sim/assembly/world.hpp"
#include "sim/referee/expected/expected.hpp"
#include "sim/referee/truth/truth.hpp"
#include "sim/result/kpi.hpp"

namespace sim::run {

inline constexpr std::size_t kRates = 6;
inline constexpr std::int64_t kQuarterS = 900;
inline constexpr std::size_t kDemands = 2;  // import, export: kActiveImport, kActiveExport

// What the registers of a meter say when it is read after the run.
struct HeldTariff {
  struct Peak {
    std::uint32_t power_w = 0;
    std::int64_t utc_s = 0;  // 0: none
  };
  // Of the local day and of the billing period.
  struct Average {
    std::uint32_t running_w = 0;
    std::uint32_t last_w = 0;
  };
  kernel::TimeNs asked = 0;  // each register is of some instant in between
  kernel::TimeNs answered = 0;
  std::array<std::array<std::uint32_t, kQuantities>, kRates> wh{};
  std::array<std::array<Peak, 1 + kRates>, kDemands> peaks{};  // all rates together, then each
  std::array<std::array<Average, 2>, kDemands> averages{};     // day, billing period
};

// What a meter's registers by rate must hold when it is `until`, and the rate in force.
struct TariffTruth {
  std::array<Truth, kRates> rates;
  std::array<int, kRates> changeovers{};
  std::size_t rate = 0;
  std::map<std::int64_t, Truth> quarters;  // of an hour, by their ends: what demand is made of
};
TariffTruth tariff_truth(const Scenario& scenario, const Home& home,
                         std::span<const PoweredSpan> powered, kernel::TimeNs until);

bool has_tariff(const Scenario& scenario, std::uint32_t meter);

// What a meter's rates and demand must be, from the scenario's plans, the true energies, the
// meter's clock and its supply; of how often a plan says something, it is asked minute by minute.
void judge_tariff(const Scenario& scenario, const Home& home, std::span<const PoweredSpan> powered,
                  const HeldTariff& held, result::RunFigures& figures);

}  // namespace sim::run
