// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/report/junit.hpp"

#include <fstream>

#include "sim/report/markup.hpp"

namespace sim::result {

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

std::string junit_text(const std::string& scenario, std::span<const Kpi> kpis, double wall_s) {
  std::string cases;
  std::size_t tests = 0;
  std::size_t failures = 0;
  for (const Kpi& kpi : kpis) {
    for (const Limit& limit : kpi.limits) {
      ++tests;
      const std::string value = number_text(kpi.value) + (kpi.unit.empty() ? "" : " " + kpi.unit);
      cases += "    <testcase classname=\"" + escape_markup(scenario) + "\" name=\"" +
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
         ">\n  <testsuite name=\"" + escape_markup(scenario) + "\" " + counts +
         " errors=\"0\" skipped=\"0\" time=\"" + number_text(wall_s) + "\">\n" + cases +
         "  </testsuite>\n</testsuites>\n";
}

bool write_junit(const std::string& path, const std::string& scenario, std::span<const Kpi> kpis,
                 double wall_s) {
  std::ofstream out(path, std::ios::binary);
  out << junit_text(scenario, kpis, wall_s);
  return static_cast<bool>(out.flush());
}

}  // namespace sim::result
