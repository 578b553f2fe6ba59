// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/report.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <sstream>

#include "os/files.hpp"
#include "sim/report/text.hpp"
#include "sim/result/digest.hpp"

namespace sim::result {
namespace {

const ReportData::KpiLine* find(const ReportData& data, const std::string& name) {
  const auto found = std::ranges::find(data.kpis, name, &ReportData::KpiLine::name);
  return found == data.kpis.end() ? nullptr : &*found;
}

// "push_latency_p50_s" -> "push latency p50": the value has the unit beside it.
std::string words(std::string name) {
  for (const std::string unit : {"_s", "_wh", "_varh"}) {
    if (name.ends_with(unit)) name.resize(name.size() - unit.size());
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string kpi_value(const ReportData::KpiLine& kpi) {
  if (kpi.name.ends_with("_success")) return shown(kpi.value, Quantity::percent);
  if (kpi.unit == "s") return shown(kpi.value, Quantity::seconds);
  if (kpi.unit == "B") return shown(kpi.value, Quantity::octets);
  return shown(kpi.value, Quantity::plain) + (kpi.unit.empty() ? "" : "\u00a0" + kpi.unit);
}

// ">= 0.99" as a person reads it beside the value: "\u2265 99 %".
std::string limit_text(const ReportData::KpiLine& kpi) {
  std::istringstream words_of(kpi.limit);
  std::string text;
  for (std::string word; words_of >> word;) {
    ReportData::KpiLine bound = kpi;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), bound.value);
    const bool number = error == std::errc{} && end == word.data() + word.size();
    if (word == ">=") word = "\u2265";
    if (word == "<=") word = "\u2264";
    text += (text.empty() ? "" : " ") + (number ? kpi_value(bound) : word);
  }
  return text;
}

std::string tile(const std::string& value, const std::string& name, const char* style = "") {
  return "<div class=\"tile\"><b class=\"" + std::string(style) + "\">" + escape_markup(value) +
         "</b><span>" + escape_markup(name) + "</span></div>";
}

std::string verdict(const ReportData& data) {
  if (data.attributes.state != "complete") {
    return "<div class=\"verdict bad\">The run was cut short</div>";
  }
  std::size_t expected = 0;
  std::size_t failed = 0;
  std::size_t open = 0;
  for (const ReportData::KpiLine& kpi : data.kpis) {
    expected += !kpi.limit.empty();
    failed += !kpi.limit.empty() && !kpi.pass && !kpi.open;
    open += kpi.open;
  }
  if (expected == 0) return "<div class=\"verdict open\">Nothing was expected</div>";
  if (failed > 0) {
    return "<div class=\"verdict bad\">\u2717 " + std::to_string(failed) + " of " +
           std::to_string(expected) + " expectations fail</div>";
  }
  if (open > 0) {
    return "<div class=\"verdict open\">" + std::to_string(expected - open) + " of " +
           std::to_string(expected) + " expectations hold, " + std::to_string(open) +
           " not due yet</div>";
  }
  return "<div class=\"verdict good\">\u2713 All " + std::to_string(expected) +
         " expectations hold</div>";
}

std::string head(const ReportData& data) {
  const double hours = static_cast<double>(data.end_utc_s - data.start_utc_s) / 3600;
  return "<header><div><p class=\"kicker\">amitwin run report</p><h1>" +
         escape_markup(data.attributes.scenario) + "</h1><p class=\"meta\">" +
         shown(static_cast<double>(data.meters), Quantity::plain) + " meters" +
         (data.detailed > 0 ? ", " + std::to_string(data.detailed) + " of them sample by sample"
                            : "") +
         " \u00b7 " + date_time_text(data.start_utc_s) + " to " + date_time_text(data.end_utc_s) +
         " UTC (" + shown(hours, Quantity::plain) + " h) \u00b7 seed " +
         std::to_string(data.attributes.seed) + "</p></div>" + verdict(data) + "</header>\n";
}

std::string tiles(const ReportData& data, const std::optional<Summary>& machine) {
  std::string text = "<div class=\"tiles\">";
  if (const auto* const success = find(data, "interval_success")) {
    const bool judged = !success->limit.empty() && !success->open;
    text += tile(shown(success->value, Quantity::percent),
                 data.line.meters.empty() ? "stored within 4 h" : "stored in time",
                 !judged         ? ""
                 : success->pass ? "good"
                                 : "bad");
  }
  const std::string expected = shown(static_cast<double>(data.expected_rows), Quantity::plain);
  text += tile(shown(static_cast<double>(data.stored_rows), Quantity::plain),
               data.expected_rows > 0 ? "of " + expected + " rows" : "rows stored");
  for (const char* const name : {"intervals_lost", "truth_mismatches"}) {
    const auto* const kpi = find(data, name);
    if (kpi == nullptr) continue;
    text += tile(kpi_value(*kpi), words(name),
                 kpi->limit.empty() || kpi->open ? ""
                 : kpi->pass                     ? "good"
                                                 : "bad");
  }
  text += tile(shown(data.latency_quantile_s(0.5), Quantity::seconds), "median latency");
  if (machine) {
    text += tile(shown(std::round(machine->speedup()), Quantity::plain) + "\u00d7", "real time");
    text += tile(shown(machine->cpu_ms_per_meter_day(), Quantity::plain) + "\u00a0ms",
                 "CPU a meter-day");
  }
  return text + "</div>\n";
}

std::string expectations(const ReportData& data) {
  std::string rows;
  for (const ReportData::KpiLine& kpi : data.kpis) {
    if (kpi.limit.empty()) continue;
    rows += "<tr><td>" + escape_markup(words(kpi.name)) + "</td><td class=\"num\">" +
            escape_markup(kpi_value(kpi)) + "</td><td class=\"num\">" +
            escape_markup(limit_text(kpi)) + "</td><td>" +
            (kpi.open   ? "not due yet"
             : kpi.pass ? "<span class=\"good\">\u2713 holds</span>"
                        : "<span class=\"bad\">\u2717 fails</span>") +
            "</td></tr>\n";
  }
  if (rows.empty()) return "";
  return "<div class=\"table\"><table><thead><tr><th>expectation on</th>"
         "<th class=\"num\">value</th><th class=\"num\">expected</th><th></th></tr></thead>"
         "<tbody>\n" +
         rows + "</tbody></table></div>\n";
}

std::string other_figures(const ReportData& data) {
  std::string list;
  for (const ReportData::KpiLine& kpi : data.kpis) {
    if (!kpi.limit.empty()) continue;
    list += "<div><span>" + escape_markup(words(kpi.name)) + "</span><b>" +
            escape_markup(kpi_value(kpi)) + "</b></div>\n";
  }
  if (list.empty()) return "";
  return "<h2>Other figures</h2><div class=\"table figures\">" + list + "</div>\n";
}

// What an event was, when the run left no words.
std::string detail(const ReportData::EventLine& event) {
  if (!event.text.empty() || std::isnan(event.value)) return event.text;
  if (event.type == "relay") return event.value != 0 ? "close" : "open";
  if (event.type == "clock_shift" || event.type == "clock_error") {
    return (event.value > 0 ? "+" : "") + number_text(event.value) + "\u00a0s";
  }
  if (event.type == "temperature") return number_text(event.value) + "\u00a0\u00b0C";
  if (event.type == "battery") return number_text(event.value) + "\u00a0%";
  if (event.type == "sag" || event.type == "button") return number_text(event.value) + "\u00a0ms";
  return shown(event.value, Quantity::seconds);
}

std::string happenings(const ReportData& data) {
  std::string text;
  if (!data.happened.events.empty()) {
    text +=
        "<div class=\"table\"><table><thead><tr><th>at (UTC)</th><th>event</th><th>meters</th>"
        "<th></th></tr></thead><tbody>\n";
    for (const ReportData::EventLine& event : data.happened.events) {
      text += "<tr><td>" + at(data, event.t_s) + "</td><td>" + escape_markup(words(event.type)) +
              "</td><td>" + escape_markup(event.meters) + "</td><td class=\"last\">" +
              escape_markup(detail(event)) + "</td></tr>\n";
    }
    text += "</tbody></table></div>\n";
  }
  if (!data.happened.orders.empty()) {
    text +=
        "<div class=\"table\"><table><thead><tr><th>ordered (UTC)</th><th>meter</th>"
        "<th>order</th><th class=\"num\">took</th><th>outcome</th></tr></thead><tbody>\n";
    for (const ReportData::OrderLine& order : data.happened.orders) {
      const bool done = order.outcome == "done";
      text += "<tr><td>" + at(data, order.issued_s) + "</td><td>" + std::to_string(order.meter) +
              "</td><td>" + escape_markup(words(order.type) + " " + order.value) +
              "</td><td class=\"num\">" + shown(order.done_s - order.issued_s, Quantity::seconds) +
              "</td><td class=\"" + (done ? "good" : "bad") + "\">" +
              (done ? "\u2713 " : "\u2717 ") + escape_markup(order.outcome) + "</td></tr>\n";
    }
    text += "</tbody></table></div>\n";
  }
  return text;
}

std::string event_logs(const ReportData& data) {
  if (data.happened.logs.empty()) return "";
  std::string rows;
  for (const auto& [name, counts] : data.happened.logs) {
    const auto cell = [&](std::uint64_t count, const char* style = "") {
      rows += "<td class=\"num " + std::string(style) + "\">" +
              (count == 0 ? "\u2013" : shown(static_cast<double>(count), Quantity::plain)) +
              "</td>";
    };
    rows += "<tr><td>0.0.99.98." + std::to_string(name.first) + "</td><td class=\"num\">" +
            std::to_string(name.second) + "</td><td>" + escape_markup(counts.event) + "</td>";
    cell(counts.flash);
    cell(counts.head_end);
    cell(counts.told);
    cell(counts.missing, counts.missing > 0 ? "bad" : "");
    cell(counts.unexpected, counts.unexpected > 0 ? "bad" : "");
    rows += "</tr>\n";
  }
  return "<h2>Event logs</h2><div class=\"table\"><table><thead><tr><th>log</th>"
         "<th class=\"num\">code</th><th>event</th><th class=\"num\">in flash</th>"
         "<th class=\"num\">in the head-end</th><th class=\"num\">told as alarm</th>"
         "<th class=\"num\">missing</th><th class=\"num\">unexpected</th></tr></thead><tbody>\n" +
         rows + "</tbody></table></div>\n";
}

// The lines of more concentrators would make a page nobody can open.
constexpr std::size_t kMaxDrawn = 12;

std::string power_line(const ReportData& data) {
  std::string figures;
  for (const Chart& chart : line_charts(data)) figures += chart_figure(chart);
  std::size_t drawn = 0;
  for (const auto& [concentrator, place] : data.line.places) {
    if (drawn++ < kMaxDrawn) figures += topology_figure(concentrator, place);
  }
  if (figures.empty()) return "";
  if (drawn > kMaxDrawn) {
    figures += "<p class=\"note\">" + std::to_string(drawn - kMaxDrawn) +
               " more concentrators are not drawn; the tables nodes and cables have them.</p>";
  }
  return "<h2>Power line</h2><div class=\"charts\">" + figures + "</div>\n";
}

std::string foot(const ReportData& data, const std::string& digest,
                 const std::optional<Summary>& machine) {
  std::string text = "<footer><p>digest <code>" + digest +
                     "</code></p><p>scenario text SHA-256 <code>" +
                     escape_markup(data.attributes.scenario_sha256) + "</code> \u00b7 schema " +
                     std::to_string(data.attributes.schema_version) + "</p>";
  if (!data.attributes.commit.empty()) {
    text += "<p>written by amitwin " + escape_markup(data.attributes.program_version) +
            ", commit <code>" + escape_markup(data.attributes.commit) + "</code>, " +
            escape_markup(data.attributes.compiler) + ", " + escape_markup(data.attributes.flags) +
            "</p>";
  }
  if (machine) {
    text += "<p>" + shown(machine->wall_s, Quantity::seconds) + " on the clock, " +
            shown(machine->cpu_s, Quantity::seconds) + " of processor time, at most " +
            shown(static_cast<double>(machine->peak_rss_bytes), Quantity::octets) +
            " of memory, mode " + escape_markup(machine->mode) + "</p>";
  }
  for (const std::string& table : data.missing_tables) {
    text += "<p class=\"bad\">Table " + escape_markup(table) + " cannot be read.</p>";
  }
  return text + "</footer>\n";
}

}  // namespace

std::string at(const ReportData& data, double t_s) {
  if (std::isnan(t_s)) return "\u2013";
  return date_time_text(data.start_utc_s + static_cast<std::int64_t>(t_s));
}

std::string report_page(const ReportData& data, const std::string& digest,
                        const std::optional<Summary>& machine) {
  std::string charts = "<h2>Charts</h2><div class=\"charts\">";
  for (const Chart& chart : report_charts(data)) charts += chart_figure(chart);
  charts += "</div>\n";
  return "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>" +
         escape_markup(data.attributes.scenario) + " \u2013 amitwin</title><style>" +
         report_style() + "</style></head>\n<body><main>\n" + head(data) + tiles(data, machine) +
         "<div class=\"cols\">" + expectations(data) + "<div class=\"stack\">" + happenings(data) +
         "</div></div>\n" + charts + error_figures(data) + power_line(data) + relay_moves(data) +
         test_outputs(data) + variations(data) + firmwares(data) + event_logs(data) +
         display_figures(data) + other_figures(data) + foot(data, digest, machine) +
         "</main></body></html>\n";
}

std::optional<std::string> write_report(const std::string& result_path,
                                        const std::string& report_path) {
  const auto data = gather_report_data(result_path);
  const auto digest = digest_of(result_path);
  if (!data || !digest) return result_path + ": not a result file";
  const auto beside = std::filesystem::path(result_path).parent_path() / "summary.json";
  auto machine = read_summary(beside.string());
  if (machine && machine->digest != digest->total) machine.reset();
  const std::string error = os::write_file(report_path, report_page(*data, digest->total, machine));
  return error.empty() ? std::nullopt : std::optional(error);
}

}  // namespace sim::result
