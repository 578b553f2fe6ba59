// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "sim/report/chart.hpp"
#include "sim/report/report.hpp"
#include "sim/report/text.hpp"
#include "sim/typetest/protocol_text.hpp"

namespace sim::typetest {
namespace {

using result::Chart;
using result::escape_markup;
using result::Quantity;

std::string percent(double value) {
  if (std::isnan(value)) return "\u2013";
  const std::string text = fmt::format("{:.3f}", std::abs(value));
  if (text == "0.000") return text;
  return (value < 0 ? "\u2212" : "+") + text;
}

std::string verdict_text(bool pass) {
  return pass ? "<span class=\"good\">\u2713 passes</span>"
              : "<span class=\"bad\">\u2717 fails</span>";
}

struct AxisLook {
  Quantity quantity;
  const char* label;
  bool decades;
};
AxisLook look_of(Axis axis) {
  switch (axis) {
    case Axis::current:
      return {Quantity::decades, "current, A", true};
    case Axis::voltage:
      return {Quantity::plain, "voltage, % of Un", false};
    case Axis::frequency:
      return {Quantity::plain, "frequency, Hz", false};
    case Axis::temperature:
      return {Quantity::plain, "temperature, \u00b0C", false};
    case Axis::none:
      break;
  }
  return {Quantity::plain, "", false};
}

// The strictest limit of all curves, at each place: above, and below behind a gap.
Chart::Series limits_of(const std::map<double, double>& limits) {
  Chart::Series series{"limit", Chart::Kind::line, 6, {}};
  const double gap = std::numeric_limits<double>::quiet_NaN();
  for (const auto& [x, limit] : limits) series.points.push_back({x, limit});
  series.points.push_back({limits.rbegin()->first, gap});
  for (const auto& [x, limit] : limits) series.points.push_back({x, -limit});
  return series;
}

// The curves of one chart: the worst meter at each point.
Chart chart_of(const Test& test, const std::string& name, const Plan& plan,
               const std::vector<Verdict>& verdicts, const std::vector<std::size_t>& rows) {
  const AxisLook look = look_of(test.axis);
  Chart chart;
  chart.title = name.empty() ? test.title : name;
  chart.x_quantity = look.quantity;
  chart.x_label = look.label;
  chart.y_label = "%";
  std::map<double, double> limits;
  double reach = 0;
  for (const std::size_t k : rows) {
    const Row& row = plan.rows[k];
    const double x = look.decades ? std::log10(row.x) : row.x;
    auto curve = std::ranges::find(chart.series, row.curve, &Chart::Series::name);
    if (curve == chart.series.end()) {
      static constexpr int kColours[] = {1, 3, 4, 5, 7, 8, 2};  // 6 is the limit's
      const int colour = kColours[chart.series.size() % std::size(kColours)];
      chart.series.push_back({row.curve, Chart::Kind::line, colour, {}});
      curve = chart.series.end() - 1;
    }
    curve->points.push_back({x, verdicts[k].error_percent});
    const auto limit = limits.try_emplace(x, row.limit_percent).first;
    limit->second = std::min(limit->second, row.limit_percent);
    reach = std::max({reach, row.limit_percent,
                      std::min(std::abs(verdicts[k].error_percent), 2 * row.limit_percent)});
  }
  for (Chart::Series& curve : chart.series) {
    std::ranges::sort(curve.points, {}, &Chart::Point::x);
  }
  chart.series.insert(chart.series.begin(), limits_of(limits));
  chart.x = {limits.begin()->first, limits.rbegin()->first};
  chart.y = {-1.05 * reach, 1.05 * reach};
  return chart;
}

std::string charts(const Plan& plan, const std::vector<Verdict>& verdicts, std::size_t test) {
  std::vector<std::pair<std::string, std::vector<std::size_t>>> groups;
  for (std::size_t k = 0; k < plan.rows.size(); ++k) {
    const Row& row = plan.rows[k];
    if (row.test != test || row.curve.empty()) continue;
    auto group = std::ranges::find(groups, row.chart, &decltype(groups)::value_type::first);
    if (group == groups.end()) group = groups.insert(groups.end(), {row.chart, {}});
    group->second.push_back(k);
  }
  std::string text;
  for (const auto& [name, rows] : groups) {
    text += chart_figure(chart_of(plan.tests[test], name, plan, verdicts, rows));
  }
  return text;
}

std::string tile(const std::string& value, const std::string& name, const char* style = "") {
  return fmt::format("<div class=\"tile\"><b class=\"{}\">{}</b><span>{}</span></div>", style,
                     escape_markup(value), escape_markup(name));
}

std::string head(const Heading& heading, const Count& count) {
  const bool good = count.failed == 0;
  const std::string verdict =
      good ? fmt::format("\u2713 All {} points pass", count.rows)
           : fmt::format("\u2717 {} of {} points fail", count.failed, count.rows);
  return fmt::format(
      "<header><div><p class=\"kicker\">amitwin type test</p><h1>{}</h1><p class=\"meta\">firmware "
      "{} \u00b7 {} meters drawn with seed {} \u00b7 240 V, 5 (100) A, 50 Hz, class B and 2{}"
      "</p></div><div class=\"verdict {}\">{}</div></header>\n",
      escape_markup(heading.variant), escape_markup(heading.firmware), heading.meters, heading.seed,
      heading.whole ? "" : " \u00b7 some tests only", good ? "good" : "bad", verdict);
}

std::string tiles(const Heading& heading, const std::vector<Prepared>& prepared,
                  const Count& count) {
  return "<div class=\"tiles\">" + tile(std::to_string(count.limited), "points with a limit") +
         tile(std::to_string(count.failed), "points fail", count.failed == 0 ? "good" : "bad") +
         tile(fmt::format("{:.0f} %", 100 * count.worst_share), "of a limit at the worst",
              count.worst_share <= 1 ? "good" : "bad") +
         tile(std::to_string(heading.meters), "meters, the worst is shown") +
         tile(fmt::format("{} h", length_of(prepared) / kernel::kNsPerHour), "on the bench, each") +
         "</div>\n";
}

std::string overview(const Plan& plan, const std::vector<Verdict>& verdicts) {
  std::string rows;
  for (std::size_t t = 0; t < plan.tests.size(); ++t) {
    std::size_t points = 0, failed = 0, worst = 0;
    double worst_share = -1;
    for (std::size_t k = 0; k < plan.rows.size(); ++k) {
      const Row& row = plan.rows[k];
      if (row.test != t) continue;
      ++points;
      failed += verdicts[k].pass ? 0 : 1;
      const double size = std::abs(verdicts[k].error_percent);
      const double share = row.limit_percent > 0 ? size / row.limit_percent : size / 1e6;
      if (share <= worst_share) continue;
      worst_share = share;
      worst = k;
    }
    const double limit = plan.rows[worst].limit_percent;
    rows += fmt::format(
        "<tr><td><a href=\"#{}\">{}</a></td><td>{}</td><td class=\"num\">{}</td>"
        "<td class=\"num\">{}</td><td class=\"num\">{}</td><td>{}</td></tr>\n",
        plan.tests[t].name, escape_markup(plan.tests[t].title), verdict_text(failed == 0), points,
        percent(verdicts[worst].error_percent),
        limit > 0 ? fmt::format("\u00b1{:g}", limit) : "\u2013",
        escape_markup(plan.tests[t].clause));
  }
  return "<h2>Tests</h2><div class=\"table\"><table><thead><tr><th>test</th><th></th><th "
         "class=\"num\">"
         "points</th><th class=\"num\">worst, %</th><th class=\"num\">its limit, %</th>"
         "<th>limits from</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string points_of(const Plan& plan, const std::vector<Verdict>& verdicts, std::size_t test) {
  std::string rows;
  for (std::size_t k = 0; k < plan.rows.size(); ++k) {
    const Row& row = plan.rows[k];
    if (row.test != test) continue;
    const Verdict& verdict = verdicts[k];
    rows += fmt::format(
        "<tr><td>{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{} to "
        "{}</td><td class=\"num\">{}</td><td>{}</td><td class=\"last\">{}</td></tr>\n",
        escape_markup(row.point), percent(verdict.error_percent),
        row.limit_percent > 0 ? fmt::format("\u00b1{:g}", row.limit_percent) : "\u2013",
        percent(verdict.least_percent), percent(verdict.most_percent), verdict.worst_meter,
        verdict_text(verdict.pass), escape_markup(verdict.remark));
  }
  return "<div class=\"table\"><table><thead><tr><th>point</th><th class=\"num\">error, %</th>"
         "<th class=\"num\">limit, %</th><th class=\"num\">all meters, %</th><th class=\"num\">"
         "meter</th><th></th><th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

constexpr const char* kOwnStyle = R"css(
h2 { break-after: avoid; } table a { color: inherit; } .charts + .table { margin-top: 14px; }
td, th { padding-top: 4px; padding-bottom: 4px; }
svg .line.s6 { stroke-width: 1.4; stroke-dasharray: 5 3; }
@media print { .charts { grid-template-columns: 1fr 1fr; } .table { break-inside: auto; }
  tr { break-inside: avoid; } td, th { font-size: 11px; padding: 2px 8px; }
  .verdict { border: 1px solid currentColor; } }
)css";

}  // namespace

std::string page_text(const Heading& heading, const Plan& plan,
                      const std::vector<Prepared>& prepared, const std::vector<Verdict>& verdicts) {
  const Count count = count_of(plan, verdicts);
  std::string tests;
  for (std::size_t t = 0; t < plan.tests.size(); ++t) {
    tests += fmt::format("<h2 id=\"{}\">{}</h2><p class=\"note\">{}</p>\n", plan.tests[t].name,
                         escape_markup(plan.tests[t].title), escape_markup(plan.tests[t].clause));
    const std::string curves = charts(plan, verdicts, t);
    if (!curves.empty()) tests += "<div class=\"charts\">" + curves + "</div>\n";
    tests += points_of(plan, verdicts, t);
  }
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         escape_markup(heading.variant) + " type test \u2013 amitwin</title><style>" +
         result::report_style() + kOwnStyle + "</style></head>\n<body><main>\n" +
         head(heading, count) + tiles(heading, prepared, count) + overview(plan, verdicts) + tests +
         "<footer>Errors are of the worst of all meters, after calibration by their own firmware "
         "at "
         "23 \u00b0C. Truth is the direct integral of the source's functions. docs/typetest.md "
         "says "
         "how each point is measured.</footer></main></body></html>\n";
}

}  // namespace sim::typetest
