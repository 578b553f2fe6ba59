// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/cli/outcome_text.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <vector>

#include "protocol/hosted/printable/printable.hpp"
#include "sim/drive/wall.hpp"

namespace sim::cli {
namespace {

using result::Kpi;
using result::Verdict;

// NaN: there is no such figure, or nothing to measure.
double value_of(const result::Summary& summary, const char* name) {
  const auto found = std::ranges::find(summary.kpis, name, &Kpi::name);
  return found == summary.kpis.end() ? std::nan("") : found->value;
}

std::string seconds_text(double seconds) {
  if (seconds >= 7200) return fmt::format("{:.3g} h", seconds / 3600);
  if (seconds >= 120) return fmt::format("{:.3g} min", seconds / 60);
  return fmt::format("{:.3g} s", seconds);
}

// 99.96 % must not read as 100 %.
std::string percent_text(double share) {
  const double percent = 100 * share;
  if (percent > 99 && percent < 100)
    return fmt::format("{:.2f} %", std::floor(percent * 100) / 100);
  return fmt::format("{:.4g} %", percent);
}

// What anybody wants to know first, whether or not the scenario expects something of it.
std::vector<std::string> headline(const result::Summary& summary) {
  std::vector<std::string> parts;
  const double on_lines = value_of(summary, "plc_meters");
  if (value_of(summary, "sessions") == 0 && on_lines < static_cast<double>(summary.meters)) {
    parts.push_back("no module ever connected");
  }
  if (on_lines > 0 && value_of(summary, "reports") == 0) {
    parts.push_back("no concentrator ever reported");
  }
  if (const double unread = value_of(summary, "flash_unread"); unread > 0) {
    parts.push_back(
        fmt::format("{:.0f} of {} meters could not be read at the end", unread, summary.meters));
  }
  const auto add = [&](double value, auto text) {
    if (!std::isnan(value)) parts.push_back(text(value));
  };
  const double rows = value_of(summary, "intervals_expected");
  add(value_of(summary, "interval_success"), [&](double share) {
    return fmt::format("{} of {:.0f} rows in time", percent_text(share), rows);
  });
  const auto latency = [&](const char* what, const char* p50, const char* p95) {
    add(value_of(summary, p95), [&](double p95_s) {
      const double p50_s = value_of(summary, p50);
      return std::isnan(p50_s)
                 ? fmt::format("{} p95 {}", what, seconds_text(p95_s))
                 : fmt::format("{} p50 {}, p95 {}", what, seconds_text(p50_s), seconds_text(p95_s));
    });
  };
  latency("push", "push_latency_p50_s", "push_latency_p95_s");
  latency("collection", "", "collection_latency_p95_s");
  for (const auto& [name, road] : {std::pair{"gprs_bytes_per_meter_day", "2G"},
                                   std::pair{"p32_bytes_per_meter_day", "Ethernet"}}) {
    add(value_of(summary, name), [&, road = road](double octets) {
      return fmt::format("{:.3g} kB a meter-day by {}", octets / 1000, road);
    });
  }
  return parts;
}

// Joined with commas, in lines of at most so many columns.
std::string wrapped(const std::vector<std::string>& parts, std::size_t columns) {
  std::string text, line;
  for (const std::string& part : parts) {
    if (!line.empty() && 2 + line.size() + 2 + part.size() >= columns) {
      text += "  " + line + ",\n";
      line.clear();
    }
    line += (line.empty() ? "" : ", ") + part;
  }
  return line.empty() ? text : text + "  " + line + "\n";
}

std::string verdict_text(Verdict verdict, bool colour) {
  struct Look {
    const char* word;
    const char* escape;
  };
  constexpr Look kLooks[] = {{"pass", "32"}, {"FAIL", "31"}, {"open", "33"}};
  const Look& look = kLooks[static_cast<std::size_t>(verdict)];
  return colour ? fmt::format("\x1b[{}m{}\x1b[0m", look.escape, look.word) : look.word;
}

std::string expectation_text(const Kpi& kpi, const OutcomeStyle& style) {
  const std::string verdict = verdict_text(kpi.verdict(), style.colour);
  const std::string value = std::isnan(kpi.value) ? "-" : result::rounded_text(kpi);
  const std::string limit =
      kpi.limit_text() + (kpi.incomplete ? ", but not all could be read" : "");
  constexpr std::size_t kTable = 64;
  if (style.columns < kTable) {
    return fmt::format("  {}  {}\n        {}{}{}, {}\n", verdict, kpi.name, value,
                       kpi.unit.empty() ? "" : " ", kpi.unit, limit);
  }
  return fmt::format("  {}  {:<24} {:>10} {:<4} {}\n", verdict, kpi.name, value, kpi.unit, limit);
}

}  // namespace

OutcomeStyle outcome_style() {
  OutcomeStyle style;
  if (isatty(STDOUT_FILENO) == 0) return style;
  style.columns = run::terminal_columns(STDOUT_FILENO);
  const char* const no_colour = std::getenv("NO_COLOR");
  style.colour = no_colour == nullptr || *no_colour == '\0';
  return style;
}

std::string outcome_text(const result::Summary& summary, const std::string& folder,
                         const OutcomeStyle& style) {
  std::string text =
      fmt::format("{}: {} meters, {:.4g} h simulated\n", protocol::printable(summary.scenario),
                  summary.meters, summary.sim_s / 3600);
  text +=
      wrapped({fmt::format("took {:.1f} s ({:.0f}x)", summary.wall_s, summary.speedup()),
               fmt::format("{:.1f} ms of one core a meter-day", summary.cpu_ms_per_meter_day())},
              style.columns);
  text += wrapped(headline(summary), style.columns);
  std::size_t open = 0;
  for (const Kpi& kpi : summary.kpis) {
    if (kpi.limits.empty()) continue;
    text += expectation_text(kpi, style);
    open += kpi.verdict() == Verdict::open;
  }
  if (open > 0) {
    text +=
        fmt::format("  open: not due, or not to be read, when the run was cut short ({})\n", open);
  }
  text += fmt::format("  digest {}\n  results in {}/\n", summary.digest.substr(0, 16),
                      protocol::printable(folder));
  return text;
}

}  // namespace sim::cli
