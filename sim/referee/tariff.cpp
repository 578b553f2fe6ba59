// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/tariff.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "protocol/calendar.hpp"
#include "protocol/hosted/tariff_plan/plan.hpp"
#include "sim/referee/demand.hpp"

namespace sim::run {
namespace {

namespace tariff = protocol::tariff;
using protocol::civil_from_days;
using protocol::days_from_civil;
using protocol::kDayS;
using tariff::DatePattern;

constexpr std::int64_t kMinuteS = 60;
constexpr std::int64_t kLongestSeasonDays = 3 * 366;

// Sunday is 0.
int weekday_of(std::int64_t day) { return static_cast<int>(((day + 4) % 7 + 7) % 7); }

// Butcher's and Jones's rule; of the Julian calendar Meeus's.
std::int64_t easter_of(int year, bool julian) {
  if (julian) {
    const int d = (19 * (year % 19) + 15) % 30;
    const int e = (2 * (year % 4) + 4 * (year % 7) - d + 34) % 7;
    const int n = d + e + 114;
    const int shift = year / 100 - year / 400 - 2;
    return days_from_civil(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1)) +
           shift;
  }
  const int a = year % 19, b = year / 100, c = year % 100;
  const int d = b / 4, e = b % 4, g = (b - (b + 8) / 25 + 1) / 3;
  const int h = (19 * a + b - d - g + 15) % 30;
  const int l = (32 + 2 * e + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return days_from_civil(year, static_cast<unsigned>(n / 31), static_cast<unsigned>(n % 31 + 1));
}

bool is_on(const DatePattern& date, std::int64_t day) {
  const auto civil = civil_from_days(day);
  if (date.year != 0 && date.year != civil.year) return false;
  if (date.month == DatePattern::kEaster || date.month == DatePattern::kJulianEaster) {
    const bool julian = date.month == DatePattern::kJulianEaster;
    return easter_of(civil.year, julian) + static_cast<std::int8_t>(date.day) == day;
  }
  if (date.moves()) {  // the last Sunday of March, of October
    const unsigned month = date.month == DatePattern::kSummerBegin ? 3 : 10;
    return civil.month == month && civil.day > 24 && weekday_of(day) == 0;
  }
  return (date.month == 0 || date.month == civil.month) && (date.day == 0 || date.day == civil.day);
}

const tariff::Day* day_on(const tariff::Plan& plan, std::int64_t day) {
  const auto by_id = [&](std::uint8_t id) -> const tariff::Day* {
    const auto found = std::ranges::find(plan.days, id, &tariff::Day::id);
    return found == plan.days.end() ? nullptr : &*found;
  };
  for (const tariff::SpecialDay& special : plan.special_days) {
    if (is_on(special.date, day)) return by_id(special.day);
  }
  for (std::int64_t back = 0; back < kLongestSeasonDays; ++back) {
    for (const tariff::Season& season : plan.seasons) {
      if (!is_on(season.start, day - back)) continue;
      const auto week = std::ranges::find(plan.weeks, season.week, &tariff::Week::name);
      if (week == plan.weeks.end()) return nullptr;
      return by_id(week->days[static_cast<std::size_t>((weekday_of(day) + 6) % 7)]);
    }
  }
  return nullptr;
}

// Rates of a plan by the minute of local days, from 0.
class Rates {
 public:
  explicit Rates(const tariff::Plan& plan) : plan_(&plan) {}
  std::size_t at(std::int64_t local_s) {
    const std::int64_t day = protocol::floor_div(local_s, kDayS);
    return of_day(day)[static_cast<std::size_t>((local_s - day * kDayS) / kMinuteS)];
  }

 private:
  using Minutes = std::array<std::uint8_t, 1440>;

  const Minutes& of_day(std::int64_t day) {
    const auto [entry, fresh] = days_.try_emplace(day);
    Minutes& minutes = entry->second;
    if (!fresh) return minutes;
    std::uint8_t rate = 0;
    // Before the first changeover as the day before ended.
    for (const tariff::Day* const of : {day_on(*plan_, day - 1), day_on(*plan_, day)}) {
      const std::span<const tariff::DaySwitch> switches =
          of == nullptr ? std::span<const tariff::DaySwitch>{} : of->switches;
      for (std::uint32_t minute = 0; minute < minutes.size(); ++minute) {
        for (const tariff::DaySwitch& change : switches) {
          if (change.at_s == minute * kMinuteS) rate = static_cast<std::uint8_t>(change.script - 1);
        }
        minutes[minute] = rate;
      }
    }
    return minutes;
  }

