// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/report/report.hpp"
#include "sim/report/report_charts.hpp"

namespace sim::result {
namespace {

// Means over equal buckets of time; unknown where nothing is known.
std::vector<Chart::Point> thinned(const std::vector<ReportData::Power>& load) {
  const std::size_t bucket = load.size() / kMaxPoints + 1;
  std::vector<Chart::Point> points;
  for (std::size_t first = 0; first < load.size(); first += bucket) {
    double sum = 0;
    std::size_t known = 0;
    for (std::size_t i = first; i < std::min(first + bucket, load.size()); ++i) {
      if (std::isnan(load[i].active_w)) continue;
      sum += load[i].active_w;
      ++known;
    }
    points.push_back({load[first].utc_s, known > 0 ? sum / static_cast<double>(known) : kNotKnown});
  }
  return points;
}

Chart home_load(const ReportData& data) {
  Chart chart =
      over_time(data, "Home " + std::to_string(data.home) + ": its load and its stored profile",
                "active power, import positive", Quantity::watts);
  chart.wide = true;
  Chart::Series load{"load", Chart::Kind::step, 6, thinned(data.load), 0};
  Chart::Series stored{"stored profile (differences of +A and -A)", Chart::Kind::step, 1, {}, 0};
  for (const ReportData::Power& each : data.stored) {
    stored.points.push_back({each.utc_s, each.active_w});
  }
  for (const auto* const series : {&load, &stored}) {
    for (const Chart::Point& point : series->points) {
      if (std::isnan(point.y)) continue;
      chart.y.low = std::min(chart.y.low, point.y);
      chart.y.high = std::max(chart.y.high, point.y);
    }
  }
  const std::size_t every = data.stored.size() / 400 + 1;
  for (std::size_t i = 0; i + 1 < data.stored.size(); i += every) {
    const double to = data.stored[std::min(i + every, data.stored.size() - 1)].utc_s;
    chart.hovers.push_back({data.stored[i].utc_s, to,
                            shown(data.stored[i].utc_s, Quantity::utc) + ": stored mean " +
                                shown(data.stored[i].active_w, Quantity::watts)});
  }
  chart.note =
      "The load as the model drew it, step by step; the profile as it lies in the "
      "head-end, put back into mean power.";
  chart.series = {std::move(load), std::move(stored)};
  return chart;
}

Chart sessions(const ReportData& data) {
  Chart chart = over_time(data, "Sessions", "modules connected");
  Chart::Series series{"open sessions", Chart::Kind::area, 3, {}, 0};
  const std::size_t bucket = data.open_sessions.size() / kMaxPoints + 1;
  double highest = 1;
  for (std::size_t i = 0; i < data.open_sessions.size(); i += bucket) {
    std::uint32_t fewest = data.open_sessions[i];  // a dip must not fall between the points
    for (std::size_t k = i; k < std::min(i + bucket, data.open_sessions.size()); ++k) {
      fewest = std::min(fewest, data.open_sessions[k]);
    }
    const double x = static_cast<double>(data.start_utc_s) + 60.0 * static_cast<double>(i);
    series.points.push_back({x, static_cast<double>(fewest)});
    highest = std::max(highest, static_cast<double>(fewest));
  }
  for (std::size_t i = 0; i < series.points.size(); i += series.points.size() / 150 + 1) {
    const std::size_t next = std::min(i + series.points.size() / 150 + 1, series.points.size() - 1);
    chart.hovers.push_back({series.points[i].x, series.points[next].x,
                            shown(series.points[i].x, Quantity::utc) + ": " +
                                shown(series.points[i].y, Quantity::plain) + " open"});
  }
  chart.y = {0, highest};
  chart.series.push_back(std::move(series));
  chart.note =
      shown(static_cast<double>(data.sessions), Quantity::plain) + " sessions in all, by minute.";
  mark_outages(data, "network_loss", "network loss", chart);
  return chart;
}

Chart traffic(const ReportData& data) {
  const bool both_roads = !data.line.meters.empty();
  Chart chart =
      over_time(data, both_roads ? "Octets at the head-end by kind" : "GPRS octets by kind", "",
                Quantity::octets);
  const auto stacks = main_stacks(data.octets_by_hour, {1, 2, 3, 4, 5, 6});
  stack_bars(stacks, nullptr, chart);
  name_sums(stacks, chart);
  double total = 0;
  for (const Stack& stack : stacks) total += stack.sum();
  const double days = (chart.x.high - chart.x.low) / 86'400;
  if (data.meters > 0 && days > 0) {
    chart.note = shown(total, Quantity::octets) + " in all, " +
                 shown(total / static_cast<double>(data.meters) / days, Quantity::octets) +
                 " a meter and day, both ways, headers included.";
  }
  mark_outages(data, "network_loss", "network loss", chart);
  return chart;
}

}  // namespace

Chart over_time(const ReportData& data, const std::string& title, const std::string& y_label,
                Quantity y_quantity) {
  Chart chart;
  chart.title = title;
  chart.x_quantity = Quantity::utc;
  chart.y_quantity = y_quantity;
  chart.x_label = "UTC";
  chart.y_label = y_label;
  chart.x = {static_cast<double>(data.start_utc_s), static_cast<double>(data.end_utc_s)};
  return chart;
}

std::size_t hours_a_bar(std::size_t hours) {
  for (const std::size_t bar : {1, 3, 6, 12, 24, 168}) {
    if (hours / bar <= 60) return bar;
  }
  return 24 * 30;
}

void mark_outages(const ReportData& data, const std::string& type, const std::string& label,
                  Chart& chart) {
  for (const ReportData::EventLine& event : data.happened.events) {
    if (event.type != type || std::isnan(event.value)) continue;
    const double from = static_cast<double>(data.start_utc_s) + event.t_s;
    chart.bands.push_back({from, from + event.value, label});
  }
}

double Stack::sum() const { return std::accumulate(hours.begin(), hours.end(), 0.0); }

std::vector<Stack> main_stacks(const LineData::Counts& counts, const std::array<int, 6>& colours) {
  std::vector<Stack> stacks;
  for (const auto& [name, hours] : counts) {
    Stack stack{name, 0, hours};
    if (stack.sum() > 0) stacks.push_back(std::move(stack));
  }
  std::ranges::stable_sort(stacks, std::greater<>(), &Stack::sum);
  if (const std::size_t named = colours.size() - 1; stacks.size() > colours.size()) {
    Stack other{"other", 0, {}};
    for (std::size_t k = named; k < stacks.size(); ++k) {
      other.hours.resize(std::max(other.hours.size(), stacks[k].hours.size()), 0);
      for (std::size_t i = 0; i < stacks[k].hours.size(); ++i) {
        other.hours[i] += stacks[k].hours[i];
      }
    }
    stacks.resize(named);
    stacks.push_back(std::move(other));
  }
  for (std::size_t k = 0; k < stacks.size(); ++k) stacks[k].colour = colours[k];
  return stacks;
}

void stack_bars(const std::vector<Stack>& stacks, const std::vector<double>* whole, Chart& chart) {
  const auto n_hours =
      static_cast<std::size_t>(std::max(0.0, std::ceil((chart.x.high - chart.x.low) / kHourS)));
  const std::size_t bar = hours_a_bar(n_hours);
  const double width = kHourS * static_cast<double>(bar);
  if (chart.y_label.empty()) {
    chart.y_label = bar == 1 ? "an hour" : "each " + std::to_string(bar) + " h";
  }
  const auto sum_of = [&](const std::vector<double>& hours, std::size_t first) {
    const std::size_t end = std::min({first + bar, hours.size(), n_hours});
    if (first >= end) return 0.0;
    return std::accumulate(hours.begin() + static_cast<long>(first),
                           hours.begin() + static_cast<long>(end), 0.0);
  };
  double highest = 0;
  for (const Stack& stack : stacks) {
    chart.series.push_back({stack.name, Chart::Kind::bar, stack.colour, {}, width});
  }
  for (std::size_t first = 0; first < n_hours; first += bar) {
    const double of = whole == nullptr ? 1 : sum_of(*whole, first);
    if (!(of > 0)) continue;
    const double x = chart.x.low + kHourS * static_cast<double>(first);
    double height = 0;
    std::string parts;
    for (std::size_t k = 0; k < stacks.size(); ++k) {
      const double value = sum_of(stacks[k].hours, first) / of;
      chart.series[k].points.push_back({x, value});
      height += value;
      if (!(value > 0)) continue;
      parts += ", " + stacks[k].name + " " + shown(value, chart.y_quantity);
    }
    highest = std::max(highest, height);
    if (!(height > 0)) continue;
    chart.hovers.push_back(
        {x, x + width, shown(x, Quantity::utc) + ": " + shown(height, chart.y_quantity) + parts});
  }
  const bool counts = chart.y_quantity == Quantity::plain;  // no half polls on the axis
  chart.y = {0, counts ? std::max(highest, 5.0) : highest > 0 ? highest : 1};
}

void name_sums(const std::vector<Stack>& stacks, Chart& chart) {
  for (std::size_t k = 0; k < stacks.size(); ++k) {
    chart.series[k].name += " " + shown(stacks[k].sum(), chart.y_quantity);
  }
}

std::vector<Chart> report_charts(const ReportData& data) {
  return {success_after_capture(data), success_by_hour(data), home_load(data), latency(data),
          latency_by_hour(data),       sessions(data),        traffic(data)};
}

}  // namespace sim::result
