// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/civil_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "protocol/calendar.hpp"

namespace sim::run {
namespace {

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

}  // namespace

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
  return offset_min + (daylight_saving && protocol::eu_daylight_saving(utc_s) ? 60 : 0);
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
  const auto offset = protocol::parse_offset(text);
  return offset ? std::optional(ZoneRule{*offset, false}) : std::nullopt;
}

std::string zone_names() {
  std::string names;
  for (const NamedZone& zone : kZones) names += std::string(zone.name) + ", ";
  return names + "or a fixed offset such as +01:00";
}

}  // namespace sim::run
