// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/clock_judge.hpp"

#include <algorithm>
#include <cmath>

#include "sim/scenario/climate.hpp"

namespace sim::run {
namespace {

constexpr double kDay_s = 86'400;
constexpr double kReference_c = 23;
constexpr double kRate_s = 0.5;
constexpr double kInfluence_s = 0.15;
// After a jump of temperature the meter looks at its thermometer within a quarter of an hour: at
// either end of the range, 140 ppm for so long are 0.13 s.
constexpr double kUntilSeen_s = 0.15;

double seconds(kernel::TimeNs span) { return 1e-9 * static_cast<double>(span); }

double allowed_s(const Scenario& scenario, std::uint32_t meter, kernel::TimeNs from,
                 kernel::TimeNs to) {
  double allowed = kUntilSeen_s;
  while (from < to) {
    const kernel::TimeNs next = std::min(to, next_warming(scenario, from));
    const double kelvin = std::abs(celsius_at(scenario, meter, from) - kReference_c);
    allowed += (kRate_s + kInfluence_s * kelvin) * seconds(next - from) / kDay_s;
    from = next;
  }
  return allowed;
}

}  // namespace

void judge_clock(const Scenario& scenario, std::uint32_t meter, const models::Rtc& rtc,
                 kernel::TimeNs until, result::RunFigures& figures) {
  bool wrong = false;
  double gained_s = 0;
  kernel::TimeNs begin = 0;
  const auto close = [&](kernel::TimeNs end) {
    wrong |= std::abs(gained_s) > allowed_s(scenario, meter, begin, end);
    if (end - begin >= kernel::kNsPerHour) {
      const double rate = std::abs(gained_s) * kDay_s / seconds(end - begin);
      if (!(rate <= figures.clock.gain_worst_s)) figures.clock.gain_worst_s = rate;
    }
    gained_s = 0;
    begin = end;
  };
  const auto& history = rtc.history();
  for (std::size_t k = 0; k < history.size() && history[k].law.from_ns < until; ++k) {
    const models::Rtc::Segment& segment = history[k];
    const kernel::TimeNs from = segment.law.from_ns;
    const kernel::TimeNs to =
        k + 1 < history.size() ? std::min(until, history[k + 1].law.from_ns) : until;
    if (segment.set || segment.law.count != segment.count_before) close(from);
    const double fast = static_cast<double>(segment.law.rate) * 1e-9 / models::Rtc::kRateHz - 1;
    gained_s += fast * seconds(to - from);
  }
  close(until);
  ++figures.clock.judged;
  if (wrong) ++figures.clock.mismatches;
}

}  // namespace sim::run
