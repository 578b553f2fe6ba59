// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/voltage_story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "models/core/parts/supply.hpp"

namespace sim::run {
namespace {

using kernel::TimeNs;

// docs/power-quality.md: 90 % and 110 % of Un, hysteresis 2 %.
struct Thresholds {
  double sag_v = 0.90 * kUn_v;
  double swell_v = 1.10 * kUn_v;
  double hysteresis_v = 0.02 * kUn_v;
};
constexpr double kHalfCycles = 2.0 * models::kWindowCycles;  // of a window

// A voltage that is another for a while.
struct Dip {
  TimeNs from;
  TimeNs to;
  double factor;
};
double factor_at(const std::vector<Dip>& dips, TimeNs at) {
  for (const Dip& dip : dips) {
    if (dip.from <= at && at < dip.to) return dip.factor;
  }
  return 1;
}

// Those of one meter over its life: an order comes when it comes, and until it must be there
// nothing is sure.
struct ThresholdTimes {
  struct Change {
    TimeNs at;
    TimeNs sure_at;
    Thresholds to;
  };
  std::vector<Change> changes{{0, 0, {}}};

  ThresholdTimes(const Scenario& scenario, std::uint32_t meter) {
    using protocol::limits::Quantity;
    for (const Event& event : scenario.events) {
      if (event.type != EventType::limit || !event.meters.contains(meter)) continue;
      if (!protocol::limits::is_of_quality(event.limit)) continue;
      Thresholds next = changes.back().to;
      const bool sag = quantity_of(event.limit) == Quantity::sag;
      (sag ? next.sag_v : next.swell_v) = 0.1 * event.limit.threshold_w;
      const TimeNs within = scenario.hes.in_time_s * kernel::kNsPerSecond;
      changes.push_back({event.at, event.at + within, next});
    }
  }
  // What holds at the latest then.
  const Thresholds& at(TimeNs now) const {
    std::size_t k = changes.size() - 1;
    while (changes[k].sure_at > now) --k;
    return changes[k].to;
  }
  // The widest of those that may hold then.
  Thresholds widest(TimeNs now) const {
    Thresholds wide = at(now);
    for (const Change& one : changes) {
      if (one.at > now || now >= one.sure_at) continue;
      wide.sag_v = std::max(wide.sag_v, one.to.sag_v);
      wide.swell_v = std::min(wide.swell_v, one.to.swell_v);
    }
    return wide;
  }
  bool sure(TimeNs from, TimeNs to) const {
    return std::ranges::none_of(
        changes, [&](const Change& one) { return one.at <= to && from < one.sure_at; });
  }
};

// Variations of one phase, cycle by cycle.
class Line {
 public:
  Line(std::uint8_t phase, std::vector<ExpectedVariation>& out) : phase_(phase), out_(out) {}
  void set(const Thresholds& limits) { limits_ = limits; }

  // `n` half cycles of this mean square from `at` on; `by_itself`: no sag of the scenario is near.
  void take(double square_v2, TimeNs at, double length_ns, std::int64_t n, bool by_itself) {
    const double cycle_v2 = before_v2_ < 0 ? square_v2 : (before_v2_ + square_v2) / 2;
    before_v2_ = square_v2;
    if (!running_ && is_inside(cycle_v2) && is_inside(square_v2)) return;
    by_itself_ = by_itself;
    take_cycles(std::sqrt(cycle_v2), at, length_ns, 1);
    const auto behind = at + static_cast<TimeNs>(length_ns);
    if (n > 1) take_cycles(std::sqrt(square_v2), behind, length_ns, n - 1);
  }
  // The supply is off, or the run over.
  void stop() {
    if (running_) out_.push_back(now_);
    running_ = false;
    before_v2_ = -1;
  }

