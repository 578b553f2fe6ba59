// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/truth/truth.hpp"

#include <algorithm>

namespace sim::run {
namespace {

namespace cosem = protocol::cosem;
using cosem::Power;

constexpr double kStartActiveA = 0.020;    // Ist, 0.04 Itr
constexpr double kStartReactiveA = 0.025;  // Ist, 0.05 Itr
// Below this share of the starting current nothing may be registered; up to the starting current
// anything from nothing to the truth. Meters put their creep threshold at 0.4 to 0.5.
constexpr double kQuietShare = 0.4;

constexpr double kActiveLimit = 0.010;     // Itr <= I <= Imax, PF 0.5 L .. 1 .. 0.8 C
constexpr double kActiveLimitLow = 0.015;  // Imin <= I < Itr
constexpr double kReactiveLimit = 0.020;   // Itr <= I <= Imax
constexpr double kReactiveLimitLow = 0.025;
constexpr double kLowestPowerFactor = 0.5;  // the active limit stays that of PF 0.5 below it
constexpr double kLowestSine = 0.25;        // the reactive limit that of sin phi 0.25
// |Q| below this share of S: which side of zero it is registered on is not judged.
constexpr double kQuadrantShare = 0.01;

// Power a meter may count in one direction when the truth lies between low and high.
struct Direction {
  double low;
  double high;
};

// `quiet`: so little current that nothing may be registered. What lies below the starting power may
// be left out, but a meter that does see a small component beside a large one is not wrong.
Direction one_way(double low, double high, double start, bool quiet) {
  return {low >= start ? low : 0, quiet || high < 0 ? 0 : high};
}

// Active and reactive power each with the way they may be taken.
struct Ways {
  Direction forward;
  Direction backward;
};

Ways both_ways(double value, double tolerance, double start, bool quiet) {
  return {one_way(value - tolerance, value + tolerance, start, quiet),
          one_way(-value - tolerance, -value + tolerance, start, quiet)};
}

}  // namespace

Flow flow_of(const models::ElectricalState& state) {
  Flow flow;
  flow.active_w = models::active_power_w(state);
  flow.reactive_var = models::reactive_power_var(state);
  for (int p = 0; p < state.n_phases; ++p) {
    const double voltage_v = models::voltage_rms_v(state, p);
    const double current_a = models::current_rms_a(state, p);
    flow.apparent_va += voltage_v * current_a;
    flow.voltage_v += voltage_v;
    flow.current_a = std::max(flow.current_a, current_a);
  }
  return flow;
}

RegisterValues exact_of(const Flow& flow) {
  RegisterValues exact{};
  const cosem::Quadrants quadrant = cosem::quadrant_of(flow.active_w < 0, flow.reactive_var < 0);
  for (std::size_t r = 0; r < kQuantities; ++r) {
    const cosem::Quantity& quantity = cosem::kQuantityTable[r];
    if ((quantity.quadrants & quadrant) == 0) continue;
    const double value = quantity.power == Power::active ? flow.active_w : flow.reactive_var;
    exact[r] = value >= 0 ? value : -value;
  }
  return exact;
}

Bounds bounds_of(const Flow& flow) {
  Bounds bounds;
  const bool low_current = flow.current_a < kTransitionalA;
  // Below Imin no standard sets a limit; the error is taken as what Imin is allowed, in watts.
  const double apparent_va = std::max(flow.apparent_va, flow.voltage_v * kMinimumA);
  const double p = flow.active_w;
  const double q = flow.reactive_var;
  const double q_size = q >= 0 ? q : -q;
  const double p_tolerance = (low_current ? kActiveLimitLow : kActiveLimit) *
                             std::max(p >= 0 ? p : -p, kLowestPowerFactor * apparent_va);
  const double q_tolerance = (low_current ? kReactiveLimitLow : kReactiveLimit) *
                             std::max(q_size, kLowestSine * apparent_va);
  const double p_start = flow.voltage_v * kStartActiveA;
  const double q_start = flow.voltage_v * kStartReactiveA;

  const bool active_quiet = flow.current_a < kQuietShare * kStartActiveA;
  const bool reactive_quiet = flow.current_a < kQuietShare * kStartReactiveA;

  const Ways active = both_ways(p, p_tolerance, p_start, active_quiet);
  const Direction size =
      one_way(q_size - q_tolerance, q_size + q_tolerance, q_start, reactive_quiet);
  bounds.reactive_low = size.low;
  bounds.reactive_high = size.high;
  Ways reactive = both_ways(q, q_tolerance, q_start, reactive_quiet);
  if (q_size < kQuadrantShare * flow.apparent_va) {
    reactive = {{0, size.high}, {0, size.high}};
  }
  // A direction of P that the meter cannot miss leaves the quadrants of the other one empty.
  unsigned possible = cosem::kImporting | cosem::kExporting;
  if (active.forward.low > 0) possible = cosem::kImporting;
  if (active.backward.low > 0) possible = cosem::kExporting;
  for (std::size_t r = 0; r < kQuantities; ++r) {
    const cosem::Quantity& quantity = cosem::kQuantityTable[r];
    const auto add = [&](const Direction& way, unsigned quadrants) {
      if ((quantity.quadrants & quadrants) == quadrants) bounds.low[r] += way.low;
      if ((quantity.quadrants & quadrants) != 0) bounds.high[r] += way.high;
    };
    if (quantity.power == Power::active) {
      add(active.forward, cosem::kImporting);
      add(active.backward, cosem::kExporting);
    } else {
      add(reactive.forward, cosem::kInductive & possible);
      add(reactive.backward, cosem::kCapacitive & possible);
    }
  }
  return bounds;
}

}  // namespace sim::run
