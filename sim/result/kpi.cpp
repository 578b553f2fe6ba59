// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/result/kpi.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace sim::result {

bool Limit::holds(double value) const {
  if (std::isnan(value)) return false;
  if (min && value < *min) return false;
  if (max && value > *max) return false;
  return !equals || value == *equals;
}

std::string Limit::text() const {
  std::string text;
  const auto add = [&](const char* relation, const std::optional<double>& bound) {
    if (!bound) return;
    if (!text.empty()) text += " and ";
    text += relation + number_text(*bound);
  };
  add("= ", equals);
  add(">= ", min);
  add("<= ", max);
  return text;
}

Verdict Kpi::verdict(const Limit& limit) const {
  const bool holds = limit.holds(value);
  if (holds && !incomplete) return Verdict::pass;
  if (!cut_short) return Verdict::fail;
  if (holds || std::isnan(value)) return Verdict::open;
  if (ripeness == Ripeness::ripe) return Verdict::fail;
  const bool beyond = (limit.max && value > *limit.max) || (limit.equals && value > *limit.equals);
  return beyond ? Verdict::fail : Verdict::open;
}

Verdict Kpi::verdict() const {
  Verdict worst = Verdict::pass;
  for (const Limit& limit : limits) {
    const Verdict each = verdict(limit);
    if (each == Verdict::fail) return each;
    if (each == Verdict::open) worst = each;
  }
  return worst;
}

std::string Kpi::limit_text() const {
  std::string text;
  for (const Limit& limit : limits) {
    if (!text.empty()) text += " and ";
    text += limit.text();
  }
  return text;
}

std::vector<Kpi> judge(std::vector<Kpi> measured, std::span<const Expectation> expectations) {
  for (const Expectation& expectation : expectations) {
    auto kpi = std::ranges::find(measured, expectation.kpi, &Kpi::name);
    if (kpi == measured.end()) {
      measured.push_back({expectation.kpi, std::numeric_limits<double>::quiet_NaN(), "", {}});
      kpi = std::prev(measured.end());
    }
    kpi->limits.push_back(expectation.limit);
  }
  return measured;
}

bool none_fails(std::span<const Kpi> kpis) {
  return std::ranges::none_of(kpis, [](const Kpi& kpi) { return kpi.verdict() == Verdict::fail; });
}

std::string number_text(double value) {
  if (!std::isfinite(value)) return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";  // also -0
  char text[40];
  const auto [end, error] = std::to_chars(text, text + sizeof text, value);
  // to_chars picks 1e+05 over 100000 where it is shorter; plain digits read better.
  if (std::abs(value) < 9.1e15 && value == std::trunc(value)) {
    const auto [whole_end, whole_error] =
        std::to_chars(text, text + sizeof text, static_cast<long long>(value));
    return std::string(text, whole_end);
  }
  return std::string(text, end);
}

std::string rounded_text(const Kpi& kpi) {
  if (!std::isfinite(kpi.value) || kpi.value == std::trunc(kpi.value)) {
    return number_text(kpi.value);
  }
  for (int digits = 4; digits < 17; ++digits) {
    char text[40];
    const auto [end, error] =
        std::to_chars(text, text + sizeof text, kpi.value, std::chars_format::general, digits);
    Kpi rounded = kpi;
    std::from_chars(text, end, rounded.value);
    if (rounded.verdict() == kpi.verdict()) return number_text(rounded.value);
  }
  return number_text(kpi.value);
}

}  // namespace sim::result
