// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "models/core/grid/mains.hpp"
#include "sim/referee/events/voltage_story.hpp"

namespace sim::run {

// From where on a voltage is a sag or a swell, and how long one lasts at least.
struct LineLimits {
  double sag_v;
  double swell_v;
  double hysteresis_v;
  double sag_s;
  double swell_s;
};

// Half cycles of one mean square.
struct HalfCycles {
  double square_v2;
  kernel::TimeNs at;  // the first begins
  double length_ns;   // of each
  std::int64_t n;
  int edges;       // of sags of the scenario, in the first of them
  bool by_itself;  // no sag of the scenario is near
  bool failing;    // nothing is told of their window: the supply fails before it ends
};

// Variations of one phase, cycle by cycle.
class Line {
 public:
  Line(std::uint8_t phase, std::vector<ExpectedVariation>& out) : phase_(phase), out_(out) {}
  void set(const LineLimits& limits) { limits_ = limits; }

  void take(const HalfCycles& halves) {
    const double square_v2 = halves.square_v2;
    const double cycle_v2 = before_v2_ < 0 ? square_v2 : (before_v2_ + square_v2) / 2;
    before_v2_ = square_v2;
    HalfCycles first = halves;
    first.n = 1;
    first.edges += std::exchange(edges_before_, halves.edges);
    if (!running_ && is_inside(cycle_v2) && is_inside(square_v2)) return;
    take_cycles(std::sqrt(cycle_v2), first);
    if (halves.n == 1) return;
    HalfCycles others = halves;
    others.edges = edges_before_ = 0;
    others.at += static_cast<kernel::TimeNs>(halves.length_ns);
    --others.n;
    take_cycles(std::sqrt(square_v2), others);
  }
  // The supply is off, or the run over.
  void stop() {
    if (running_) finish();
    before_v2_ = -1;
    edges_before_ = 0;
  }

 private:
  bool is_inside(double v2) const {
    return v2 >= limits_.sag_v * limits_.sag_v && v2 <= limits_.swell_v * limits_.swell_v;
  }
  void take_cycles(double volts, const HalfCycles& cycles) {
    const bool sag = now_.kind == VariationKind::sag;
    if (running_ && (sag ? volts >= limits_.sag_v + limits_.hysteresis_v
                         : volts <= limits_.swell_v - limits_.hysteresis_v)) {
      now_.end = cycles.at;
      now_.sure = !cycles.failing;
      note_slack(cycles);
      finish();
    }
    if (!running_) {
      if (volts >= limits_.sag_v && volts <= limits_.swell_v) return;
      running_ = true;
      now_ = {};
      now_.kind = volts < limits_.sag_v ? VariationKind::sag : VariationKind::swell;
      now_.phase = phase_;
      now_.begin = cycles.at;
      now_.magnitude_v = volts;
      now_.magnitude_slack_v = sampled_slack_v(volts, cycles.edges);
      note_slack(cycles);
    }
    take_magnitude(volts, sampled_slack_v(volts, cycles.edges));
    now_.duration_s += 1e-9 * cycles.length_ns * static_cast<double>(cycles.n);
  }
  // Of cycles that are alike the one that is seen best.
  void take_magnitude(double volts, double slack_v) {
    constexpr double kAlike_v = 0.05;
    double& most_v = now_.magnitude_v;
    const double beyond_v = now_.kind == VariationKind::sag ? most_v - volts : volts - most_v;
    if (beyond_v > kAlike_v) {
      now_.magnitude_slack_v = slack_v;
    } else if (beyond_v >= -kAlike_v) {
      now_.magnitude_slack_v = std::min(now_.magnitude_slack_v, slack_v);
    }
    if (beyond_v > 0) most_v = volts;
  }
  // Who samples 6400 times a second sees an edge a sample late at most, and that sample may be one
  // of a peak.
  static double sampled_slack_v(double volts, int edges) {
    constexpr double kSamplesOfACycle = 128;
    const double off_v2 = edges * 2 * kUn_v * kUn_v / kSamplesOfACycle;
    return std::max(volts - std::sqrt(std::max(0.0, volts * volts - off_v2)),
                    std::sqrt(volts * volts + off_v2) - volts);
  }
  // One that is shorter than its time is none.
  void finish() {
    running_ = false;
    const double least_s = now_.kind == VariationKind::sag ? limits_.sag_s : limits_.swell_s;
    now_.told = now_.begin + kernel::to_ns(least_s);
    if (now_.end == kernel::kNever) now_.sure = false;
    if (least_s > 0 && now_.duration_s < least_s + now_.duration_slack_s) now_.sure = false;
    if (now_.duration_s + now_.duration_slack_s >= least_s) out_.push_back(now_);
  }
  // A cycle; and where the mains wander over a threshold, a step of theirs to either side, and the
  // time until somebody looks at a meter of the fleet.
  void note_slack(const HalfCycles& cycles) {
    constexpr kernel::TimeNs kLooked = 3600 * kernel::kNsPerSecond;
    const double step_s = 1e-9 * models::kGridStepNs;
    now_.duration_slack_s = std::max(now_.duration_slack_s, 2e-9 * cycles.length_ns);
    if (!cycles.by_itself) return;
    now_.duration_slack_s = 2 * step_s;
    now_.stamp_slack = kLooked;
  }

  LineLimits limits_{};
  std::uint8_t phase_;
  std::vector<ExpectedVariation>& out_;
  ExpectedVariation now_;
  double before_v2_ = -1;
  int edges_before_ = 0;
  bool running_ = false;
};

}  // namespace sim::run
