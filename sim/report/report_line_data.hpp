// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/result/h5_file.hpp"

namespace sim::result {

// What the report shows of power lines and of the concentrators on them.
struct LineData {
  // One substation.
  struct Place {
    std::vector<NodeRow> nodes;
    std::vector<CableRow> cables;
  };
  std::map<std::uint32_t, Place> places;  // by concentrator
  std::set<std::uint32_t> meters;         // behind any concentrator

  // Over all concentrators, whenever it changed.
  struct Registered {
    double t_s;
    std::uint32_t now;   // in a concentrator's list
    std::uint32_t ever;  // registered at least once so far
  };
  std::vector<Registered> registered;
  std::uint64_t departures = 0;
  std::uint64_t restarts = 0;  // of concentrators, after an outage

  // By kind, by hour.
  struct Airtime {
    double airtime_s = 0;
    std::uint64_t ok = 0;
    std::uint64_t noise = 0;
    std::uint64_t collision = 0;
    std::uint64_t deaf = 0;
  };
  std::map<std::string, std::vector<Airtime>> airtime;
  using Counts = std::map<std::string, std::vector<double>>;
  Counts reports;  // by kind
  std::uint64_t report_octets = 0;
  std::uint64_t report_new_rows = 0;
  std::uint64_t report_errors = 0;      // meters with an error instead of data
  Counts polls;                         // by job, those that reached their end
  Counts failed_polls;                  // by outcome
  double collect_period_s = kNotKnown;  // usual time between two load profile polls of a meter
};

// A power outage of concentrators: nobody is told to leave, but nobody is in their lists.
struct ConcentratorOutage {
  double t_s;
  double duration_s;
};

// Tables an older file does not have stay empty; those that cannot be read are named.
LineData gather_line_data(const TableFileReader& file,
                          const std::vector<ConcentratorOutage>& outages,
                          std::vector<std::string>& missing_tables);

inline constexpr std::int64_t kMaxHours = 24 * 366 * 20;  // a damaged hour must not eat the memory

// Calls visit(row) for every row of a table; what an older file does not have keeps its initial
// value. Notes the table when it cannot be read.
template <typename Row, typename Visit>
void each_row(const TableFileReader& file, std::vector<std::string>& missing_tables, Visit visit) {
  const TableSchema& own = table_schemas()[Tables::index_of<Row>()];
  const TableSchema* const table = file.find(own.name);
  if (table == nullptr) {
    missing_tables.push_back(own.name);
    return;
  }
  const std::vector<CellCopy> copies = copies_from(*table, own);
  const bool read = file.each_block(*table, [&](const std::vector<std::uint8_t>& rows) {
    for (std::size_t at = 0; at < rows.size(); at += table->row_bytes) {
      Row row;
      unpack_row(copies, rows.data() + at, &row);
      visit(row);
    }
  });
  if (!read) missing_tables.push_back(own.name);
}

}  // namespace sim::result
