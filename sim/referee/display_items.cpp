// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/display_items.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "protocol/calendar.hpp"
#include "sim/referee/demand.hpp"
#include "sim/referee/local_days.hpp"

namespace sim::run {
namespace {

constexpr std::size_t kDigits = 8;
// Of what is measured beside energy: the class and some of the last digit.
constexpr double kShare = 0.02;
constexpr double kCreeping_w = 10;

using Kind = ShownKind;
constexpr ShownItem kClient[] = {
    {"1.8.0", "kWh", Kind::energy, kActiveImport, 2},
    {"2.8.0", "kWh", Kind::energy, kActiveExport, 2},
    {"1.8.1", "kWh", Kind::rate, 0, 2},
    {"1.8.2", "kWh", Kind::rate, 1, 2},
    {"1.8.3", "kWh", Kind::rate, 2, 2},
    {"1.8.4", "kWh", Kind::rate, 3, 2},
    {"1.8.5", "kWh", Kind::rate, 4, 2},
    {"1.8.6", "kWh", Kind::rate, 5, 2},
    {"1.6.0", "kW", Kind::peak, 0, 3, true},
    {"1.7.0", "kW", Kind::power, 0, 3},
    {"0.9.1", "", Kind::time},
    {"0.9.2", "", Kind::date},
};
constexpr ShownItem kService[] = {
    {"96.1.0", "", Kind::serial},
    {"0.2.0", "", Kind::revision},
    {"5.8.0", "kVArh", Kind::energy, 2, 2},
    {"6.8.0", "kVArh", Kind::energy, 3, 2},
    {"7.8.0", "kVArh", Kind::energy, 4, 2},
    {"8.8.0", "kVArh", Kind::energy, 5, 2},
    {"32.7.0", "V", Kind::voltage, 0, 1},
    {"52.7.0", "V", Kind::voltage, 1, 1},
    {"72.7.0", "V", Kind::voltage, 2, 1},
    {"31.7.0", "A", Kind::current, 0, 3},
    {"51.7.0", "A", Kind::current, 1, 3},
    {"71.7.0", "A", Kind::current, 2, 3},
    {"14.7.0", "Hz", Kind::frequency, 0, 2},
    {"97.97.0", "", Kind::errors},
};

std::vector<models::ElectricalState> states_before(const Home& home, const Look& look) {
  std::vector<models::ElectricalState> states;
  for (const kernel::TimeNs back :
       {kernel::kNsPerSecond / 2, kernel::kNsPerSecond / 4, kernel::TimeNs{0}}) {
    const kernel::TimeNs at = std::max<kernel::TimeNs>(0, look.at - back);
    models::SwitchState switches;
    const models::ChangeLog& changes = home.meter->feed().changes();
    for (std::size_t k = 0; k < changes.size() && changes[k].at <= at; ++k) {
      switches.apply(changes[k]);
    }
    states.push_back(home.supply->state(home.supply->mains().step_at(at), switches));
  }
  return states;
}

struct Between {
  double low;
  double high;
};
template <typename Of>
Between between(const ShownContext& context, Of of, double least_step) {
  Between found{1e300, -1e300};
  for (const models::ElectricalState& state : states_before(context.home, context.look)) {
    const double value = of(state);
    found.low = std::min(found.low, value * (1 - kShare) - least_step);
    found.high = std::max(found.high, value * (1 + kShare) + least_step);
  }
  return found;
}

// Digits of a number in the unit of the glass, cut behind its decimals.
bool is_number(const std::string& digits, int decimals, bool all_digits, Between wanted) {
  const std::size_t point = digits.find('.');
  const std::size_t behind = point == std::string::npos ? 0 : digits.size() - point - 1;
  if (behind != static_cast<std::size_t>(decimals)) return false;
  if (all_digits && digits.size() != kDigits + (decimals > 0 ? 1 : 0)) return false;
  double value = 0;
  const char* const end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, value, std::chars_format::fixed);
  if (error != std::errc{} || at != end) return false;
  const double step = std::pow(10, -decimals);
  return value > wanted.low - step && value < wanted.high + step / 10;
}

Shown number_shown(const ShownItem& item, Between wanted, bool all_digits) {
  wanted.low = std::max(0.0, wanted.low);
  const int decimals = item.decimals;
  const auto text = [&](double value) {
    const double step = std::pow(10, decimals);
    return fmt::format("{:.{}f}", std::floor(value * step) / step, decimals);
  };
  const std::string low = text(wanted.low);
  const std::string high = text(std::max(0.0, wanted.high));
  return {low == high ? low : low + " to " + high, [=](const std::string& digits) {
            return is_number(digits, decimals, all_digits, wanted);
          }};
}

Shown text_shown(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    const char upper = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    return upper == 'S' ? '5' : upper;  // one figure
  });
  return {text, [text](const std::string& digits) { return digits == text; }};
}

