// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/demand.hpp"

#include <algorithm>

#include "protocol/axdr/cursor.hpp"
#include "protocol/calendar.hpp"
#include "protocol/cosem/classes/demand_register.hpp"
#include "protocol/hosted/parameter/parameter.hpp"
#include "sim/referee/local_days.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kWholeDayS = protocol::kDayS;
constexpr double kHourS = 3600;

// What a parameter of the scenario sets the period to; 0: it sets something else, or no period.
std::int64_t period_in(const protocol::parameters::Setting& setting) {
  using protocol::cosem::classes::DemandRegister;
  bool names_period = false;
  for (const std::uint8_t c : {1, 2}) {  // import and export have one
    names_period |=
        setting.attribute == protocol::cosem::Attribute{DemandRegister::kId,
                                                        protocol::cosem::obis(1, 0, c, 4, 0),
                                                        DemandRegister::kPeriod};
  }
  if (!names_period) return 0;
  const auto period_s =
      static_cast<std::int64_t>(protocol::axdr::Cursor(setting.value).unsigned_number());
  const std::int64_t periods_s[] = {kQuarterS, 2 * kQuarterS, 4 * kQuarterS, kWholeDayS};
  return std::ranges::find(periods_s, period_s) != std::end(periods_s) ? period_s : 0;
}

// The highest interval, as far as its power is known, and the time of one that may have been it.
bool is_peak(const HeldTariff::Peak& peak, const std::vector<Demand>& demands) {
  constexpr double kUnit = 1;
  double least = 0;
  bool timed = peak.power_w == 0;
  for (const Demand& demand : demands) {
    least = std::max(least, demand.low_w);
    timed |= demand.end_s == peak.utc_s && peak.power_w >= demand.low_w - kUnit &&
             peak.power_w <= demand.high_w + kUnit;
  }
  return timed && peak.power_w >= least - kUnit;
}

// Averages go from stamp to stamp: of a clock that was moved nobody says how long they are.
bool keeps_time(const Scenario& scenario, std::uint32_t meter) {
  return std::ranges::none_of(scenario.events, [&](const Event& event) {
    return event.meters.contains(meter) &&
           (event.type == EventType::clock_shift || event.type == EventType::clock_error ||
            event.type == EventType::battery);
  });
}

// (from_s, to_s]
Truth sum_of(const std::map<std::int64_t, Truth>& quarters, std::size_t direction,
             std::int64_t from_s, std::int64_t to_s) {
  Truth sum;
  for (const auto& [end_s, truth] : quarters) {
    if (end_s <= from_s || end_s - kQuarterS >= to_s) continue;
    sum.bounds.low[direction] += truth.bounds.low[direction];
    sum.bounds.high[direction] += truth.bounds.high[direction];
    sum.powered_ns += truth.powered_ns;
  }
  return sum;
}

// Energies are whole units at both ends.
bool is_average(std::uint32_t held_w, const Truth& sum, std::size_t direction, double least_s,
                double most_s) {
  constexpr double kUnit = 1;
  const double low_w = (sum.bounds.low[direction] - kUnit) * kHourS / most_s;
  const double high_w = (sum.bounds.high[direction] + kUnit) * kHourS / least_s;
  return held_w >= low_w - kUnit && held_w <= high_w + kUnit;
}

}  // namespace

std::optional<std::int64_t> demand_period_s(const Scenario& scenario, std::uint32_t meter,
                                            std::int64_t since_utc_s) {
  std::int64_t period_s = kQuarterS;  // as a meter comes from the production line
  for (const Event& event : scenario.events) {
    if (event.type != EventType::parameter || !event.meters.contains(meter)) continue;
    // An order that is done at all is done within the time that rows have.
    const std::int64_t done_s =
        scenario.general.start_utc_s + event.at / kernel::kNsPerSecond + scenario.hes.in_time_s;
    for (const auto& setting : protocol::parameters::parse_settings(event.plan).settings) {
      const std::int64_t set_s = period_in(setting);
      if (set_s == 0) continue;
      if (done_s > since_utc_s) return {};
      period_s = set_s;
    }
  }
  return period_s;
}

