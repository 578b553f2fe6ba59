// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/events/voltage_story.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <tuple>

#include "models/core/parts/supply.hpp"
#include "sim/referee/events/quality_limits.hpp"
#include "sim/referee/events/voltage_line.hpp"

namespace sim::run {
namespace {

using kernel::TimeNs;

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

// Sets of thresholds: those that hold, and those that a meter that is off by its limit could take
// for them, either way.
enum Set : std::size_t { kMade, kWide, kNarrow, kSets };
using FoundVariations = std::array<std::vector<ExpectedVariation>, kSets>;

LineLimits line_limits(const QualityLimits& limits, double wider_v) {
  return {limits.sag_v() + wider_v, limits.swell_v() - wider_v, limits.hysteresis_v(),
          static_cast<double>(limits.sag_s), static_cast<double>(limits.swell_s)};
}

// One meter's terminals while it is powered, under all sets of thresholds.
class Terminals {
 public:
  Terminals(const models::SupplyPoint& supply, const std::vector<Dip>& dips,
            const LimitTimes& limits, FoundVariations& found)
      : mains_(supply.mains()),
        dips_(dips),
        limits_(limits),
        at_one_(supply.state(0, models::HomeLoad{}, models::SwitchState{})) {
    const double factor = mains_.step(0).voltage_factor;
    for (auto& phase : at_one_.v) {
      for (models::Phasor& v : phase) v = (1 / factor) * v;
    }
    for (int phase = 0; phase < at_one_.n_phases; ++phase) {
      for (auto& set : found) lines_.emplace_back(static_cast<std::uint8_t>(phase), set);
    }
  }
  int n_phases() const { return at_one_.n_phases; }