 private:
  bool is_inside(double v2) const {
    return v2 >= limits_.sag_v * limits_.sag_v && v2 <= limits_.swell_v * limits_.swell_v;
  }
  void take_cycles(double volts, TimeNs at, double length_ns, std::int64_t n) {
    const bool sag = now_.kind == VariationKind::sag;
    if (running_ && (sag ? volts >= limits_.sag_v + limits_.hysteresis_v
                         : volts <= limits_.swell_v - limits_.hysteresis_v)) {
      now_.end = at;
      note_slack(length_ns);
      out_.push_back(now_);
      running_ = false;
    }
    if (!running_) {
      if (volts >= limits_.sag_v && volts <= limits_.swell_v) return;
      running_ = true;
      now_ = {};
      now_.kind = volts < limits_.sag_v ? VariationKind::sag : VariationKind::swell;
      now_.phase = phase_;
      now_.begin = at;
      now_.magnitude_v = volts;
      note_slack(length_ns);
    }
    now_.magnitude_v = now_.kind == VariationKind::sag ? std::min(now_.magnitude_v, volts)
                                                       : std::max(now_.magnitude_v, volts);
    now_.duration_s += 1e-9 * length_ns * static_cast<double>(n);
  }
  // A cycle; and where the mains wander over a threshold, a step of theirs to either side, and the
  // time until somebody looks at a meter of the fleet.
  void note_slack(double half_cycle_ns) {
    constexpr TimeNs kLooked = 3600 * kernel::kNsPerSecond;
    const double step_s = 1e-9 * models::kGridStepNs;
    now_.duration_slack_s = std::max(now_.duration_slack_s, 2e-9 * half_cycle_ns);
    if (!by_itself_) return;
    now_.duration_slack_s = 2 * step_s;
    now_.stamp_slack = kLooked;
  }

  Thresholds limits_;
  std::uint8_t phase_;
  std::vector<ExpectedVariation>& out_;
  ExpectedVariation now_;
  double before_v2_ = -1;
  bool running_ = false;
  bool by_itself_ = false;
};

// Voltages of a grid step, undisturbed: those of any other one by the grid's factor.
class Step {
 public:
  Step(const models::MainsStep& step, const models::ElectricalState& at_one)
      : mains(step), at_one_(at_one) {}

  // Mean square over [from, to) ns of a window that begins at 0, each instant with its factor.
  double mean_square_v2(std::size_t phase, double from_ns, double to_ns, TimeNs window,
                        const std::vector<Dip>& dips) const {
    constexpr int kPoints = 500;  // 20 us: a thousandth of a cycle at each edge
    double sum = 0;
    for (int k = 0; k < kPoints; ++k) {
      const double at_ns = from_ns + (to_ns - from_ns) * (k + 0.5) / kPoints;
      const double volts = factor_at(dips, window + static_cast<TimeNs>(at_ns)) *
                           volts_at(phase, at_ns / static_cast<double>(mains.window_ns));
      sum += volts * volts;
    }
    return sum / kPoints;
  }
  double square_v2(std::size_t phase) const {
    const double volts =
        mains.voltage_factor * models::voltage_rms_v(at_one_, static_cast<int>(phase));
    return volts * volts;
  }

  const models::MainsStep& mains;

 private:
  double volts_at(std::size_t phase, double share) const {
    const double turn = 2 * std::numbers::pi * static_cast<double>(models::kWindowCycles) * share;
    double volts = 0;
    for (std::size_t h = 0; h < models::kOrders; ++h) {
      const double angle = models::kOrder[h] * turn;
      const models::Phasor& v = at_one_.v[phase][h];
      volts += v.re * std::cos(angle) - v.im * std::sin(angle);
    }
    return std::numbers::sqrt2 * mains.voltage_factor * volts;
  }

  const models::ElectricalState& at_one_;  // at a factor of 1
};

// One meter's terminals while it is powered, under several sets of thresholds.
class Terminals {
 public:
  static constexpr std::size_t kSets = 2;
  using Found = std::array<std::vector<ExpectedVariation>, kSets>;

