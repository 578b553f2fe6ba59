// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/text.hpp"

#include <array>
#include <chrono>
#include <cmath>
#include <cstdio>

namespace sim::result {
namespace {

constexpr double kDayS = 86'400;

double decimal_step(double span, int wanted) {
  const double raw = span / wanted;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    if (raw <= factor * power * 1.0000001) return factor * power;
  }
  return 10 * power;
}

double clock_step(double span, int wanted) {
  static constexpr std::array<double, 22> kSteps = {
      1,    2,    5,    10,    15,    30,    60,    120,   300,       600,       900,
      1800, 3600, 7200, 10800, 14400, 21600, 43200, kDayS, 2 * kDayS, 7 * kDayS, 30 * kDayS};
  for (const double step : kSteps) {
    if (span / step <= wanted) return step;
  }
  return decimal_step(span / kDayS, wanted) * kDayS;
}

double step_of(const Range& range, Quantity quantity, int wanted) {
  const double span = std::max(range.high - range.low, 1e-9);
  if (quantity == Quantity::utc || quantity == Quantity::seconds) return clock_step(span, wanted);
  return decimal_step(span, wanted);
}

std::string fixed(double value, int decimals) {
  char text[48];
  std::snprintf(text, sizeof text, "%.*f", decimals, value);
  return text;
}

// Up to three significant digits, without zeros at the end.
std::string brief(double value) {
  const double size = std::abs(value);
  std::string text = fixed(value, size >= 100 ? 0 : size >= 10 ? 1 : 2);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  return text == "-0" ? "0" : text;
}

// 12 345 678 with thin gaps.
std::string grouped(double value) {
  std::string digits = fixed(std::abs(std::round(value)), 0);
  for (int at = static_cast<int>(digits.size()) - 3; at > 0; at -= 3) {
    digits.insert(static_cast<std::size_t>(at), "\u2009");
  }
  return (value < 0 ? "\u2212" : "") + digits;
}

std::string scaled(double value, double large, const char* small_unit, const char* large_unit) {
  if (std::abs(value) >= large) return brief(value / large) + "\u00a0" + large_unit;
  return brief(value) + "\u00a0" + small_unit;
}

struct Civil {
  int month, day, hour, minute, second;
};

Civil civil_of(std::int64_t utc_s) {
  const std::chrono::sys_seconds time{std::chrono::seconds{utc_s}};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date{day};
  const auto rest = static_cast<int>((time - day).count());
  return {static_cast<int>(unsigned(date.month())), static_cast<int>(unsigned(date.day())),
          rest / 3600, rest / 60 % 60, rest % 60};
}

std::string date_text(const Civil& civil) {
  static constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                            "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  return std::to_string(civil.day) + "\u00a0" + kMonths[civil.month - 1];
}

std::string clock_text(const Civil& civil) {
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d", civil.hour, civil.minute);
  return text;
}

}  // namespace

std::string px(double value) { return fixed(value, 1); }

std::string date_time_text(std::int64_t utc_s) {
  const Civil civil = civil_of(utc_s);
  return date_text(civil) + " " + clock_text(civil);
}

std::string shown(double value, Quantity quantity) {
  if (std::isnan(value)) return "\u2013";
  switch (quantity) {
    case Quantity::plain:
      break;
    case Quantity::percent: {
      const double percent = 100 * value;
      // 99.96 % must not read as 100 %.
      if (percent > 99 && percent < 100)
        return fixed(std::floor(percent * 100) / 100, 2) + "\u00a0%";
      return brief(percent) + "\u00a0%";
    }
    case Quantity::octets:
      if (std::abs(value) >= 1e6) return scaled(value / 1e3, 1e3, "kB", "MB");
      return scaled(value, 1e3, "B", "kB");
    case Quantity::watts:
      return scaled(value, 1e3, "W", "kW");
    case Quantity::seconds:
      if (std::abs(value) >= 7200) return brief(value / 3600) + "\u00a0h";
      if (std::abs(value) >= 120) return brief(value / 60) + "\u00a0min";
      return brief(value) + "\u00a0s";
    case Quantity::utc:
      return date_time_text(static_cast<std::int64_t>(value));
    case Quantity::decades:
      return brief(std::pow(10, value));
  }
  if (value == std::trunc(value)) return grouped(value);
  return brief(value);
}

namespace {

std::vector<Tick> decade_ticks(const Range& range) {
  std::vector<Tick> list;
  for (double decade = std::floor(range.low); decade <= range.high; ++decade) {
    for (const double digit : {1.0, 2.0, 5.0}) {
      const double at = decade + std::log10(digit);
      if (at < range.low - 1e-9 || at > range.high + 1e-9) continue;
      list.push_back({at, shown(at, Quantity::decades)});
    }
  }
  return list;
}

}  // namespace

std::vector<Tick> ticks(const Range& range, Quantity quantity, int wanted) {
  if (quantity == Quantity::decades) return decade_ticks(range);
  const double step = step_of(range, quantity, wanted);
  std::vector<Tick> list;
  for (double at = std::ceil(range.low / step - 1e-9) * step; at <= range.high + 1e-9 * step;
       at += step) {
    std::string label = shown(std::abs(at) < 1e-9 * step ? 0 : at, quantity);
    if (quantity == Quantity::seconds && range.high >= 7200) {
      label = brief(at / 3600) + "\u00a0h";  // one unit along the axis
    } else if (quantity == Quantity::seconds && range.high >= 120) {
      label = brief(at / 60) + "\u00a0min";
    }
    if (quantity == Quantity::utc) {
      const Civil civil = civil_of(static_cast<std::int64_t>(at));
      const bool midnight = civil.hour == 0 && civil.minute == 0;
      label = midnight ? date_text(civil) : clock_text(civil);
    }
    list.push_back({at, std::move(label)});
  }
  return list;
}

Range rounded(const Range& range, Quantity quantity, int wanted) {
  Range wide = range;
  for (int round = 0; round < 3; ++round) {  // the wider range may want a wider step
    const double step = step_of(wide, quantity, wanted);
    wide = {std::floor(range.low / step + 1e-9) * step, std::ceil(range.high / step - 1e-9) * step};
  }
  return wide;
}

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

}  // namespace sim::result
