// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "protocol/cosem/quantities.hpp"
#include "sim/report/report.hpp"
#include "sim/report/report_charts.hpp"

namespace sim::result {
namespace {

constexpr int kBins = 60;  // over the axis

// The limits differ with the load: the tightest of the fleet is drawn.
double tightest(const std::vector<RegisterErrorRow>& rows, double RegisterErrorRow::*limit) {
  double least = rows.front().*limit;
  for (const RegisterErrorRow& row : rows) least = std::min(least, row.*limit);
  return least;
}

Chart histogram(const protocol::cosem::Quantity& quantity,
                const std::vector<RegisterErrorRow>& rows) {
  const double limit = tightest(rows, &RegisterErrorRow::limit_percent) / 100;
  const double modelled = tightest(rows, &RegisterErrorRow::modelled_percent) / 100;
  double reach = 1.2 * limit;
  for (const RegisterErrorRow& row : rows) {
    reach = std::max(reach, 1.05 * std::abs(row.error_percent) / 100);
  }
  Chart chart;
  chart.title = std::string(quantity.meaning) + ", error by meter";
  chart.note = "Limits are those of the meter with the tightest one; they grow where load is low.";
  chart.x_quantity = Quantity::percent;
  chart.x_label = "error of the energy";
  chart.y_label = "meters";
  chart.x = {-reach, reach};
  const double width = 2 * reach / kBins;
  std::array<double, kBins> meters{};
  for (const RegisterErrorRow& row : rows) {
    const double at = (row.error_percent / 100 + reach) / width;
    ++meters[static_cast<std::size_t>(std::clamp(at, 0.0, kBins - 1.0))];
  }
  Chart::Series series{std::to_string(rows.size()) + " meters", Chart::Kind::bar, 1, {}, width};
  for (int k = 0; k < kBins; ++k) {
    const double n = meters[static_cast<std::size_t>(k)];
    if (n == 0) continue;
    const double x = -reach + k * width;
    series.points.push_back({x, n});
    chart.hovers.push_back({x, x + width,
                            shown(x, Quantity::percent) + " to " +
                                shown(x + width, Quantity::percent) + ": " + shown(n) + " meters"});
    chart.y.high = std::max(chart.y.high, n);
  }
  chart.series.push_back(std::move(series));
  for (const double sign : {-1.0, 1.0}) {
    chart.markers.push_back({sign * limit, "class"});
    chart.markers.push_back({sign * modelled, "model"});
  }
  return chart;
}

}  // namespace

std::string error_figures(const ReportData& data) {
  std::string figures;
  for (const protocol::cosem::Quantity& quantity : protocol::cosem::kQuantityTable) {
    std::vector<RegisterErrorRow> rows;
    for (const RegisterErrorRow& row : data.happened.errors) {
      if (row.register_name.text() == quantity.name) rows.push_back(row);
    }
    if (!rows.empty()) figures += chart_figure(histogram(quantity, rows));
  }
  if (figures.empty()) return "";
  return "<h2>Errors of the registers</h2><div class=\"charts\">" + figures + "</div>\n";
}

}  // namespace sim::result
