// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

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
  chart.x_quantity = Quantity::utc;
  chart.y_quantity = Quantity::percent;
  chart.x_label = "captured (UTC)";
  chart.y_label = "rows stored";
  chart.y = {0, 1};
  const std::size_t bar = hours_a_bar(data.hours.size());
  const auto start = static_cast<double>(data.start_utc_s);
  const double width = kHourS * static_cast<double>(bar);
  chart.x = {start, start + kHourS * static_cast<double>(data.hours.size())};
  Chart::Series fast{"within 1 h", Chart::Kind::bar, 1, {}, width};
  Chart::Series slow{"within 4 h", Chart::Kind::bar, 2, {}, width};
  Chart::Series later{"later", Chart::Kind::bar, 6, {}, width};
  std::uint64_t n_later = 0;
  for (std::size_t first = 0; first < data.hours.size(); first += bar) {
    ReportData::Hour sum;
    for (std::size_t i = first; i < std::min(first + bar, data.hours.size()); ++i) {
      sum.expected += data.hours[i].expected;
      sum.within_1h += data.hours[i].within_1h;
      sum.within_4h += data.hours[i].within_4h;
      sum.later += data.hours[i].later;
    }
    const auto all = static_cast<double>(std::max(sum.expected, sum.within_4h + sum.later));
    if (all == 0) continue;
    const double x = start + kHourS * static_cast<double>(first);
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
  }
  chart.series = {std::move(fast), std::move(slow)};
  if (n_later > 0) chart.series.push_back(std::move(later));
  mark_outages(data, "network_loss", "network loss", chart);
  return chart;
}

}  // namespace sim::result