std::vector<Demand> demands_of(const TariffTruth& truth, std::size_t direction,
                               const ZoneRule& zone, std::int64_t period_s, std::int64_t from_s,
                               std::int64_t to_s) {
  std::vector<Demand> demands;
  for (const auto& [quarter_s, energy] : truth.quarters) {
    // A day ends at the local midnight, whatever length it has.
    const bool day = period_s == kWholeDayS;
    const std::int64_t begin_s =
        day ? begin_of_day(zone, quarter_s - 1) : (quarter_s - 1) / period_s * period_s;
    const std::int64_t end_s =
        day ? begin_of_day(zone, begin_s + kWholeDayS + kWholeDayS / 2) : begin_s + period_s;
    if (end_s <= from_s || end_s > to_s) continue;
    if (demands.empty() || demands.back().end_s != end_s) demands.push_back({end_s, 0, 0});
    const double per_hour = kHourS / static_cast<double>(end_s - begin_s);
    demands.back().low_w += energy.bounds.low[direction] * per_hour;
    demands.back().high_w += energy.bounds.high[direction] * per_hour;
  }
  return demands;
}

void judge_demand(const Scenario& scenario, const Home& home, const HeldTariff& held,
                  const TariffTruth& expected, const Truth& reading,
                  const std::function<std::size_t(std::int64_t utc_s)>& rate_at,
                  result::Judged& judged) {
  const std::uint32_t meter = home.identity.number;
  const ZoneRule& zone = home.settings.zone;
  const std::int64_t start_s = scenario.general.start_utc_s;
  const std::int64_t asked_s = start_s + held.asked / kernel::kNsPerSecond;
  const std::int64_t month_s = begin_of_month(zone, asked_s);
  const auto judge = [&judged](bool right) {
    ++judged.judged;
    judged.mismatches += right ? 0 : 1;
  };
  const auto period_s = demand_period_s(scenario, meter, month_s);
  for (std::size_t direction = 0; period_s && direction < kDemands; ++direction) {
    const auto all = demands_of(expected, direction, zone, *period_s, month_s, asked_s);
    std::array<std::vector<Demand>, kRates> of_rate;
    for (const Demand& demand : all) of_rate[rate_at(demand.end_s - 1)].push_back(demand);
    judge(is_peak(held.peaks[direction][0], all));
    for (std::size_t k = 0; k < kRates; ++k) {
      judge(is_peak(held.peaks[direction][1 + k], of_rate[k]));
    }
  }
  if (!keeps_time(scenario, meter)) return;
  const double reading_s = static_cast<double>(held.answered - held.asked) / kernel::kNsPerSecond;
  for (std::size_t direction = 0; direction < kDemands; ++direction) {
    for (const bool billing : {false, true}) {
      const auto begin_of = billing ? begin_of_month : begin_of_day;
      const HeldTariff::Average& average = held.averages[direction][billing ? 1 : 0];
      const std::int64_t begin_s = begin_of(zone, asked_s);
      const std::int64_t running_s = std::max(begin_s, start_s);
      constexpr double kSlack_s = 2;  // whole seconds, and the time to start up
      const auto length_s = static_cast<double>(asked_s - running_s);
      Truth running = sum_of(expected.quarters, direction, running_s, asked_s);
      running.bounds.high[direction] += reading.bounds.high[direction];
      if (length_s > kSlack_s) {
        judge(is_average(average.running_w, running, direction, length_s - kSlack_s,
                         length_s + reading_s + kSlack_s));
      }
      if (begin_s <= start_s) {  // none is over
        judge(average.last_w == 0);
        continue;
      }
      const std::int64_t before_s = std::max(begin_of(zone, begin_s - 1), start_s);
      const Truth last = sum_of(expected.quarters, direction, before_s, begin_s);
      if (last.powered_ns == 0) continue;  // a meter that was off has not closed it
      const auto last_length_s = static_cast<double>(begin_s - before_s);
      judge(is_average(average.last_w, last, direction, last_length_s - kSlack_s,
                       last_length_s + kSlack_s));
    }
  }
}

}  // namespace sim::run
