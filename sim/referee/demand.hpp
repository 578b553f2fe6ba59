// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "sim/referee/tariff.hpp"

namespace sim::run {

// The integration period of a meter's demand since its billing period began, as orders of the
// scenario set it. None: it was changed later, and nobody says when the meter did it.
std::optional<std::int64_t> demand_period_s(const Scenario& scenario, std::uint32_t meter,
                                            std::int64_t since_utc_s);

// An interval of demand, and the powers that a meter in its class may show for it.
struct Demand {
  std::int64_t end_s;
  double low_w;
  double high_w;
};
// Those that ended behind `from_s` and up to `to_s`.
std::vector<Demand> demands_of(const TariffTruth& truth, std::size_t direction,
                               const ZoneRule& zone, std::int64_t period_s, std::int64_t from_s,
                               std::int64_t to_s);

// Maxima since the billing period began, in all and by rate, and averages of day and billing
// period. `reading`: what went through the meter while it was read.
void judge_demand(const Scenario& scenario, const Home& home, const HeldTariff& held,
                  const TariffTruth& expected, const Truth& reading,
                  const std::function<std::size_t(std::int64_t utc_s)>& rate_at,
                  result::Judged& judged);

}  // namespace sim::run
