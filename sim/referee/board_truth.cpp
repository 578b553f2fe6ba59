// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/board_truth.hpp"

#include <algorithm>
#include <cmath>

#include "models/core/parts/supply.hpp"
#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

constexpr double kSensor_k = 2;  // metrology reference: on-chip sensors are within 2 to 3 K
constexpr double kVoltage_v = 0.02;

MeasuredTruth temperature(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs at) {
  const double now = celsius_at(scenario, meter, at);
  const double before = celsius_at(scenario, meter, std::max(kernel::TimeNs{0}, at - kWarmingStep));
  return {now, kSensor_k + std::abs(now - before)};
}

// A lithium thionyl chloride cell: 3.6 V until a tenth is left, then down to 2 V.
double voltage_v(double percent) { return percent > 0 ? 2 + 1.6 * std::min(1.0, percent / 10) : 0; }

// Between the supply's announcement of its end and the next start; a clock that was lost meanwhile
// cannot tell.
MeasuredTruth use_s(const Scenario& scenario, std::uint32_t meter,
                    std::span<const PoweredSpan> powered, kernel::TimeNs at) {
  MeasuredTruth use{0, 1};
  for (std::size_t k = 1; k < powered.size() && powered[k].on <= at; ++k) {
    if (powered[k].watchdog) continue;  // the mains were there
    const kernel::TimeNs off = powered[k - 1].off;
    if (is_battery_dead(scenario, meter, off, powered[k].on)) continue;
    use.value += 1e-9 * static_cast<double>(powered[k].on - off + models::Supply::kHoldUpNs);
    use.tolerance += 1;
  }
  return use;
}

}  // namespace

std::optional<MeasuredTruth> board_truth(protocol::cosem::Measured family, const Scenario& scenario,
                                         std::uint32_t meter, std::span<const PoweredSpan> powered,
                                         kernel::TimeNs at) {
  using protocol::cosem::Measured;
  if (family == Measured::temperature) return temperature(scenario, meter, at);
  if (family == Measured::battery_voltage) {
    return MeasuredTruth{voltage_v(charge_percent_at(scenario, meter, at)), kVoltage_v};
  }
  if (family == Measured::battery_use) return use_s(scenario, meter, powered, at);
  return std::nullopt;
}

}  // namespace sim::run