  const tariff::Plan* plan_;
  std::map<std::int64_t, Minutes> days_;
};

struct InForce {
  std::int64_t from_utc_s;
  Rates rates;
};

std::size_t rate_at(std::vector<InForce>& plans, const ZoneRule& zone, std::int64_t utc_s) {
  std::size_t rate = 0;
  for (InForce& plan : plans) {
    if (plan.from_utc_s <= utc_s) rate = plan.rates.at(utc_s + 60 * zone.offset_at_min(utc_s));
  }
  return rate;
}

Truth& operator+=(Truth& sum, const Truth& more) {
  for (std::size_t k = 0; k < kQuantities; ++k) {
    sum.exact[k] += more.exact[k];
    sum.bounds.low[k] += more.bounds.low[k];
    sum.bounds.high[k] += more.bounds.high[k];
  }
  sum.bounds.reactive_low += more.bounds.reactive_low;
  sum.bounds.reactive_high += more.bounds.reactive_high;
  sum.powered_ns += more.powered_ns;
  sum.unknown_ns += more.unknown_ns;
  return sum;
}

// From here on, by the meter's clock.
struct Point {
  kernel::TimeNs t;
  std::int64_t utc_s;
};

std::vector<Point> points_of(const Scenario& scenario, const Home& home,
                             std::span<const PoweredSpan> powered, kernel::TimeNs until) {
  std::vector<Point> points;
  const models::Rtc& rtc = home.meter->board().rtc.clock();
  for (const ExpectedRow& row : expected_rows(rtc, powered, multiples_of(kMinuteS), until)) {
    points.push_back({row.captured_at, row.stamp_utc_s});
  }
  for (const PoweredSpan& span : powered) {
    if (span.on > until) continue;
    points.push_back({span.on, scenario.general.start_utc_s + span.on / kernel::kNsPerSecond});
  }
  std::ranges::sort(points, {}, &Point::t);
  points.push_back({until, 0});
  return points;
}

// What clients put in force, by time.
std::vector<InForce> plans_of(const Scenario& scenario, const Home& home) {
  std::vector<InForce> plans;
  for (const Event& event : scenario.events) {
    if (event.type != EventType::calendar || !event.meters.contains(home.identity.number)) continue;
    plans.push_back({scenario.general.start_utc_s + event.activate_at / kernel::kNsPerSecond,
                     Rates(event.tariff)});
  }
  std::ranges::stable_sort(plans, {}, &InForce::from_utc_s);
  return plans;
}

// A unit is counted for the rate in whose hours it is completed.
std::uint32_t wrong_rates(Truth truth, int changeovers,
                          const std::array<std::uint32_t, kQuantities>& held) {
  RegisterValues registered{};
  for (std::size_t k = 0; k < kQuantities; ++k) {
    truth.bounds.low[k] -= changeovers;
    truth.bounds.high[k] += changeovers;
    registered[k] = held[k];
  }
  truth.bounds.reactive_low -= 4 * changeovers;
  truth.bounds.reactive_high += 4 * changeovers;
  const std::uint32_t wrong = wrong_registers(truth, registered);
  return static_cast<std::uint32_t>(std::popcount(wrong));
}

}  // namespace

TariffTruth tariff_truth(const Scenario& scenario, const Home& home,
                         std::span<const PoweredSpan> powered, kernel::TimeNs until) {
  std::vector<InForce> plans = plans_of(scenario, home);
  TariffTruth expected;
  TruthMeter meter(*home.supply, home.meter->feed().changes());
  Truth before = meter.advance(0);
  std::int64_t quarter_end_s = (scenario.general.start_utc_s / kQuarterS + 1) * kQuarterS;
  for (const Point& point : points_of(scenario, home, powered, until)) {
    const Truth now = meter.advance(point.t);
    const Truth span = now - before;
    before = now;
    expected.rates[expected.rate] += span;
    expected.quarters[quarter_end_s] += span;
    if (point.utc_s == 0) break;
    const std::size_t next = rate_at(plans, home.settings.zone, point.utc_s);
    if (next != expected.rate) {
      ++expected.changeovers[expected.rate];
      ++expected.changeovers[next];
      expected.rate = next;
    }
    quarter_end_s = (point.utc_s / kQuarterS + 1) * kQuarterS;
  }
  return expected;
}

bool has_tariff(const Scenario& scenario, std::uint32_t meter) {
  return std::ranges::any_of(scenario.events, [&](const Event& event) {
    return event.type == EventType::calendar && event.meters.contains(meter);
  });
}

void judge_tariff(const Scenario& scenario, const Home& home, std::span<const PoweredSpan> powered,
                  const HeldTariff& held, result::RunFigures& figures) {
  std::vector<InForce> plans = plans_of(scenario, home);
  TariffTruth expected = tariff_truth(scenario, home, powered, held.asked);
  TruthMeter meter(*home.supply, home.meter->feed().changes());
  const Truth before = meter.advance(held.asked);
  // While the registers were read, energy went on.
  const Truth reading = meter.advance(held.answered) - before;
  for (std::size_t k = 0; k < kQuantities; ++k) {
    expected.rates[expected.rate].bounds.high[k] += reading.bounds.high[k];
  }
  expected.rates[expected.rate].bounds.reactive_high += reading.bounds.reactive_high;

  for (std::size_t k = 0; k < kRates; ++k) {
    figures.tariff.judged += kQuantities;
    figures.tariff.mismatches +=
        wrong_rates(expected.rates[k], expected.changeovers[k], held.wh[k]);
  }
  judge_demand(
      scenario, home, held, expected, reading,
      [&](std::int64_t utc_s) { return rate_at(plans, home.settings.zone, utc_s); },
      figures.demand);
}

}  // namespace sim::run
