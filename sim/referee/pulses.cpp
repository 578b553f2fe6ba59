// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/pulses.hpp"

#include <algorithm>
#include <array>
#include <limits>

#include "sim/referee/judge.hpp"
#include "sim/referee/truth/truth.hpp"

namespace sim::run {
namespace {

using kernel::TimeNs;

constexpr TimeNs kLate = 400 * kernel::kNsPerMs;  // from the crossing to the pulse
constexpr std::array kOutputNames{"active", "reactive"};

// Energies that a meter of its class may have registered up to a time, Wh or varh: a point a window
// of the mains, spread evenly in between.
class EnergyBand {
 public:
  struct Point {
    TimeNs at;
    double low;
    double high;
  };
  void add(const Point& point) { points_.push_back(point); }
  double low(TimeNs at) const { return value(at, &Point::low); }
  double high(TimeNs at) const { return value(at, &Point::high); }

 private:
  double value(TimeNs at, double Point::*of) const {
    const auto after = std::ranges::upper_bound(points_, at, {}, &Point::at);
    if (after == points_.begin()) return points_.front().*of;
    if (after == points_.end()) return points_.back().*of;
    const Point& from = *(after - 1);
    const double share =
        static_cast<double>(at - from.at) / static_cast<double>(after->at - from.at);
    return from.*of + share * ((*after).*of - from.*of);
  }
  std::vector<Point> points_;
};

struct Bands {
  std::array<EnergyBand, METER_PULSE_OUTPUTS> of;
  bool known = false;
};

// Around a watch: from well before it to its end.
Bands bands_of(const Home& home, TimeNs from, TimeNs to) {
  const models::SupplyPoint& supply = *home.supply;
  const models::MainsSchedule& mains = supply.mains();
  TruthMeter meter(supply, home.meter->feed().changes());
  Bands bands;
  TimeNs unknown_before = 0;
  TimeNs at = mains.boundary_from(std::max<TimeNs>(0, from - kernel::kNsPerSecond));
  for (bool first = true;; first = false) {
    const Truth& truth = meter.advance(at);
    if (first) unknown_before = truth.unknown_ns;
    const Bounds& bounds = truth.bounds;
    bands.of[METER_PULSE_ACTIVE].add({at, bounds.low[kActiveImport] + bounds.low[kActiveExport],
                                      bounds.high[kActiveImport] + bounds.high[kActiveExport]});
    bands.of[METER_PULSE_REACTIVE].add({at, bounds.reactive_low, bounds.reactive_high});
    bands.known = truth.unknown_ns == unknown_before;
    if (at >= to) return bands;
    at += mains.step(mains.step_at(at)).window_ns;
  }
}

// Pulses of one output while the supply was there, (from, to]. Pulse k crossed its watt-hour at
// some instant of the 400 ms before it was seen: between two of them the energy must be able to
// have grown by as many watt-hours as pulses, whatever the rest was that it began with.
std::uint32_t wrong_pulses(const EnergyBand& band, const std::vector<TimeNs>& seen, TimeNs from,
                           TimeNs to) {
  std::uint32_t wrong = 0;
  double least = band.low(from);              // no pulse is later than that
  double most = band.high(from - kLate) - 1;  // nor earlier
  double k = 0;
  for (const TimeNs at : seen) {
    k += 1;
    const double crossed_low = band.low(at - kLate) - k;
    const double crossed_high = band.high(at) - k;
    const bool flows = band.high(at) > band.high(at - kLate);
    if (crossed_low > least || crossed_high < most || !flows) {
      ++wrong;  // and what follows is held against this one
      least = band.low(at) - k;
      most = band.high(at - kLate) - k;
      continue;
    }
    least = std::min(least, band.low(at) - k);
    most = std::max(most, band.high(at - kLate) - k);
  }
  const double missing = band.low(to - kLate) - k - 1 - least;
  return wrong + (missing > 0 ? 1 + static_cast<std::uint32_t>(missing) : 0);
}

class WatchJudge {
 public:
  WatchJudge(const Home& home, const models::PulseWatch& pulses, std::vector<PoweredSpan> powered,
             TimeNs from, TimeNs to)
      : home_(home), pulses_(pulses), powered_(std::move(powered)), from_(from), to_(to) {}

  result::PulseRow row(const Bands& bands, std::size_t output) const {
    const EnergyBand& band = bands.of[output];
    result::PulseRow row;
    row.meter = home_.identity.number;
    row.t_s = 1e-9 * static_cast<double>(from_);
    row.duration_s = 1e-9 * static_cast<double>(to_ - from_);
    row.output = result::Text<16>(kOutputNames[output]);
    row.low = band.low(to_) - band.low(from_);
    row.high = band.high(to_) - band.high(from_);
    row.judged = bands.known ? 1 : 0;
    TimeNs told = from_;
    for (const PoweredSpan& span : powered_) {
      const TimeNs on = std::max(told, span.on);
      const TimeNs off = std::min(to_, span.off);
      if (on >= off) continue;
      row.wrong += count(output, told, on);  // of a meter without supply
      const std::vector<TimeNs> pulses = seen(output, on, off);
      row.pulses += static_cast<std::uint32_t>(pulses.size());
      row.wrong += wrong_pulses(band, pulses, on, off);
      told = off;
    }
    row.wrong += count(output, told, to_);
    return row;
  }

 private:
  std::vector<TimeNs> seen(std::size_t output, TimeNs from, TimeNs to) const {
    const std::vector<TimeNs>& all = pulses_.seen[output];
    return {std::ranges::upper_bound(all, from), std::ranges::upper_bound(all, to)};
  }
  std::uint32_t count(std::size_t output, TimeNs from, TimeNs to) const {
    return from < to ? static_cast<std::uint32_t>(seen(output, from, to).size()) : 0;
  }

  const Home& home_;
  const models::PulseWatch& pulses_;
  std::vector<PoweredSpan> powered_;
  TimeNs from_;
  TimeNs to_;
};

}  // namespace

void judge_pulses(const Scenario& scenario, World& world, const Watches& watches, TimeNs until,
                  result::ResultWriter& writer, result::RunFigures& figures) {
  const auto count = static_cast<std::uint32_t>(world.homes().size());
  for (const Event& event : scenario.events) {
    const TimeNs to = event.at + kernel::to_ns(event.duration_s);
    if (event.type != EventType::watch || to > until) continue;
    for (const std::uint32_t meter : event.meters.list(count)) {
      const Home& home = *world.homes()[meter - 1];
      const WatchJudge watch(home, watches.seen(meter), powered_spans(scenario, meter), event.at,
                             to);
      const Bands bands = bands_of(home, event.at, to);
      for (std::size_t output = 0; output < METER_PULSE_OUTPUTS; ++output) {
        const result::PulseRow row = watch.row(bands, output);
        writer.append(row);
        if (row.judged == 0) continue;
        figures.pulses.judged += row.pulses;
        figures.pulses.mismatches += row.wrong;
      }
    }
  }
}

}  // namespace sim::run
