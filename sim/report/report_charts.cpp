// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/report/report.hpp"
#include "sim/report/report_charts.hpp"

namespace sim::result {
namespace {

Chart latency(const ReportData& data) {
  Chart chart;
  chart.title = "Latency, capture to store";
  chart.x_quantity = Quantity::seconds;
  chart.y_quantity = Quantity::percent;
  chart.x_label = "time from capture to the head-end's store";
  chart.y_label = "rows";
  if (data.latency_rows == 0) return chart;
  const double most_s = std::max(60.0, 1.1 * data.latency_quantile_s(0.999));
  chart.x = rounded({0, most_s}, Quantity::seconds, 7);
  const double bin_s = std::max(1.0, std::ceil(chart.x.high / 60));
  Chart::Series series{"rows", Chart::Kind::bar, 1, {}, bin_s};
  double highest = 0;
  for (double from = 0; from < chart.x.high; from += bin_s) {
    std::uint64_t rows = 0;
    for (double s = from; s < from + bin_s; ++s) {
      rows += data.latency_s[std::min(static_cast<std::size_t>(s), data.latency_s.size() - 1)];
    }
    const double share = static_cast<double>(rows) / static_cast<double>(data.latency_rows);
    highest = std::max(highest, share);
    series.points.push_back({from, share});
    chart.hovers.push_back({from, from + bin_s,
                            shown(from, Quantity::seconds) + " to " +
                                shown(from + bin_s, Quantity::seconds) + ": " +
                                shown(static_cast<double>(rows), Quantity::plain) + " rows"});
  }
  chart.y = {0, highest};
  chart.series.push_back(std::move(series));
  const auto mark = [&](double share, const char* name) {
    const double at = data.latency_quantile_s(share);
    chart.markers.push_back({at, std::string(name) + " " + shown(at, Quantity::seconds)});
  };
  mark(0.5, "median");
  mark(0.95, "95 %");
  mark(0.99, "99 %");
  return chart;
}

Chart latency_by_hour(const ReportData& data) {
  Chart chart;
  chart.title = "Latency by hour of capture";
  chart.x_quantity = Quantity::utc;
  chart.y_quantity = Quantity::seconds;
  chart.x_label = "captured (UTC)";
  chart.y_label = "capture to store";
  const std::size_t bar = hours_a_bar(data.hours.size());
  const auto start = static_cast<double>(data.start_utc_s);
  const double width = kHourS * static_cast<double>(bar);
  chart.x = {start, start + kHourS * static_cast<double>(data.hours.size())};
  Chart::Series late{"95 % within", Chart::Kind::step, 4, {}, 0};
  Chart::Series median{"median", Chart::Kind::step, 1, {}, 0};
  double highest = 60;
  for (std::size_t first = 0; first < data.hours.size(); first += bar) {
    ReportData::Hour sum;
    for (std::size_t i = first; i < std::min(first + bar, data.hours.size()); ++i) {
      for (std::size_t k = 0; k < ReportData::Hour::kClasses; ++k) {
        sum.latency_class[k] += data.hours[i].latency_class[k];
      }
    }
    const double x = start + kHourS * static_cast<double>(first);
    median.points.push_back({x, sum.latency_quantile_s(0.5)});
    late.points.push_back({x, sum.latency_quantile_s(0.95)});
    if (std::isnan(late.points.back().y)) continue;
    highest = std::max(highest, late.points.back().y);
    chart.hovers.push_back({x, x + width,
                            "captured from " + shown(x, Quantity::utc) + ": median " +
                                shown(median.points.back().y, Quantity::seconds) +
                                ", 95 % within " + shown(late.points.back().y, Quantity::seconds)});
  }
  for (auto* const series : {&median, &late}) {
    if (!series->points.empty()) series->points.push_back({chart.x.high, kNotKnown});
  }
  chart.y = {0, highest};
  chart.series = {std::move(median), std::move(late)};
  mark_outages(data, "network_loss", "network loss", chart);
  return chart;
}

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
  Chart chart;
  chart.wide = true;
  chart.title = "Home " + std::to_string(data.home) + ": its load and its stored profile";
  chart.x_quantity = Quantity::utc;
  chart.y_quantity = Quantity::watts;
  chart.x_label = "UTC";
  chart.y_label = "active power, import positive";
  chart.x = time_range(data);
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
  Chart chart;
  chart.title = "Sessions";
  chart.x_quantity = Quantity::utc;
  chart.x_label = "UTC";
  chart.y_label = "modules connected";
  chart.x = time_range(data);
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

struct Kind {
  std::uint64_t sum = 0;
  std::string name;
  std::vector<std::uint64_t> octets;  // by hour
};

// The largest first; what is beyond the fifth goes together, as there are six colours.
std::vector<Kind> main_kinds(const ReportData& data) {
  constexpr std::size_t kNamed = 5;
  std::vector<Kind> kinds;
  for (const auto& [name, octets] : data.octets_by_hour) {
    const auto sum = std::accumulate(octets.begin(), octets.end(), std::uint64_t{0});
    if (sum > 0) kinds.push_back({sum, name, octets});
  }
  std::stable_sort(kinds.begin(), kinds.end(),
                   [](const Kind& a, const Kind& b) { return a.sum > b.sum; });
  if (kinds.size() <= kNamed + 1) return kinds;
  Kind other{0, "other", {}};
  for (std::size_t k = kNamed; k < kinds.size(); ++k) {
    other.sum += kinds[k].sum;
    other.octets.resize(std::max(other.octets.size(), kinds[k].octets.size()), 0);
    for (std::size_t i = 0; i < kinds[k].octets.size(); ++i) {
      other.octets[i] += kinds[k].octets[i];
    }
  }
  kinds.resize(kNamed);
  kinds.push_back(std::move(other));
  return kinds;
}

Chart traffic(const ReportData& data) {
  Chart chart;
  const bool both_roads = !data.line.meters.empty();
  chart.title = both_roads ? "Octets at the head-end by kind" : "GPRS octets by kind";
  chart.x_quantity = Quantity::utc;
  chart.y_quantity = Quantity::octets;
  chart.x_label = "UTC";
  chart.x = time_range(data);
  std::size_t hours = 0;
  std::uint64_t total = 0;
  const auto kinds = main_kinds(data);
  for (const Kind& kind : kinds) {
    hours = std::max(hours, kind.octets.size());
    total += kind.sum;
  }
  const std::size_t bar = hours_a_bar(hours);
  const double width = kHourS * static_cast<double>(bar);
  chart.y_label = bar == 1 ? "an hour" : "each " + std::to_string(bar) + " h";
  std::vector<double> heights(hours / bar + 1, 0);
  std::vector<std::string> texts(hours / bar + 1);
  for (std::size_t k = 0; k < kinds.size(); ++k) {
    const std::string amount = shown(static_cast<double>(kinds[k].sum), Quantity::octets);
    Chart::Series series{
        kinds[k].name + " " + amount, Chart::Kind::bar, static_cast<int>(k) + 1, {}, width};
    const auto& octets = kinds[k].octets;
    for (std::size_t i = 0; i < octets.size(); i += bar) {
      const auto end = octets.begin() + static_cast<long>(std::min(i + bar, octets.size()));
      const auto sum = static_cast<double>(
          std::accumulate(octets.begin() + static_cast<long>(i), end, std::uint64_t{0}));
      series.points.push_back(
          {static_cast<double>(data.start_utc_s) + kHourS * static_cast<double>(i), sum});
      heights[i / bar] += sum;
      if (sum > 0) {
        texts[i / bar] += ", " + kinds[k].name + " " + shown(sum, Quantity::octets);
      }
    }
    chart.series.push_back(std::move(series));
  }
  chart.y = {0, std::max(1.0, *std::max_element(heights.begin(), heights.end()))};
  for (std::size_t i = 0; i < heights.size(); ++i) {
    if (heights[i] == 0) continue;
    const double x = static_cast<double>(data.start_utc_s) + width * static_cast<double>(i);
    chart.hovers.push_back(
        {x, x + width,
         shown(x, Quantity::utc) + ": " + shown(heights[i], Quantity::octets) + texts[i]});
  }
  const double days = (chart.x.high - chart.x.low) / 86'400;
  if (data.meters > 0 && days > 0) {
    const auto meters = static_cast<double>(data.meters);
    chart.note = shown(static_cast<double>(total), Quantity::octets) + " in all, " +
                 shown(static_cast<double>(total) / meters / days, Quantity::octets) +
                 " a meter and day, both ways, headers included.";
  }
  mark_outages(data, "network_loss", "network loss", chart);
  return chart;
}

}  // namespace

Range time_range(const ReportData& data) {
  return {static_cast<double>(data.start_utc_s), static_cast<double>(data.end_utc_s)};
}

std::size_t hours_a_bar(std::size_t hours) {
  for (const std::size_t bar : {1, 3, 6, 12, 24, 168}) {
    if (hours / bar <= 60) return bar;
  }
  return 24 * 30;
}

void mark_outages(const ReportData& data, const std::string& type, const std::string& label,
                  Chart& chart) {
  for (const ReportData::EventLine& event : data.events) {
    if (event.type != type || std::isnan(event.value)) continue;
    const double from = static_cast<double>(data.start_utc_s) + event.t_s;
    chart.bands.push_back({from, from + event.value, label});
  }
}

std::vector<Chart> report_charts(const ReportData& data) {
  return {success_after_capture(data), success_by_hour(data), home_load(data), latency(data),
          latency_by_hour(data),       sessions(data),        traffic(data)};
}

}  // namespace sim::result
