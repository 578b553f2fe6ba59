// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The only place that asks for the machine's time zone data.
#include "sim/scenario/zone_table.hpp"

#include <date/tz.h>

#include <algorithm>
#include <fstream>

#include "protocol/calendar.hpp"
#include "sim/scenario/problem.hpp"

namespace sim::run {
namespace {

constexpr std::int64_t kStart1970 = 0;
constexpr std::int64_t kStart2100 = 4'102'444'800;
constexpr int kMaxMeterZone_min = 840;  // meter/fw/time: UTC-14:00 to UTC+14:00

std::vector<ZoneTable::Span> expand(const date::time_zone& zone) {
  std::vector<ZoneTable::Span> spans;
  for (std::int64_t at = kStart1970; at < kStart2100;) {
    const date::sys_info info = zone.get_info(date::sys_seconds(std::chrono::seconds(at)));
    const std::int64_t offset_s = info.offset.count();
    // A change of the name alone is none of the clock.
    if (spans.empty() || spans.back().offset_s != offset_s) spans.push_back({at, offset_s});
    const std::int64_t end = info.end.time_since_epoch().count();
    if (end <= at) break;
    at = end;
  }
  return spans;
}

std::int64_t start_of_year(std::int64_t utc_s, int later) {
  const auto date = protocol::civil_from_days(protocol::floor_div(utc_s, protocol::kDayS));
  return protocol::days_from_civil(date.year + later, 1, 1) * protocol::kDayS;
}

// The first instant from which the rule and the zone differ; none: never.
std::optional<std::int64_t> differs(const ZoneRule& rule, const ZoneTable& zone, std::int64_t from,
                                    std::int64_t to) {
  std::vector<std::int64_t> instants = {from};
  for (const ZoneTable::Span& span : zone.spans()) instants.push_back(span.from_utc_s);
  for (std::int64_t year = from; year < to; year = start_of_year(year, 1)) {
    const int number = protocol::civil_from_days(year / protocol::kDayS).year;
    for (const unsigned month : {3u, 10u}) {
      instants.push_back(protocol::eu_change_utc_s(number, month));
    }
  }
  std::ranges::sort(instants);
  for (const std::int64_t at : instants) {
    if (at < from || at >= to) continue;
    if (60 * rule.offset_at_min(at) != zone.offset_at_s(at)) return at;
  }
  return {};
}

}  // namespace

std::int64_t ZoneTable::offset_at_s(std::int64_t utc_s) const {
  if (spans_.empty()) return 0;
  const auto after = std::ranges::upper_bound(spans_, utc_s, {}, &Span::from_utc_s);
  return after == spans_.begin() ? spans_.front().offset_s : (after - 1)->offset_s;
}

std::optional<std::int64_t> ZoneTable::to_utc(std::int64_t local_s,
                                              std::int64_t after_utc_s) const {
  constexpr std::int64_t kMostOffsetS = 26 * 3600;
  if (spans_.empty()) return local_s;
  std::optional<std::int64_t> found;
  for (std::size_t i = 0; i < spans_.size(); ++i) {
    const bool last = i + 1 == spans_.size();
    if (!last && spans_[i + 1].from_utc_s < local_s - kMostOffsetS) continue;
    if (i > 0 && spans_[i].from_utc_s > local_s + kMostOffsetS) break;
    const std::int64_t utc_s = local_s - spans_[i].offset_s;
    const bool before = i > 0 && utc_s < spans_[i].from_utc_s;
    const bool after = !last && utc_s >= spans_[i + 1].from_utc_s;
    if (before || after) continue;
    if (!found || *found <= after_utc_s) found = utc_s;
  }
  return found;
}

std::optional<ZoneTable> find_zone(std::string_view name) {
  if (name == "UTC") return ZoneTable{};
  if (name.starts_with('+') || name.starts_with('-')) {
    const auto offset_min = protocol::parse_offset(name);
    if (!offset_min) return {};
    return ZoneTable{{{kStart1970, std::int64_t{60} * *offset_min}}};
  }
  try {
    // "localtime" is a different zone on every machine.
    if (name == "localtime") return {};
    return ZoneTable{expand(*date::locate_zone(name))};
  } catch (const std::exception&) {
    return {};
  }
}

std::string nearest_zone(std::string_view name) {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& zone : date::get_tzdb().zones) names.push_back(zone.name());
  } catch (const std::exception&) {
    return "";
  }
  return nearest(name, names);
}

std::string zone_data_version() {
  try {
    std::string version = date::get_tzdb().version;
    if (version != "unknown" && !version.empty()) return version;
    // The system's own data say it in the first line of the source they carry.
    std::ifstream source("/usr/share/zoneinfo/tzdata.zi");
    constexpr std::string_view kHead = "# version ";
    std::string line;
    if (std::getline(source, line) && line.starts_with(kHead)) return line.substr(kHead.size());
    return "unknown";
  } catch (const std::exception&) {
    return "none";
  }
}

MeterZone meter_zone(std::string_view name, std::int64_t from_utc_s, std::int64_t to_utc_s) {
  const auto zone = find_zone(name);
  if (!zone) return {{}, "unknown time zone"};
  const std::int64_t from = std::max(kStart1970, start_of_year(from_utc_s, 0));
  const std::int64_t to = std::min(kStart2100, start_of_year(to_utc_s, 1));
  const std::int64_t offset_s = zone->offset_at_s(from);
  MeterZone found{{static_cast<int>(offset_s / 60), false}, {}};
  if (offset_s % 60 != 0 || std::abs(found.rule.offset_min) > kMaxMeterZone_min) {
    found.why = "its offset is none of whole minutes up to 14 h";
    return found;
  }
  const auto fixed = differs(found.rule, *zone, from, to);
  if (!fixed) return found;
  found.rule.daylight_saving = true;
  const auto summer = differs(found.rule, *zone, from, to);
  if (!summer) return found;
  found.why = "its clocks change at " + format_utc(*fixed) +
              ", those of a meter at the dates of the European Union or never";
  return found;
}

}  // namespace sim::run
