// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/summary.hpp"

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/report/text.hpp"

namespace sim::result {
namespace {

using Json = nlohmann::ordered_json;  // keys stand in the order they are written here

// Counts read as counts; what was not measured is null.
Json number(double value) {
  if (!std::isfinite(value)) return nullptr;
  if (value == std::trunc(value) && std::abs(value) < 9e15) {
    return static_cast<std::int64_t>(value);
  }
  return value;
}

Json kpi_object(const Kpi& kpi) {
  Json object;
  object["value"] = number(kpi.value);
  object["unit"] = kpi.unit;
  object["limit"] = kpi.limits.empty() ? Json(nullptr) : Json(kpi.limit_text());
  object["pass"] = kpi.pass();
  return object;
}

}  // namespace

std::string summary_text(const Summary& summary) {
  Json json;
  json["scenario"] = summary.scenario;
  json["seed"] = summary.seed;
  json["mode"] = summary.mode;
  json["digest"] = summary.digest;
  json["meters"] = summary.meters;
  json["meter_days"] = number(summary.meter_days);
  json["sim_s"] = number(summary.sim_s);
  json["wall_s"] = summary.wall_s;
  json["cpu_s"] = summary.cpu_s;
  json["speedup"] = summary.speedup();
  json["cpu_ms_per_meter_day"] = summary.cpu_ms_per_meter_day();
  json["peak_rss_bytes"] = summary.peak_rss_bytes;
  json["warnings"] = summary.warnings;
  json["pass"] = all_pass(summary.kpis);
  json["kpi"] = Json::object();
  for (const Kpi& kpi : summary.kpis) json["kpi"][kpi.name] = kpi_object(kpi);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

bool write_summary(const std::string& path, const Summary& summary) {
  std::ofstream out(path, std::ios::binary);
  out << summary_text(summary);
  return static_cast<bool>(out.flush());
}

std::optional<Summary> read_summary(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in || !std::filesystem::is_regular_file(path)) return {};
  const Json json = Json::parse(in, nullptr, false);
  if (!json.is_object()) return {};
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  const auto value = [&](const char* key) {
    return json.contains(key) && json[key].is_number() ? json[key].get<double>() : 0.0;
  };
  Summary summary;
  summary.scenario = text("scenario");
  summary.mode = text("mode");
  summary.digest = text("digest");
  summary.meters = static_cast<std::uint64_t>(std::max(0.0, value("meters")));
  summary.meter_days = value("meter_days");
  summary.sim_s = value("sim_s");
  summary.wall_s = value("wall_s");
  summary.cpu_s = value("cpu_s");
  summary.peak_rss_bytes = static_cast<std::uint64_t>(std::max(0.0, value("peak_rss_bytes")));
  return summary;
}

std::string escape_markup(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
          escaped += "\xEF\xBF\xBD";
        } else {
          escaped += c;
        }
    }
  }
  return escaped;
}

std::string junit_text(const Summary& summary) {
  std::string cases;
  std::size_t tests = 0;
  std::size_t failures = 0;
  for (const Kpi& kpi : summary.kpis) {
    for (const Limit& limit : kpi.limits) {
      ++tests;
      const std::string value = number_text(kpi.value) + (kpi.unit.empty() ? "" : " " + kpi.unit);
      cases += "    <testcase classname=\"" + escape_markup(summary.scenario) + "\" name=\"" +
               escape_markup(kpi.name + " " + limit.text()) + "\"";
      if (limit.holds(kpi.value)) {
        cases += "/>\n";
        continue;
      }
      ++failures;
      const std::string message = kpi.name + " is " + value + ", expected " + limit.text();
      cases += ">\n      <failure message=\"" + escape_markup(message) + "\"/>\n    </testcase>\n";
    }
  }
  const std::string counts =
      "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(failures) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts +
         ">\n  <testsuite name=\"" + escape_markup(summary.scenario) + "\" " + counts +
         " errors=\"0\" skipped=\"0\" time=\"" + number_text(summary.wall_s) + "\">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

bool write_junit(const std::string& path, const Summary& summary) {
  std::ofstream out(path, std::ios::binary);
  out << junit_text(summary);
  return static_cast<bool>(out.flush());
}

}  // namespace sim::result
