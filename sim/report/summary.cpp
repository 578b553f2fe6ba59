// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/summary.hpp"

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "os/build.hpp"
#include "os/files.hpp"
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
  const Verdict verdict = kpi.verdict();
  object["pass"] = verdict == Verdict::open ? Json(nullptr) : Json(verdict == Verdict::pass);
  return object;
}

// Of a clock: nobody reads more, and it is never the same twice.
Json thousandths(double value) { return number(std::round(1000 * value) / 1000); }

Json build_object() {
  const os::Build& build = os::build();
  Json object;
  object["version"] = build.version;
  object["commit"] = build.commit;
  object["compiler"] = build.compiler;
  object["flags"] = build.flags;
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
  json["wall_s"] = thousandths(summary.wall_s);
  json["cpu_s"] = thousandths(summary.cpu_s);
  const auto of_a_result = [&](double value) {
    return summary.error.empty() ? thousandths(value) : Json(nullptr);
  };
  json["speedup"] = of_a_result(summary.speedup());
  json["cpu_ms_per_meter_day"] = of_a_result(summary.cpu_ms_per_meter_day());
  json["peak_rss_bytes"] = summary.peak_rss_bytes;
  json["warnings"] = summary.warnings;
  json["cut_short"] = summary.cut_short;
  json["pass"] = summary.error.empty() && none_fails(summary.kpis);
  if (!summary.error.empty()) json["error"] = summary.error;
  json["build"] = build_object();
  json["kpi"] = Json::object();
  for (const Kpi& kpi : summary.kpis) json["kpi"][kpi.name] = kpi_object(kpi);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string write_summary(const std::string& path, const Summary& summary) {
  return os::write_file(path, summary_text(summary));
}

std::optional<Summary> read_summary(const std::string& path) {
  return parse_summary(os::read_file(path, os::kMaxTextOctets).text);
}

std::optional<Summary> parse_summary(const std::string& written) {
  const Json json = Json::parse(written, nullptr, false);
  if (!json.is_object()) return {};
  const auto text = [&](const char* key) {
    return json.contains(key) && json[key].is_string() ? json[key].get<std::string>() : "";
  };
  const auto value = [&](const char* key) {
    return json.contains(key) && json[key].is_number() ? std::max(0.0, json[key].get<double>())
                                                       : 0.0;
  };
  // Beyond what a number holds exactly, nobody counted.
  const auto count = [&](const char* key) {
    constexpr double kMost = 9e15;
    return static_cast<std::uint64_t>(std::min(kMost, value(key)));
  };
  Summary summary;
  summary.scenario = text("scenario");
  summary.mode = text("mode");
  summary.digest = text("digest");
  summary.meters = count("meters");
  summary.meter_days = value("meter_days");
  summary.sim_s = value("sim_s");
  summary.wall_s = value("wall_s");
  summary.cpu_s = value("cpu_s");
  summary.peak_rss_bytes = count("peak_rss_bytes");
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

namespace {

// Which bound of a figure a case is: it stays when the number changes.
std::string kind_of(const Limit& limit) {
  std::string kind;
  if (limit.equals) kind += " equals";
  if (limit.min) kind += " min";
  if (limit.max) kind += " max";
  return kind;
}

std::string case_text(const Summary& summary, const Kpi& kpi, const Limit& limit,
                      const std::string& name) {
  const std::string shown = kpi.unit.empty() ? "" : " " + kpi.unit;
  const std::string is = std::isnan(kpi.value) ? std::string(" was not measured")
                                               : " is " + number_text(kpi.value) + shown;
  const std::string body = kpi.name + is + ", expected " + limit.text() + shown +
                           (kpi.incomplete ? ", but not all could be read" : "");
  std::string text = "    <testcase classname=\"" + escape_markup(summary.scenario) + "\" name=\"" +
                     escape_markup(name) + "\" time=\"0\">\n";
  switch (kpi.verdict(limit)) {
    case Verdict::pass:
      text += "      <system-out>" + escape_markup(body) + "</system-out>\n";
      break;
    case Verdict::fail:
      text += "      <failure message=\"" + escape_markup(body) + "\">" + escape_markup(body) +
              "</failure>\n";
      break;
    case Verdict::open:
      text += std::string("      <skipped message=\"") +
              (!summary.error.empty() ? "the run has no result"
               : kpi.incomplete       ? "not all could be read"
                                      : "not due when the run was cut short") +
              ": expected " + escape_markup(limit.text() + shown) + "\"/>\n";
      break;
  }
  return text + "    </testcase>\n";
}

std::string properties_text(const Summary& summary) {
  const os::Build& build = os::build();
  std::string text = "    <properties>\n";
  for (const auto& [name, value] :
       std::vector<std::pair<const char*, std::string>>{{"seed", std::to_string(summary.seed)},
                                                        {"mode", summary.mode},
                                                        {"meters", std::to_string(summary.meters)},
                                                        {"simulated_s", number_text(summary.sim_s)},
                                                        {"digest", summary.digest},
                                                        {"version", build.version},
                                                        {"commit", build.commit},
                                                        {"compiler", build.compiler},
                                                        {"flags", build.flags}}) {
    text += std::string("      <property name=\"") + name + "\" value=\"" + escape_markup(value) +
            "\"/>\n";
  }
  return text + "    </properties>\n";
}

}  // namespace

std::string junit_text(const Summary& summary) {
  std::string cases;
  std::map<std::string, int> names;
  std::map<Verdict, std::size_t> count;
  for (const Kpi& kpi : summary.kpis) {
    for (const Limit& limit : kpi.limits) {
      std::string name = kpi.name + kind_of(limit);
      if (const int n = ++names[name]; n > 1) name += " " + std::to_string(n);
      cases += case_text(summary, kpi, limit, name);
      ++count[kpi.verdict(limit)];
    }
  }
  const std::size_t errors = summary.error.empty() ? 0 : 1;
  if (errors > 0) {
    const std::string error = escape_markup(summary.error);
    cases = "    <testcase classname=\"" + escape_markup(summary.scenario) +
            "\" name=\"run\" time=\"0\">\n      <error message=\"" + error + "\">" + error +
            "</error>\n    </testcase>\n" + cases;
  }
  const std::size_t tests =
      errors + count[Verdict::pass] + count[Verdict::fail] + count[Verdict::open];
  const std::string counts =
      "tests=\"" + std::to_string(tests) + "\" failures=\"" + std::to_string(count[Verdict::fail]) +
      "\" errors=\"" + std::to_string(errors) + "\" skipped=\"" +
      std::to_string(count[Verdict::open]) + "\" time=\"" +
      number_text(std::isnan(summary.wall_s) ? 0 : std::round(1000 * summary.wall_s) / 1000) + "\"";
  return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites " + counts +
         ">\n  <testsuite name=\"" + escape_markup(summary.scenario) + "\" " + counts + ">\n" +
         properties_text(summary) + cases + "  </testsuite>\n</testsuites>\n";
}

std::string write_junit(const std::string& path, const Summary& summary) {
  return os::write_file(path, junit_text(summary));
}

}  // namespace sim::result