  Terminals(const models::SupplyPoint& supply, const std::vector<Dip>& dips,
            const ThresholdTimes& limits, Found& found)
      : mains_(supply.mains()),
        dips_(dips),
        limits_(limits),
        at_one_(supply.state(0, models::HomeLoad{}, models::SwitchState{})) {
    const double factor = mains_.step(0).voltage_factor;
    for (auto& phase : at_one_.v) {
      for (models::Phasor& v : phase) v = (1 / factor) * v;
    }
    for (int phase = 0; phase < at_one_.n_phases; ++phase) {
      for (std::size_t set = 0; set < kSets; ++set) {
        lines_.emplace_back(static_cast<std::uint8_t>(phase), found[set]);
      }
    }
  }
  int n_phases() const { return at_one_.n_phases; }

  void pass(TimeNs from, TimeNs to) {
    TimeNs at = mains_.boundary_from(from);
    while (at < to) {
      const Step step(mains_.step(mains_.step_at(at)), at_one_);
      const TimeNs length = step.mains.window_ns;
      const TimeNs step_end = step.mains.start_ns + step.mains.n_windows * length;
      const std::int64_t calm = (std::min({step_end, to, next_edge(at)}) - at) / length;
      if (calm == 0 && at + length > to) break;  // never completed
      set_limits(at);
      if (calm > 0) {
        pass_calm(step, at, calm);
      } else {
        pass_shaken(step, at);
      }
      at += std::max<std::int64_t>(calm, 1) * length;
    }
    for (Line& line : lines_) line.stop();
  }

 private:
  static double half_ns(const Step& step) {
    return static_cast<double>(step.mains.window_ns) / kHalfCycles;
  }
  // Those that hold, and those that a meter that is off by its limit could take for them.
  void set_limits(TimeNs at) {
    const Thresholds made = limits_.at(at);
    Thresholds wide = limits_.widest(at);
    wide.sag_v += kMagnitudeLimit_v;
    wide.swell_v -= kMagnitudeLimit_v;
    for (std::size_t k = 0; k < lines_.size(); ++k) lines_[k].set(k % kSets == 0 ? made : wide);
  }
  // The next instant behind `at` at which a dip begins or ends.
  TimeNs next_edge(TimeNs at) const {
    TimeNs next = kernel::kNever;
    for (const Dip& dip : dips_) {
      for (const TimeNs edge : {dip.from, dip.to}) {
        if (edge > at) next = std::min(next, edge);
      }
    }
    return next;
  }
  // n windows of one voltage.
  void pass_calm(const Step& step, TimeNs at, std::int64_t n) {
    const double factor = factor_at(dips_, at);
    // Behind an edge: its dip's doing.
    const bool by_itself = std::ranges::none_of(dips_, [at](const Dip& dip) {
      const auto near = [at](TimeNs edge) {
        return edge <= at && edge > at - kernel::kNsPerSecond;
      };
      return near(dip.from) || near(dip.to);
    });
    for (std::size_t k = 0; k < lines_.size(); ++k) {
      lines_[k].take(factor * factor * step.square_v2(k / kSets), at, half_ns(step),
                     n * static_cast<std::int64_t>(kHalfCycles), by_itself);
    }
  }
  void pass_shaken(const Step& step, TimeNs at) {
    for (int half = 0; half < kHalfCycles; ++half) {
      const double from_ns = half_ns(step) * half;
      double square_v2 = 0;
      for (std::size_t k = 0; k < lines_.size(); ++k) {
        if (k % kSets == 0) {
          square_v2 = step.mean_square_v2(k / kSets, from_ns, from_ns + half_ns(step), at, dips_);
        }
        lines_[k].take(square_v2, at + static_cast<TimeNs>(from_ns), half_ns(step), 1, false);
      }
    }
  }

