// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario/csv/dialect.hpp"
#include "sim/scenario/problem.hpp"
#include "sim/scenario/scenario.hpp"
#include "sim/scenario/zone_table.hpp"

namespace sim::run {

// Measured homes, cut to the time a run needs. Row i covers the interval_s from
// first_utc_s + i * interval_s on.
inline constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();  // an empty cell

struct LoadTable {
  std::int64_t first_utc_s = 0;
  std::int64_t interval_s = 0;
  std::size_t n_intervals = 0;
  struct Home {
    std::string column;
    std::vector<double> energy_wh;  // NaN: the cell is empty, nobody knows
  };
  std::vector<Home> homes;  // by meter, the first at 0
  // Unknown energies within the expected captures: each leaves interval_s / capture_period_s rows
  // without truth.
  std::size_t gaps = 0;
};

struct LoadCsvRequest {
  std::string file;               // for messages
  ZoneTable zone;                 // of timestamps that name none
  std::string zone_name = "UTC";  // for messages
  StampAt stamp = StampAt::start;
  Dialect dialect;
  CsvGaps gaps = CsvGaps::refuse;
  std::uint32_t n_meters = 0;
  std::map<std::string, std::uint32_t> map;  // column, or "#3" -> meter
  std::int64_t from_utc_s = 0;               // expected captures: must be covered
  std::int64_t to_utc_s = 0;
  std::int64_t keep_to_utc_s = 0;  // kept as far as the file goes
};

// Errors and warnings carry the line of the file and the number of the cell in it, both from 1.
struct LoadCsvResult {
  LoadTable table;  // meaningful when there are no errors
  Problems errors;
  Problems warnings;
  std::string understood;  // one line on how the file was read; empty: not at all
};
// `octets`: CSV text, or a gzip file of it.
LoadCsvResult read_load_csv(const LoadCsvRequest& request, std::string octets);
// The CSV a scenario names. Only for scenarios with load.csv.
LoadCsvResult read_load_csv(const Scenario& scenario);

}  // namespace sim::run