  void pass(const PoweredSpan& span, TimeNs until) {
    const TimeNs to = std::min(span.off, until);
    TimeNs at = mains_.boundary_from(span.on);
    while (at < to) {
      const Step step(mains_.step(mains_.step_at(at)), at_one_);
      const TimeNs length = step.mains.window_ns;
      const TimeNs step_end = step.mains.start_ns + step.mains.n_windows * length;
      const std::int64_t calm = (std::min({step_end, to, next_edge(at)}) - at) / length;
      if (calm == 0 && at + length > to) break;  // never completed
      set_limits(at);
      failing_ = span.off != kernel::kNever && at + length > span.off - models::Supply::kHoldUpNs;
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
  void set_limits(TimeNs at) {
    std::array<LineLimits, kSets> sets{};
    sets[kMade] = line_limits(limits_.at(at), 0);
    sets[kWide] = line_limits(limits_.widest(at), kMagnitudeLimit_v);
    sets[kNarrow] = line_limits(limits_.at(at), -kMagnitudeLimit_v);
    for (std::size_t k = 0; k < lines_.size(); ++k) lines_[k].set(sets[k % kSets]);
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
  // That samples of this time show, those that count on both sides of an end included.
  int edges_in(TimeNs from, TimeNs to) const {
    constexpr TimeNs kSample = kernel::kNsPerSecond / 6400;
    int n = 0;
    for (const Dip& dip : dips_) {
      for (const TimeNs edge : {dip.from, dip.to})
        n += from - kSample <= edge && edge < to + kSample ? 1 : 0;
    }
    return n;
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
      lines_[k].take({factor * factor * step.square_v2(k / kSets), at, half_ns(step),
                      n * static_cast<std::int64_t>(kHalfCycles), 0, by_itself, failing_});
    }
  }
  void pass_shaken(const Step& step, TimeNs at) {
    for (int half = 0; half < kHalfCycles; ++half) {
      const double from_ns = half_ns(step) * half;
      double square_v2 = 0;
      const TimeNs half_at = at + static_cast<TimeNs>(from_ns);
      const int edges = edges_in(half_at, half_at + static_cast<TimeNs>(half_ns(step)));
      for (std::size_t k = 0; k < lines_.size(); ++k) {
        if (k % kSets == 0) {
          square_v2 = step.mean_square_v2(k / kSets, from_ns, from_ns + half_ns(step), at, dips_);
        }
        lines_[k].take({square_v2, half_at, half_ns(step), 1, edges, false, failing_});
      }
    }
  }

  const models::MainsSchedule& mains_;
  const std::vector<Dip>& dips_;
  const LimitTimes& limits_;
  models::ElectricalState at_one_;
  std::vector<Line> lines_;  // sets of a phase, then those of the next
  bool failing_ = false;     // the supply, before the window under way ends
};

// Variations of one kind and phase whose times touch, by all sets of thresholds: a meter has those
// of one of them, or some of each.
class Together {
 public:
  explicit Together(const ExpectedVariation& first)
      : kind_(first.kind), phase_(first.phase), from_(first.begin), to_(first.begin) {}

  bool touches(const ExpectedVariation& one) const {
    return one.kind == kind_ && one.phase == phase_ && one.begin <= to_;
  }
  void add(Set set, const ExpectedVariation& one) {
    found_[set].push_back(one);
    to_ = std::max(to_, one.begin + kernel::to_ns(one.duration_s));
    if (one.end == kernel::kNever) return;
    to_ = std::max(to_, one.end);
    first_end_ = std::min(first_end_, one.end);
  }
  void append_to(const LimitTimes& limits, std::vector<ExpectedVariation>& out) const {
    if (are_alike() && limits.sure(from_, to_)) return out.push_back(found_[kMade][0]);
    const auto& most = *std::ranges::max_element(found_, {}, [](const auto& set) {
      return set.size();  // the first of those that are equal
    });
    for (ExpectedVariation one : most) {
      one.sure = false;
      one.told = from_;
      one.end = first_end_;
      one.stamp_slack = std::max(one.stamp_slack, to_ - from_);
      one.duration_slack_s += 1e-9 * static_cast<double>(to_ - from_);
      one.magnitude_slack_v += magnitude_spread_v();
      out.push_back(one);
    }
  }

 private:
  bool are_alike() const {
    return std::ranges::all_of(found_, [&](const auto& set) {
      if (set.size() != 1 || !set[0].sure) return false;
      const ExpectedVariation& made = found_[kMade][0];
      const TimeNs slack = kernel::to_ns(made.duration_slack_s);
      return std::abs(set[0].begin - made.begin) <= slack &&
             std::abs(set[0].end - made.end) <= slack;
    });
  }
  double magnitude_spread_v() const {
    double least = HUGE_VAL, most = 0;
    for (const auto& set : found_) {
      for (const ExpectedVariation& one : set) {
        least = std::min(least, one.magnitude_v);
        most = std::max(most, one.magnitude_v);
      }
    }
    return most - least;
  }

  VariationKind kind_;
  std::uint8_t phase_;
  TimeNs from_;
  TimeNs to_;
  TimeNs first_end_ = kernel::kNever;
  FoundVariations found_;
};

// Sure is what a meter finds whichever of the thresholds it takes for its own.
std::vector<ExpectedVariation> agreed(const FoundVariations& found, const LimitTimes& limits) {
  std::vector<std::pair<Set, ExpectedVariation>> all;
  for (std::size_t set = 0; set < kSets; ++set) {
    for (const ExpectedVariation& one : found[set]) all.emplace_back(static_cast<Set>(set), one);
  }
  std::ranges::stable_sort(all, {}, [](const auto& each) {
    const ExpectedVariation& one = each.second;
    return std::tuple(one.kind, one.phase, one.begin);
  });
  std::vector<Together> groups;
  for (const auto& [set, one] : all) {
    if (groups.empty() || !groups.back().touches(one)) groups.emplace_back(one);
    groups.back().add(set, one);
  }
  std::vector<ExpectedVariation> out;
  for (const Together& group : groups) group.append_to(limits, out);
  return out;
}

// The supply announces its end, and the meter starts when it is back. A reset is none.
void add_outages(std::span<const PoweredSpan> powered, int n_phases,
                 std::vector<ExpectedVariation>& out) {
  for (std::size_t k = 0; k + 1 < powered.size(); ++k) {
    if (powered[k + 1].watchdog) continue;
    for (int phase = 0; phase < n_phases; ++phase) {
      ExpectedVariation outage;
      outage.kind = VariationKind::outage;
      outage.phase = static_cast<std::uint8_t>(phase);
      outage.begin = outage.told = powered[k].off - models::Supply::kHoldUpNs;
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
  const LimitTimes limits(scenario, meter);
  FoundVariations found;
  Terminals terminals(supply, dips, limits, found);
  for (const PoweredSpan& span : powered) {
    if (span.on < until) terminals.pass(span, until);
  }
  std::vector<ExpectedVariation> all = agreed(found, limits);
  std::vector<ExpectedVariation> outages;
  add_outages(powered, terminals.n_phases(), outages);
  for (const ExpectedVariation& outage : outages) {
    if (outage.begin <= until) all.push_back(outage);
  }
  std::ranges::stable_sort(all, {}, &ExpectedVariation::begin);
  return all;
}

}  // namespace sim::run
