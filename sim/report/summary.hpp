// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/result/kpi.hpp"

namespace sim::result {

// summary.json: the one-page truth about a run, figures of the machine included.
struct Summary {
  std::string scenario;
  std::uint64_t seed = 0;
  std::string mode;
  std::string digest;
  std::uint64_t meters = 0;
  double meter_days = 0;
  double sim_s = 0;
  double wall_s = 0;
  double cpu_s = 0;
  std::uint64_t peak_rss_bytes = 0;
  std::uint64_t warnings = 0;
  bool cut_short = false;  // ended before the scenario: what was not due is not judged
  std::string error;       // not empty: why the run has no result
  std::vector<Kpi> kpis;

  double speedup() const { return wall_s > 0 ? sim_s / wall_s : 0; }
  double cpu_ms_per_meter_day() const { return meter_days > 0 ? 1000 * cpu_s / meter_days : 0; }
};
std::string summary_text(const Summary& summary);
// A sentence when it cannot be written; the file that was there stays.
std::string write_summary(const std::string& path, const Summary& summary);
// What a report shows about the machine; none when the file is absent or not ours. KPIs stay empty.
std::optional<Summary> read_summary(const std::string& path);
std::optional<Summary> parse_summary(const std::string& written);

// JUnit XML, one test case for each expectation, for CI systems. Names stay when limits move:
// "interval_success min"; the limit stands in the body. What is not due is skipped. A run without a
// result is one more case, "run", in error.
std::string junit_text(const Summary& summary);
std::string write_junit(const std::string& path, const Summary& summary);

}  // namespace sim::result
