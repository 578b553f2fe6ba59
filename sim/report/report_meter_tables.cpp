// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What single meters did, beside what they had to: each a table of the page.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "sim/report/report.hpp"
#include "sim/report/text.hpp"
#include "sim/result/kpi.hpp"

namespace sim::result {
namespace {

// A section of the page: a table with a line of `line(row)` for each of the first rows.
template <typename Row, typename Line>
std::string section(const char* title, const char* heads, const std::vector<Row>& all, Line line) {
  constexpr std::size_t kMost = 200;
  if (all.empty()) return "";
  std::string rows;
  for (std::size_t k = 0; k < std::min(kMost, all.size()); ++k) {
    rows += "<tr>" + line(all[k]) + "</tr>\n";
  }
  const std::string more = all.size() > kMost ? "<p class=\"note\">The table " +
                                                    std::string(Row::kTable.name) + " has more.</p>"
                                              : "";
  return "<h2>" + std::string(title) + "</h2><div class=\"table\"><table><thead><tr>" + heads +
         "</tr></thead><tbody>\n" + rows + "</tbody></table></div>\n" + more;
}

std::string cell(const std::string& text) { return "<td>" + escape_markup(text) + "</td>"; }
std::string number_cell(const std::string& text) { return "<td class=\"num\">" + text + "</td>"; }
std::string verdict_cell(bool good, const std::string& text) {
  return std::string("<td class=\"") + (good ? "good\">\u2713 " : "bad\">\u2717 ") + text + "</td>";
}

}  // namespace

std::string relay_moves(const ReportData& data) {
  return section("Relays",
                 "<th>meter</th><th>contact moved (UTC)</th><th></th><th>expected from</th>"
                 "<th>to</th><th></th>",
                 data.happened.moves, [&](const RelayMoveRow& move) {
                   const std::string verdict = move.verdict.text();
                   return cell(std::to_string(move.meter)) + cell(at(data, move.t_s)) +
                          cell(move.closed != 0 ? "closes" : "opens") +
                          cell(at(data, move.earliest_s)) + cell(at(data, move.latest_s)) +
                          verdict_cell(verdict == "right" || verdict == "open", verdict);
                 });
}

std::string variations(const ReportData& data) {
  // `parts`: of a unit that are shown.
  const auto both = [](double held, double truth, double parts, const char* unit) {
    const auto text = [parts](double value) {
      return std::isnan(value) ? "\u2013" : number_text(std::round(value * parts) / parts);
    };
    return number_cell(text(held) + " / " + text(truth) + "\u00a0" + unit);
  };
  return section("Voltage",
                 "<th>meter</th><th>place</th><th></th><th>began (UTC)</th><th class=\"num\">"
                 "held / true</th><th class=\"num\">held / true</th><th></th>",
                 data.happened.variations, [&](const VoltageEventRow& row) {
                   const std::string verdict = row.verdict.text();
                   return cell(std::to_string(row.meter)) + cell(row.place.text()) +
                          cell(row.kind.text() + " L" + std::to_string(row.phase)) +
                          cell(date_time_text(row.begin_utc_s)) +
                          both(row.magnitude_v, row.true_magnitude_v, 10, "V") +
                          both(row.duration_s, row.true_duration_s, 100, "s") +
                          verdict_cell(verdict == "right", verdict);
                 });
}

std::string test_outputs(const ReportData& data) {
  return section("Test outputs",
                 "<th>meter</th><th>watched (UTC)</th><th>for</th><th>output</th><th class=\"num\">"
                 "pulses</th><th class=\"num\">energy within the class, Wh or varh</th><th></th>",
                 data.happened.pulses, [&](const PulseRow& watch) {
                   return cell(std::to_string(watch.meter)) + cell(at(data, watch.t_s)) +
                          cell(shown(watch.duration_s, Quantity::seconds)) +
                          cell(watch.output.text()) + number_cell(std::to_string(watch.pulses)) +
                          number_cell(shown(watch.low) + " to " + shown(watch.high)) +
                          (watch.judged == 0 ? cell("not judged")
                           : watch.wrong == 0
                               ? verdict_cell(true, "each in time")
                               : verdict_cell(false, std::to_string(watch.wrong) + " wrong"));
                 });
}

std::string firmwares(const ReportData& data) {
  return section(
      "Firmware",
      "<th>meter</th><th>before</th><th>expected</th><th>runs</th><th>says</th>"
      "<th>head-end read</th><th></th>",
      data.happened.firmwares, [](const FirmwareRow& row) {
        std::string cells = cell(std::to_string(row.meter));
        for (const auto& text : {row.before, row.expected, row.runs, row.says, row.head_end}) {
          cells += cell(text.text());
        }
        return cells + verdict_cell(row.right != 0, "");
      });
}

}  // namespace sim::result