  const models::MainsSchedule& mains_;
  const std::vector<Dip>& dips_;
  const ThresholdTimes& limits_;
  models::ElectricalState at_one_;
  std::vector<Line> lines_;  // sets of a phase, then those of the next
};

bool overlap(const ExpectedVariation& a, const ExpectedVariation& b) {
  return a.phase == b.phase && a.begin <= b.end && b.begin <= a.end;
}

// The supply announces its end, and the meter starts when it is back.
void add_outages(std::span<const PoweredSpan> powered, int n_phases,
                 std::vector<ExpectedVariation>& out) {
  for (std::size_t k = 0; k + 1 < powered.size(); ++k) {
    for (int phase = 0; phase < n_phases; ++phase) {
      ExpectedVariation outage;
      outage.kind = VariationKind::outage;
      outage.phase = static_cast<std::uint8_t>(phase);
      outage.begin = powered[k].off - models::Supply::kHoldUpNs;
      outage.end = powered[k + 1].on;
      outage.duration_s = 1e-9 * static_cast<double>(outage.end - outage.begin);
      outage.duration_slack_s = 1;  // by a clock of whole seconds
      out.push_back(outage);
    }
  }
}

}  // namespace

const char* name_of(VariationKind kind) {
  switch (kind) {
    case VariationKind::sag:
      return "sag";
    case VariationKind::swell:
      return "swell";
    case VariationKind::outage:
      return "outage";
  }
  return "";
}

// IDIS package 2, log of power quality; Spanish companion for PRIME, group 3, those that are over.
VariationName name_of(VariationKind kind, EventCodes codes) {
  constexpr std::uint8_t kIdisLog = 4, kIdisNormal = 85, kPrimeLog = 9;
  const bool idis = codes == EventCodes::idis;
  switch (kind) {
    case VariationKind::sag:
      return idis ? VariationName{kIdisLog, 76, kIdisNormal} : VariationName{kPrimeLog, {}, 14};
    case VariationKind::swell:
      return idis ? VariationName{kIdisLog, 79, kIdisNormal} : VariationName{kPrimeLog, {}, 18};
    case VariationKind::outage:
      return idis ? VariationName{kIdisLog, 82, kIdisNormal} : VariationName{kPrimeLog, {}, 22};
  }
  return {};
}

std::vector<ExpectedVariation> expected_variations(const Scenario& scenario, std::uint32_t meter,
                                                   const models::SupplyPoint& supply,
                                                   std::span<const PoweredSpan> powered,
                                                   kernel::TimeNs until) {
  std::vector<Dip> dips;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::sag || !event.meters.contains(meter)) continue;
    dips.push_back({event.at, event.at + kernel::to_ns(event.duration_ms / 1000), event.residual});
  }
  const ThresholdTimes limits(scenario, meter);
  Terminals::Found found;
  Terminals terminals(supply, dips, limits, found);
  for (const PoweredSpan& span : powered) {
    if (span.on < until) terminals.pass(span.on, std::min(span.off, until));
  }
  std::vector<ExpectedVariation> all = std::move(found[0]);
  for (ExpectedVariation& one : all) {
    const Thresholds& made = limits.at(one.begin);
    const double beyond_v = one.kind == VariationKind::sag ? made.sag_v - one.magnitude_v
                                                           : one.magnitude_v - made.swell_v;
    one.sure = beyond_v > kMagnitudeLimit_v && one.end != kernel::kNever &&
               limits.sure(one.begin, one.end);
  }
  for (ExpectedVariation& one : found[1]) {
    one.sure = false;
    const bool known = std::ranges::any_of(
        all, [&](const ExpectedVariation& other) { return overlap(one, other); });
    if (!known) all.push_back(one);
  }
  std::vector<ExpectedVariation> outages;
  add_outages(powered, terminals.n_phases(), outages);
  for (const ExpectedVariation& outage : outages) {
    if (outage.begin <= until) all.push_back(outage);
  }
  std::ranges::stable_sort(all, {}, &ExpectedVariation::begin);
  return all;
}

}  // namespace sim::run
