// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What single meters did, beside what they had to: each a table of the page.
#include <cmath>

#include "sim/report/report.hpp"
#include "sim/report/text.hpp"
#include "sim/result/kpi.hpp"

namespace sim::result {

std::string relay_moves(const ReportData& data) {
  constexpr std::size_t kMost = 200;
  std::string rows;
  std::size_t n = 0;
  for (const RelayMoveRow& move : data.happened.moves) {
    if (++n > kMost) break;
    const std::string verdict = move.verdict.text();
    const bool good = verdict == "right" || verdict == "open";
    rows += "<tr><td>" + std::to_string(move.meter) + "</td><td>" + at(data, move.t_s) +
            "</td><td>" + (move.closed != 0 ? "closes" : "opens") + "</td><td>" +
            at(data, move.earliest_s) + "</td><td>" + at(data, move.latest_s) +
            "</td><td class=\"" + (good ? "good" : "bad") + "\">" + (good ? "\u2713 " : "\u2717 ") +
            verdict + "</td></tr>\n";
  }
  if (rows.empty()) return "";
  const std::string more = n > kMost ? "<p class=\"note\">The table relay_moves has more.</p>" : "";
  return "<h2>Relays</h2><div class=\"table\"><table><thead><tr><th>meter</th><th>contact moved "
         "(UTC)</th><th></th><th>expected from</th><th>to</th><th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n" + more;
}

std::string variations(const ReportData& data) {
  constexpr std::size_t kMost = 200;
  std::string rows;
  std::size_t n = 0;
  const auto both = [](double held, double truth, const char* unit) {
    const auto text = [](double value) {
      return std::isnan(value) ? "\u2013" : number_text(value);
    };
    return "<td class=\"num\">" + text(held) + " / " + text(truth) + "\u00a0" + unit + "</td>";
  };
  for (const VoltageEventRow& row : data.happened.variations) {
    if (++n > kMost) break;
    const std::string verdict = row.verdict.text();
    const bool good = verdict == "right";
    rows += "<tr><td>" + std::to_string(row.meter) + "</td><td>" + row.place.text() + "</td><td>" +
            row.kind.text() + " L" + std::to_string(row.phase) + "</td><td>" +
            date_time_text(row.begin_utc_s) + "</td>" +
            both(row.magnitude_v, row.true_magnitude_v, "V") +
            both(row.duration_s, row.true_duration_s, "s") + "<td class=\"" +
            (good ? "good" : "bad") + "\">" + (good ? "\u2713 " : "\u2717 ") + verdict +
            "</td></tr>\n";
  }
  if (rows.empty()) return "";
  const std::string more =
      n > kMost ? "<p class=\"note\">The table voltage_events has more.</p>" : "";
  return "<h2>Voltage</h2><div class=\"table\"><table><thead><tr><th>meter</th><th>place</th>"
         "<th></th><th>began (UTC)</th><th class=\"num\">held / true</th>"
         "<th class=\"num\">held / true</th><th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n" + more;
}

std::string test_outputs(const ReportData& data) {
  constexpr std::size_t kMost = 200;
  std::string rows;
  std::size_t n = 0;
  for (const PulseRow& watch : data.happened.pulses) {
    if (++n > kMost) break;
    const auto energy = [](double value) { return shown(value, Quantity::plain); };
    rows += "<tr><td>" + std::to_string(watch.meter) + "</td><td>" + at(data, watch.t_s) +
            "</td><td>" + shown(watch.duration_s, Quantity::seconds) + "</td><td>" +
            escape_markup(watch.output.text()) + "</td><td class=\"num\">" +
            std::to_string(watch.pulses) + "</td><td class=\"num\">" + energy(watch.low) + " to " +
            energy(watch.high) + "</td><td class=\"" + (watch.wrong == 0 ? "good" : "bad") + "\">" +
            (watch.judged == 0  ? "not judged"
             : watch.wrong == 0 ? "\u2713 each in time"
                                : "\u2717 " + std::to_string(watch.wrong) + " wrong") +
            "</td></tr>\n";
  }
  if (rows.empty()) return "";
  const std::string more = n > kMost ? "<p class=\"note\">The table pulses has more.</p>" : "";
  return "<h2>Test outputs</h2><div class=\"table\"><table><thead><tr><th>meter</th><th>watched "
         "(UTC)</th><th>for</th><th>output</th><th class=\"num\">pulses</th><th class=\"num\">"
         "energy within the class, Wh or varh</th><th></th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n" + more;
}

std::string firmwares(const ReportData& data) {
  constexpr std::size_t kMost = 200;
  std::string rows;
  std::size_t n = 0;
  for (const FirmwareRow& row : data.happened.firmwares) {
    if (++n > kMost) break;
    rows += "<tr><td>" + std::to_string(row.meter) + "</td>";
    for (const auto& text : {row.before, row.expected, row.runs, row.says, row.head_end}) {
      rows += "<td>" + escape_markup(text.text()) + "</td>";
    }
    const bool good = row.right != 0;
    rows +=
        std::string("<td class=\"") + (good ? "good\">\u2713" : "bad\">\u2717") + "</td></tr>\n";
  }
  if (rows.empty()) return "";
  const std::string more = n > kMost ? "<p class=\"note\">The table firmwares has more.</p>" : "";
  return "<h2>Firmware</h2><div class=\"table\"><table><thead><tr><th>meter</th><th>before</th>"
         "<th>expected</th><th>runs</th><th>says</th><th>head-end read</th><th></th></tr></thead>"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n" + more;
}

}  // namespace sim::result
