// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/report/report_line_data.hpp"
#include "sim/result/h5_file.hpp"
#include "sim/result/profile_tables.hpp"

namespace sim::result {

// What the report's charts are made of, gathered in one pass over each table. Rows may be many:
// they are counted, not kept.
struct ReportData {
  FileAttributes attributes;
  std::int64_t start_utc_s = 0;
  std::int64_t end_utc_s = 0;
  std::uint64_t meters = 0;
  std::uint64_t detailed = 0;
  std::uint64_t expected_rows = 0;
  std::uint64_t stored_rows = 0;

  // Time from capture to store, whole seconds.
  static constexpr std::size_t kLatencyBins = 8 * 86'400;
  std::vector<std::uint32_t> latency_s;       // rows by latency; the last bin holds all above
  std::vector<std::uint32_t> line_latency_s;  // those of meters behind a concentrator
  std::uint64_t line_expected_rows = 0;
  std::uint64_t line_stored_rows = 0;
  std::uint64_t latency_rows = 0;
  double latency_quantile_s(double share) const;  // NaN without rows

  // By the hour of the capture, counted from the start.
  struct Hour {
    std::uint64_t expected = 0;
    std::uint64_t within_1h = 0;
    std::uint64_t within_4h = 0;
    std::uint64_t later = 0;
    // Latencies in classes of equal ratio (5 %), from 1 s up.
    static constexpr std::size_t kClasses = 256;
    std::array<std::uint32_t, kClasses> latency_class{};
    double latency_quantile_s(double share) const;  // NaN without rows
    Hour& operator+=(const Hour& other);
  };
  std::vector<Hour> hours;

  struct KpiLine {
    std::string name;
    double value;
    std::string unit;
    std::string limit;
    bool pass;
    bool open;  // not due when the run was cut short
  };
  std::vector<KpiLine> kpis;

  // One home's load and what its meter stored of it.
  std::uint32_t home = 0;
  struct Power {
    double utc_s;
    double active_w;  // NaN: unknown
  };
  std::vector<Power> load;
  std::vector<Power> stored;  // mean of the interval that starts at utc_s; NaN ends a run of rows

  std::vector<std::uint32_t> open_sessions;  // at the end of each minute
  std::uint64_t sessions = 0;

  LineData::Counts octets_by_hour;  // by kind

  struct EventLine {
    double t_s;
    std::string type;
    std::string meters;
    double value;
    std::string text;
  };
  struct OrderLine {
    std::uint32_t meter;
    std::string type;
    std::string value;
    double issued_s;
    double done_s;
    std::string outcome;
  };

  struct DisplayLine {
    std::uint32_t meter;
    double t_s;
    std::string text;  // digits and what is beside them
    std::string segments;
    bool backlit;
    std::string expected;
    std::uint8_t verdict;
  };

  // Entries of the event logs of all meters; `logs` by group and code.
  struct LogCounts {
    std::uint64_t flash = 0;
    std::uint64_t head_end = 0;
    std::uint64_t told = 0;  // unasked
    std::uint64_t missing = 0;
    std::uint64_t unexpected = 0;
    std::string event;  // empty: it has no name
  };
  struct Happenings {
    std::vector<EventLine> events;
    std::vector<OrderLine> orders;
    std::map<std::pair<unsigned, unsigned>, LogCounts> logs;
    std::vector<DisplayLine> displays;
    std::vector<RelayMoveRow> moves;
    std::vector<RegisterErrorRow> errors;
    std::vector<VoltageEventRow> variations;
    std::vector<PulseRow> pulses;
    std::vector<FirmwareRow> firmwares;
  };
  Happenings happened;

  LineData line;

  std::vector<std::string> missing_tables;  // of an older schema or a damaged file
};

std::optional<ReportData> gather_report_data(const std::string& result_path);

}  // namespace sim::result
