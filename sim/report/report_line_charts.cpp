// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "sim/report/report.hpp"
#include "sim/report/report_charts.hpp"
#include "sim/result/power_line_tables.hpp"

namespace sim::result {
namespace {

constexpr int kFailedColour = 7;

void mark_line_outages(const ReportData& data, Chart& chart) {
  mark_outages(data, "concentrator_outage", "concentrator off", chart);
  mark_outages(data, "outage", "outage", chart);
}

double line_meters(const ReportData& data) {
  const std::uint32_t ever = data.line.registered.empty() ? 0 : data.line.registered.back().ever;
  return static_cast<double>(std::max<std::size_t>(data.line.meters.size(), ever));
}

// ---- Registration ----

// At most two points a bucket of time, the lowest and the last: no dip falls between points.
std::vector<LineData::Registered> thinned(const std::vector<LineData::Registered>& all,
                                          double end_s) {
  if (all.size() <= kMaxPoints) return all;
  const double bucket_s = std::max(end_s, 1.0) / static_cast<double>(kMaxPoints / 2);
  std::vector<LineData::Registered> points;
  for (std::size_t first = 0; first < all.size();) {
    const double bucket = std::floor(all[first].t_s / bucket_s);
    std::size_t lowest = first;
    std::size_t next = first;
    for (; next < all.size() && std::floor(all[next].t_s / bucket_s) == bucket; ++next) {
      if (all[next].now < all[lowest].now) lowest = next;
    }
    points.push_back(all[lowest]);
    if (lowest != next - 1) points.push_back(all[next - 1]);
    first = std::max(next, first + 1);
  }
  return points;
}

Chart registration(const ReportData& data) {
  Chart chart = over_time(data, "Registered meters", "in the concentrators' lists");
  const double meters = line_meters(data);
  chart.y = {0, meters};
  const auto start = static_cast<double>(data.start_utc_s);
  const double end_s = chart.x.high - start;
  Chart::Series now{"registered", Chart::Kind::area, 1, {{start, 0}}, 0};
  const auto points = thinned(data.line.registered, end_s);
  for (const LineData::Registered& point : points) {
    if (point.t_s > end_s) break;
    now.points.push_back({start + point.t_s, static_cast<double>(point.now)});
  }
  now.points.push_back({chart.x.high, now.points.back().y});
  constexpr std::size_t kHovers = 150;
  std::size_t at = 0;
  for (std::size_t i = 0; i < kHovers; ++i) {
    const double from = start + end_s * static_cast<double>(i) / kHovers;
    const double to = start + end_s * static_cast<double>(i + 1) / kHovers;
    double fewest = now.points[at].y;
    while (at + 1 < now.points.size() && now.points[at + 1].x < to) {
      fewest = std::min(fewest, now.points[++at].y);
    }
    chart.hovers.push_back(
        {from, to, shown(from, Quantity::utc) + ": at least " + shown(fewest) + " registered"});
  }
  const LineData::Registered& last = data.line.registered.back();
  chart.note = shown(last.now) + " of " + shown(meters) + " at the end. Meters left " +
               shown(static_cast<double>(data.line.departures)) + " times";
  if (data.line.restarts > 0) {
    chart.note += "; lists of concentrators emptied by an outage: " +
                  shown(static_cast<double>(data.line.restarts));
  }
  chart.note += ".";
  chart.series.push_back(std::move(now));
  mark_line_outages(data, chart);
  return chart;
}

// When this share of those that ever registered had done so.
double ever_quantile_s(const LineData& line, double share) {
  const double wanted = share * line.registered.back().ever;
  for (const LineData::Registered& point : line.registered) {
    if (point.ever >= wanted) return point.t_s;
  }
  return line.registered.back().t_s;
}

Chart registration_start(const ReportData& data) {
  Chart chart;
  chart.title = "Registered meters, the first minutes";
  chart.x_quantity = Quantity::seconds;
  chart.x_label = "time since the start";
  chart.y_label = "meters";
  const double most_s = std::max(120.0, 2 * ever_quantile_s(data.line, 0.95));
  chart.x = rounded({0, most_s}, Quantity::seconds, 7);
  chart.y = {0, line_meters(data)};
  Chart::Series now{"registered", Chart::Kind::area, 1, {{0, 0}}, 0};
  Chart::Series ever{"at least once so far", Chart::Kind::step, 4, {{0, 0}}, 0};
  std::vector<LineData::Registered> shown_points;
  for (const LineData::Registered& point : data.line.registered) {
    if (point.t_s <= chart.x.high) shown_points.push_back(point);
  }
  for (const LineData::Registered& point : thinned(shown_points, chart.x.high)) {
    now.points.push_back({point.t_s, static_cast<double>(point.now)});
    ever.points.push_back({point.t_s, static_cast<double>(point.ever)});
  }
  const std::size_t every = now.points.size() / 150 + 1;
  for (std::size_t i = 0; i < now.points.size(); i += every) {
    const std::size_t next = i + every;
    const double to = next < now.points.size() ? now.points[next].x : chart.x.high;
    chart.hovers.push_back({now.points[i].x, to,
                            "after " + shown(now.points[i].x, Quantity::seconds) + ": " +
                                shown(now.points[i].y) + " registered, " + shown(ever.points[i].y) +
                                " at least once"});
  }
  for (auto* const series : {&now, &ever}) {
    series->points.push_back({chart.x.high, series->points.back().y});
  }
  chart.note = "Half of the meters had registered after " +
               shown(ever_quantile_s(data.line, 0.5), Quantity::seconds) + ", the last of " +
               shown(data.line.registered.back().ever) + " after " +
               shown(ever_quantile_s(data.line, 1), Quantity::seconds) + ".";
  chart.series = {std::move(now), std::move(ever)};
  return chart;
}

// ---- Airtime ----

struct Group {
  const char* name;
  int colour;
  std::vector<const char*> kinds;  // empty: all that are in no other
};

const std::vector<Group>& groups() {
  static const std::vector<Group> kGroups = {
      {"beacons", 6, {"beacon"}},
      {"data", 1, {"data"}},
      {"ARQ repetitions", 4, {"data_again"}},
      {"keep-alive (ALV)", 3, {"alv"}},
      {"modulation (PRM)", 5, {"prm"}},
      {"registration, connections", 2, {"reg", "con"}},
      {"promotion (PNPDU, PRO, BSI)", 7, {"pnpdu", "pro", "bsi"}},
      {"other control", 8, {}}};
  return kGroups;
}

const Group& group_of(const std::string& kind) {
  for (const Group& group : groups()) {
    if (std::ranges::find(group.kinds, kind) != group.kinds.end()) return group;
  }
  return groups().back();
}

// The seconds of each hour that were simulated, of all lines together.
std::vector<double> line_seconds(const ReportData& data) {
  const auto lines = static_cast<double>(std::max<std::size_t>(data.line.places.size(), 1));
  const auto whole_s = static_cast<double>(data.end_utc_s - data.start_utc_s);
  std::vector<double> seconds;
  for (double from = 0; from < whole_s; from += kHourS) {
    seconds.push_back(lines * std::min(kHourS, whole_s - from));
  }
  return seconds;
}

Chart airtime(const ReportData& data) {
  Chart chart = over_time(data, "Airtime by kind of frame", "of the time", Quantity::percent);
  std::vector<Stack> stacks;
  const std::vector<double> seconds = line_seconds(data);
  const double whole_s = std::accumulate(seconds.begin(), seconds.end(), 0.0);
  double all_s = 0;
  for (const Group& group : groups()) {
    Stack stack{group.name, group.colour, std::vector<double>(seconds.size(), 0)};
    for (const auto& [kind, hours] : data.line.airtime) {
      if (&group_of(kind) != &group) continue;
      for (std::size_t i = 0; i < std::min(hours.size(), seconds.size()); ++i) {
        stack.hours[i] += hours[i].airtime_s;
      }
    }
    const double sum_s = stack.sum();
    if (!(sum_s > 0)) continue;
    all_s += sum_s;
    stacks.push_back(std::move(stack));
  }
  stack_bars(stacks, &seconds, chart);
  mark_line_outages(data, chart);
  for (std::size_t k = 0; k < stacks.size() && whole_s > 0; ++k) {
    const double share = stacks[k].sum() / whole_s;
    chart.series[k].name += share < 5e-5 ? " < 0.01\u00a0%" : " " + shown(share, Quantity::percent);
  }
  if (whole_s > 0) {
    chart.note = "The line is busy " + shown(all_s / whole_s, Quantity::percent) +
                 " of the time, from preamble to end of frame; in the legend each kind's share "
                 "of the whole run.";
  }
  return chart;
}

Chart losses(const ReportData& data) {
  Chart chart = over_time(data, "Frames lost on the line", "of receptions", Quantity::percent);
  const std::size_t n_hours = line_seconds(data).size();
  const std::vector<double> none(n_hours, 0);
  std::vector<Stack> stacks = {
      {"noise", 4, none}, {"collision", 7, none}, {"receiver busy", 6, none}};
  std::vector<double> all = none;
  for (const auto& [kind, hours] : data.line.airtime) {
    if (result::is_overheard(kind)) continue;
    for (std::size_t i = 0; i < std::min(hours.size(), n_hours); ++i) {
      const LineData::Airtime& hour = hours[i];
      stacks[0].hours[i] += static_cast<double>(hour.noise);
      stacks[1].hours[i] += static_cast<double>(hour.collision);
      stacks[2].hours[i] += static_cast<double>(hour.deaf);
      all[i] += static_cast<double>(hour.ok + hour.noise + hour.collision + hour.deaf);
    }
  }
  stack_bars(stacks, &all, chart);
  mark_line_outages(data, chart);
  const double sum = std::accumulate(all.begin(), all.end(), 0.0);
  for (std::size_t k = 0; k < stacks.size() && sum > 0; ++k) {
    chart.series[k].name += " " + shown(stacks[k].sum() / sum, Quantity::percent);
  }
  chart.note = "Of " + shown(sum) +
               " receptions by those a frame was meant for; what others hear as well is not "
               "counted: beacons, promotion, the frame structure.";
  return chart;
}

// ---- Collection ----

constexpr std::array<int, 6> kCollectionColours = {1, 3, 4, 5, 2, 6};

Chart polls(const ReportData& data) {
  Chart chart = over_time(data, "Polls of meters by job", "");
  auto stacks = main_stacks(data.line.polls, kCollectionColours);
  double done = 0;
  for (const Stack& stack : stacks) done += stack.sum();
  Stack failed{"without success", kFailedColour, {}};
  std::string why;
  for (const auto& [outcome, hours] : data.line.failed_polls) {
    failed.hours.resize(std::max(failed.hours.size(), hours.size()), 0);
    for (std::size_t i = 0; i < hours.size(); ++i) failed.hours[i] += hours[i];
    const double sum = std::accumulate(hours.begin(), hours.end(), 0.0);
    why += (why.empty() ? "" : ", ") + outcome + " " + shown(sum);
  }
  const double n_failed = failed.sum();
  if (n_failed > 0) stacks.push_back(std::move(failed));
  stack_bars(stacks, nullptr, chart);
  mark_line_outages(data, chart);
  name_sums(stacks, chart);
  chart.note = shown(done + n_failed) + " polls, " +
               (n_failed > 0 ? shown(n_failed) + " without success: " + why : "all done") + ".";
  if (!std::isnan(data.line.collect_period_s)) {
    chart.note += " A meter's load profile is collected about every " +
                  shown(data.line.collect_period_s, Quantity::seconds) + ".";
  }
  return chart;
}

Chart reports(const ReportData& data) {
  Chart chart = over_time(data, "P3.2Ex reports by kind", "");
  const auto stacks = main_stacks(data.line.reports, kCollectionColours);
  stack_bars(stacks, nullptr, chart);
  mark_line_outages(data, chart);
  name_sums(stacks, chart);
  double sum = 0;
  for (const Stack& stack : stacks) sum += stack.sum();
  chart.note = shown(sum) + " reports accepted, " +
               shown(static_cast<double>(data.line.report_octets), Quantity::octets) +
               " as received, " + shown(static_cast<double>(data.line.report_new_rows)) +
               " new rows; meters reported with an error: " +
               shown(static_cast<double>(data.line.report_errors)) + ".";
  return chart;
}

}  // namespace

std::vector<Chart> line_charts(const ReportData& data) {
  std::vector<Chart> charts;
  const LineData& line = data.line;
  if (!line.registered.empty()) {
    charts.push_back(registration(data));
    charts.push_back(registration_start(data));
  }
  if (!line.airtime.empty()) {
    charts.push_back(airtime(data));
    charts.push_back(losses(data));
  }
  if (!line.polls.empty() || !line.failed_polls.empty()) charts.push_back(polls(data));
  if (!line.reports.empty()) charts.push_back(reports(data));
  return charts;
}

}  // namespace sim::result
