// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/scenario/csv/shape.hpp"
#include "sim/scenario/load_csv.hpp"

namespace sim::run {

// A column of the file that is a home of the scenario, and what its numbers are.
struct LoadColumn {
  std::size_t column = 0;  // of the file, from 0
  std::uint32_t meter = 0;
  CsvUnit unit = CsvUnit::wh;  // never automatic
  bool reading = false;        // of a register, not energy of an interval
  double to_wh(std::int64_t interval_s) const;
};

struct LoadColumns {
  std::vector<LoadColumn> used;
  std::vector<CsvFault> faults;
  std::vector<CsvFault> doubts;
};
LoadColumns choose_columns(const CsvShape& shape, const LoadCsvRequest& request);

// One line on how the file was understood.
std::string understood(const CsvShape& shape, const LoadColumns& columns,
                       const LoadCsvRequest& request, std::int64_t interval_s);

}  // namespace sim::run
