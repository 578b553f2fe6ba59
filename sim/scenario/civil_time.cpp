// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/civil_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

namespace sim::run {
namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr std::int64_t kHourS = 3600;

struct NamedZone {
  const char* name;
  ZoneRule rule;
};
constexpr std::array<NamedZone, 3> kZones = {{
    {"UTC", {0, false}},
    {"Europe/London", {0, true}},
    {"Europe/Berlin", {60, true}},
}};

// Takes exactly `digits` decimal digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return {};
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return {};
    value = 10 * value + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool take(std::string_view& text, char wanted) {
  if (text.empty() || text.front() != wanted) return false;
  text.remove_prefix(1);
  return true;
}

// "Z", "+01:00", "-05:30"
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, 'Z') || take(text, 'z')) return 0;
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {};
  const int sign = text.front() == '-' ? -1 : 1;
  text.remove_prefix(1);
  const auto hours = take_number(text, 2);
  if (!hours || !take(text, ':')) return {};
  const auto minutes = take_number(text, 2);
  if (!minutes || *hours > 14 || *minutes > 59) return {};
  return sign * (*hours * 60 + *minutes);
}

std::optional<std::int64_t> take_date(std::string_view& text) {
  const auto year = take_number(text, 4);
  if (!year || !take(text, '-')) return {};
  const auto month = take_number(text, 2);
  if (!month || !take(text, '-')) return {};
  const auto day = take_number(text, 2);
  if (!day) return {};
  const std::chrono::year_month_day date{std::chrono::year{*year},
                                         std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return {};
  return std::chrono::sys_days{date}.time_since_epoch().count() * kDayS;
}

// 01:00 UTC on the last Sunday of the month.
std::int64_t change_utc_s(std::chrono::year year, std::chrono::month month) {
  const std::chrono::sys_days day{year / month / std::chrono::Sunday[std::chrono::last]};
  return day.time_since_epoch().count() * kDayS + kHourS;
}

}  // namespace

std::optional<CivilText> parse_civil(std::string_view text) {
  const auto date_s = take_date(text);
  if (!date_s || !(take(text, 'T') || take(text, ' '))) return {};
  const auto hour = take_number(text, 2);
  if (!hour || !take(text, ':')) return {};
  const auto minute = take_number(text, 2);
  if (!minute) return {};
  int second = 0;
  if (take(text, ':')) {
    const auto seconds = take_number(text, 2);
    if (!seconds) return {};
    second = *seconds;
  }
  if (*hour > 23 || *minute > 59 || second > 59) return {};
  CivilText civil{*date_s + *hour * kHourS + *minute * 60 + second, {}};
  if (!text.empty()) {
    civil.offset_min = take_offset(text);
    if (!civil.offset_min || !text.empty()) return {};
  }
  return civil;
}

std::optional<std::int64_t> parse_rfc3339(std::string_view text) {
  const auto civil = parse_civil(text);
  if (!civil || !civil->offset_min) return {};
  return civil->utc_s();
}

std::string format_utc(std::int64_t utc_s) {
  std::int64_t days = utc_s / kDayS;
  std::int64_t rest = utc_s % kDayS;
  if (rest < 0) {
    rest += kDayS;
    --days;
  }
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02dZ", int(date.year()),
                unsigned(date.month()), unsigned(date.day()), int(rest / kHourS),
                int(rest / 60 % 60), int(rest % 60));
  return text;
}

std::optional<std::int64_t> parse_clock(std::string_view text) {
  std::array<std::int64_t, 3> part{};
  std::size_t n_parts = 0;
  while (n_parts < part.size()) {
    const std::size_t colon = std::min(text.find(':'), text.size());
    const char* const end = text.data() + colon;
    const auto [stop, error] = std::from_chars(text.data(), end, part[n_parts]);
    if (error != std::errc{} || stop != end || part[n_parts] < 0) return {};
    if (n_parts > 0 && (colon != 2 || part[n_parts] > 59)) return {};
    ++n_parts;
    text.remove_prefix(colon);
    if (text.empty()) break;
    text.remove_prefix(1);
  }
  if (!text.empty() || n_parts < 2 || part[0] > 1'000'000) return {};
  return part[0] * kHourS + part[1] * 60 + part[2];
}

int ZoneRule::offset_at_min(std::int64_t utc_s) const {
  if (!daylight_saving) return offset_min;
  const std::chrono::sys_days day{
      std::chrono::floor<std::chrono::days>(std::chrono::sys_seconds{std::chrono::seconds{utc_s}})};
  const std::chrono::year year = std::chrono::year_month_day{day}.year();
  const bool summer = utc_s >= change_utc_s(year, std::chrono::March) &&
                      utc_s < change_utc_s(year, std::chrono::October);
  return offset_min + (summer ? 60 : 0);
}

std::optional<std::int64_t> ZoneRule::to_utc(std::int64_t local_s, std::int64_t after_utc_s) const {
  std::optional<std::int64_t> found;
  for (const int extra_min : {60, 0}) {  // the summer reading comes first in time
    if (extra_min != 0 && !daylight_saving) continue;
    const std::int64_t utc_s = local_s - 60 * (offset_min + extra_min);
    if (offset_at_min(utc_s) != offset_min + extra_min) continue;
    if (!found || *found <= after_utc_s) found = utc_s;
  }
  return found;
}

std::optional<ZoneRule> parse_zone(std::string_view text) {
  for (const NamedZone& zone : kZones) {
    if (text == zone.name) return zone.rule;
  }
  if (text.empty() || (text.front() != '+' && text.front() != '-')) return {};
  const auto offset = take_offset(text);
  if (!offset || !text.empty()) return {};
  return ZoneRule{*offset, false};
}

std::string zone_names() {
  std::string names;
  for (const NamedZone& zone : kZones) names += std::string(zone.name) + ", ";
  return names + "or a fixed offset such as +01:00";
}

}  // namespace sim::run