// One unit more or less, and one at each change of the rate.
Between register_of(const Truth& truth, std::size_t quantity, int changeovers) {
  const double slack = 1 + changeovers;
  return {(truth.bounds.low[quantity] - slack) / 1000,
          (truth.bounds.high[quantity] + slack) / 1000};
}

Between peak_of(const ShownContext& context, std::size_t direction) {
  const TariffTruth truth =
      tariff_truth(context.scenario, context.home, context.powered, context.look.at);
  const std::int64_t now_s = context.look.rtc_ticks / models::Rtc::kRateHz;
  const std::int64_t month_s = begin_of_month(context.home.settings.zone, now_s);
  const ZoneRule& zone = context.home.settings.zone;
  const auto period_s =
      demand_period_s(context.scenario, context.home.identity.number, month_s).value_or(kQuarterS);
  Between peak{0, 0};
  for (const Demand& demand : demands_of(truth, direction, zone, period_s, month_s, now_s)) {
    // One that ends at this instant may be counted or not.
    if (demand.end_s < now_s) peak.low = std::max(peak.low, demand.low_w);
    peak.high = std::max(peak.high, demand.high_w);
  }
  return {(peak.low - 1) / 1000, (peak.high + 1) / 1000};
}

Shown clock_shown(const ShownContext& context, bool date) {
  const std::int64_t utc_s = context.look.rtc_ticks / models::Rtc::kRateHz;
  const std::int64_t local_s = utc_s + 60 * context.home.settings.zone.offset_at_min(utc_s);
  const std::int64_t day = protocol::floor_div(local_s, protocol::kDayS);
  if (date) {
    const auto civil = protocol::civil_from_days(day);
    return text_shown(fmt::format("{:02}.{:02}.{:02}", civil.day, civil.month, civil.year % 100));
  }
  const std::int64_t s = local_s - day * protocol::kDayS;
  return text_shown(fmt::format("{:02}.{:02}.{:02}", s / 3600, s / 60 % 60, s % 60));
}

}  // namespace

std::vector<ShownItem> display_items(bool service, MeterModel model) {
  std::vector<ShownItem> items;
  for (const ShownItem& item : service ? std::span<const ShownItem>(kService) : kClient) {
    const bool by_phase = item.kind == Kind::voltage || item.kind == Kind::current;
    if (!by_phase || item.which == 0 || model == MeterModel::ad13a) items.push_back(item);
  }
  return items;
}

std::vector<Flow> flows_before(const Home& home, const Look& look) {
  std::vector<Flow> flows;
  for (const auto& state : states_before(home, look)) flows.push_back(flow_of(state));
  return flows;
}

Shown shown_of(const ShownItem& item, const ShownContext& context) {
  const Home& home = context.home;
  const int phase = static_cast<int>(item.which);
  switch (item.kind) {
    case Kind::energy: {
      TruthMeter meter(*home.supply, home.meter->feed().changes());
      return number_shown(item, register_of(meter.advance(context.look.at), item.which, 0), true);
    }
    case Kind::rate: {
      const TariffTruth truth =
          tariff_truth(context.scenario, home, context.powered, context.look.at);
      return number_shown(
          item, register_of(truth.rates[item.which], kActiveImport, truth.changeovers[item.which]),
          true);
    }
    case Kind::peak:
      return number_shown(item, peak_of(context, item.which), false);
    case Kind::power: {
      Between power = between(
          context, [](const auto& state) { return std::max(0.0, flow_of(state).active_w); }, 2);
      if (power.low < kCreeping_w) power.low = 0;
      return number_shown(item, {power.low / 1000, power.high / 1000}, false);
    }
    case Kind::voltage:
      return number_shown(
          item,
          between(
              context, [&](const auto& state) { return voltage_rms_v(state, phase); }, 0.2),
          false);
    case Kind::current:
      return number_shown(
          item,
          between(
              context, [&](const auto& state) { return current_rms_a(state, phase); }, 0.01),
          false);
    case Kind::frequency:
      return number_shown(item, {49, 51}, false);
    case Kind::time:
    case Kind::date:
      return clock_shown(context, item.kind == Kind::date);
    case Kind::serial: {
      const std::string& serial = home.identity.serial;
      return text_shown(serial.substr(serial.size() - std::min(serial.size(), kDigits)));
    }
    case Kind::revision:
      return text_shown(home.meter->firmware().revision);
    case Kind::errors:
      return {"8 digits", [](const std::string& digits) { return digits.size() == kDigits; }};
  }
  return {};
}

}  // namespace sim::run
