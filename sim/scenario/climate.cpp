// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/climate.hpp"

#include <algorithm>

#include "kernel/det_math.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWarmestS = 16 * 3600;   // of the local day
constexpr double kLeast_c = -40, kMost_c = 85;  // data sheet

// One temperature after the other, each coming as slowly as it says.
struct Mean {
  double before_c;
  double celsius;
  kernel::TimeNs from = 0;
  kernel::TimeNs ramp = 0;

  double at(kernel::TimeNs time) const {
    if (time - from >= ramp) return celsius;
    const double share = static_cast<double>(time - from) / static_cast<double>(ramp);
    return before_c + (celsius - before_c) * share;
  }
};

}  // namespace

double celsius_at(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs at) {
  const BoardKeys& board = scenario.meters.board;
  Mean mean{board.celsius, board.celsius};
  for (const Event& event : scenario.events) {
    if (event.type != EventType::temperature || !event.meters.contains(meter)) continue;
    if (event.at > at) continue;
    mean = {mean.at(event.at), event.board.celsius, event.at, kernel::to_ns(event.board.ramp_s)};
  }
  double celsius = mean.at(at);
  if (board.swing_k > 0) {
    const std::int64_t start_s = scenario.general.start_utc_s;
    const std::int64_t local_s =
        start_s + 60 * zone_of(scenario, scenario.meters.time_zone).offset_at_min(start_s) +
        at / kernel::kNsPerSecond;
    const double turns = static_cast<double>((local_s - kWarmestS) % kDay) / kDay;
    celsius += board.swing_k * kernel::det_sincos(2 * kernel::kPi * turns).cos;
  }
  return std::clamp(celsius, kLeast_c, kMost_c);
}

kernel::TimeNs next_warming(const Scenario& scenario, kernel::TimeNs after) {
  const kernel::TimeNs step = (after / kWarmingStep + 1) * kWarmingStep;
  kernel::TimeNs next = scenario.meters.board.swing_k > 0 ? step : kernel::kNever;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::temperature) continue;
    const kernel::TimeNs end = event.at + kernel::to_ns(event.board.ramp_s);
    if (event.at > after) {
      next = std::min(next, event.at);
    } else if (end > after) {
      next = std::min({next, step, end});
    }
  }
  return next;
}

double charge_percent_at(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs at) {
  double percent = 100;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::battery || !event.meters.contains(meter)) continue;
    if (event.at <= at) percent = event.board.charge_percent;
  }
  return percent;
}

bool is_battery_dead(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs from,
                     kernel::TimeNs to) {
  if (charge_percent_at(scenario, meter, from) <= 0) return true;
  return std::ranges::any_of(scenario.events, [&](const Event& event) {
    return event.type == EventType::battery && event.meters.contains(meter) &&
           event.board.charge_percent <= 0 && event.at >= from && event.at < to;
  });
}

}  // namespace sim::run
