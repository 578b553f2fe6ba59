// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "sim/report/report.hpp"
#include "sim/report/report_charts.hpp"

namespace sim::result {
namespace {

// Rows that came within each whole second, cumulated, as shares of what is expected.
Chart::Series success_curve(const std::string& name, Chart::Kind kind, int colour,
                            const std::vector<std::uint32_t>& latency_s, std::uint64_t expected,
                            double until_s) {
  Chart::Series series{name, kind, colour, {}, 0};
  constexpr std::size_t kStepS = 60;
  std::uint64_t rows = 0;
  const auto end = std::min(static_cast<std::size_t>(until_s) + 1, latency_s.size());
  for (std::size_t s = 0; s < end; ++s) {
    rows += latency_s[s];
    if (s % kStepS != 0) continue;
    const double share = static_cast<double>(rows) / static_cast<double>(expected);
    series.points.push_back({static_cast<double>(s), share});
  }
  return series;
}

// What may be expected of the two roads: one pushes, the other waits to be asked.
std::string line_note(const ReportData& data) {
  if (data.line_stored_rows == 0) return "";
  std::string note = " A concentrator collects its meters in turn";
  if (!std::isnan(data.line.collect_period_s)) {
    note += ", about every " + shown(data.line.collect_period_s, Quantity::seconds);
  }
  return note +
         ": their rows wait for the next collection, so their curve is expected to rise evenly "
         "over that time, and to be full a little after it.";
}

// A chart by the hour of capture: `draw(x, width, sum)` once a bar.
template <typename Draw>
void each_capture_bar(const ReportData& data, Chart& chart, Draw draw) {
  chart.x_quantity = Quantity::utc;
  chart.x_label = "captured (UTC)";
  const std::size_t bar = hours_a_bar(data.hours.size());
  const auto start = static_cast<double>(data.start_utc_s);
  chart.x = {start, start + kHourS * static_cast<double>(data.hours.size())};
  for (std::size_t first = 0; first < data.hours.size(); first += bar) {
    ReportData::Hour sum;
    for (std::size_t i = first; i < std::min(first + bar, data.hours.size()); ++i) {
      sum += data.hours[i];
    }
    draw(start + kHourS * static_cast<double>(first), kHourS * static_cast<double>(bar), sum);
  }
  mark_outages(data, "network_loss", "network loss", chart);
}

}  // namespace

Chart success_after_capture(const ReportData& data) {
  Chart chart;
  chart.title = "Success by time after capture";
  chart.x_quantity = Quantity::seconds;
  chart.y_quantity = Quantity::percent;
  chart.x_label = "time since the row was captured";
  chart.y_label = "rows stored";
  chart.y = {0, 1};
  chart.x = {0, 4 * kHourS};
  const std::uint64_t expected = std::max(data.expected_rows, data.stored_rows);
  if (expected == 0) return chart;
  const std::uint64_t line_expected = std::max(data.line_expected_rows, data.line_stored_rows);
  if (line_expected > 0 && data.latency_quantile_s(0.999) > chart.x.high) {
    constexpr double kMostS = 24 * kHourS;
    chart.x.high =
        std::min(kMostS, rounded({0, data.latency_quantile_s(0.999)}, Quantity::seconds, 7).high);
  }
  const auto curve = [&](const char* name, Chart::Kind kind, int colour,
                         const std::vector<std::uint32_t>& latency_s, std::uint64_t of) {
    chart.series.push_back(success_curve(name, kind, colour, latency_s, of, chart.x.high));
  };
  curve("all", Chart::Kind::area, 1, data.latency_s, expected);
  for (const Chart::Point& point : chart.series[0].points) {
    if (static_cast<std::uint64_t>(point.x) % 300 != 0) continue;
    chart.hovers.push_back({point.x, point.x + 300,
                            shown(point.x, Quantity::seconds) +
                                " after capture: " + shown(point.y, Quantity::percent)});
  }
  if (line_expected > 0 && line_expected < expected) {
    std::vector<std::uint32_t> pushed = data.latency_s;
    for (std::size_t s = 0; s < pushed.size(); ++s) pushed[s] -= data.line_latency_s[s];
    curve("over GPRS", Chart::Kind::step, 3, pushed, expected - line_expected);
    curve("behind a concentrator", Chart::Kind::step, 4, data.line_latency_s, line_expected);
  }
  const auto share_at = [&](double s) {
    return chart.series[0].points.at(static_cast<std::size_t>(s) / 60).y;
  };
  chart.note = "Of all expected rows " + shown(share_at(kHourS), Quantity::percent) +
               " within 1 h, " + shown(share_at(4 * kHourS), Quantity::percent) +
               " within 4 h. Network losses are not excused." + line_note(data);
  return chart;
}

Chart success_by_hour(const ReportData& data) {
  Chart chart;
  chart.title = "Success by hour of capture";
  chart.y_quantity = Quantity::percent;
  chart.y_label = "rows stored";
  chart.y = {0, 1};
  Chart::Series fast{"within 1 h", Chart::Kind::bar, 1, {}, 0};
  Chart::Series slow{"within 4 h", Chart::Kind::bar, 2, {}, 0};
  Chart::Series later{"later", Chart::Kind::bar, 6, {}, 0};
  std::uint64_t n_later = 0;
  each_capture_bar(data, chart, [&](double x, double width, const ReportData::Hour& sum) {
    fast.width = slow.width = later.width = width;
    const auto all = static_cast<double>(std::max(sum.expected, sum.within_4h + sum.later));
    if (all == 0) return;
    const double share_1h = static_cast<double>(sum.within_1h) / all;
    const double share_4h = static_cast<double>(sum.within_4h) / all;
    fast.points.push_back({x, share_1h});
    slow.points.push_back({x, share_4h - share_1h});
    later.points.push_back({x, static_cast<double>(sum.later) / all});
    n_later += sum.later;
    chart.hovers.push_back({x, x + width,
                            "captured from " + shown(x, Quantity::utc) + ": " +
                                shown(share_1h, Quantity::percent) + " within 1 h, " +
                                shown(share_4h, Quantity::percent) + " within 4 h"});
  });
  chart.series = {std::move(fast), std::move(slow)};
  if (n_later > 0) chart.series.push_back(std::move(later));
  return chart;
}

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
  chart.y_quantity = Quantity::seconds;
  chart.y_label = "capture to store";
  Chart::Series late{"95 % within", Chart::Kind::step, 4, {}, 0};
  Chart::Series median{"median", Chart::Kind::step, 1, {}, 0};
  double highest = 60;
  each_capture_bar(data, chart, [&](double x, double width, const ReportData::Hour& sum) {
    median.points.push_back({x, sum.latency_quantile_s(0.5)});
    late.points.push_back({x, sum.latency_quantile_s(0.95)});
    if (std::isnan(late.points.back().y)) return;
    highest = std::max(highest, late.points.back().y);
    chart.hovers.push_back({x, x + width,
                            "captured from " + shown(x, Quantity::utc) + ": median " +
                                shown(median.points.back().y, Quantity::seconds) +
                                ", 95 % within " + shown(late.points.back().y, Quantity::seconds)});
  });
  for (auto* const series : {&median, &late}) {
    if (!series->points.empty()) series->points.push_back({chart.x.high, kNotKnown});
  }
  chart.y = {0, highest};
  chart.series = {std::move(median), std::move(late)};
  return chart;
}

}  // namespace sim::result
