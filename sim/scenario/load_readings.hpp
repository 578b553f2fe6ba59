// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sim/scenario/load_complaints.hpp"

namespace sim::run {

struct Readings {
  const CsvShape& shape;
  const LoadColumns& columns;
  const LoadCsvRequest& request;
  const std::vector<unsigned>& row_of;  // by interval of the table: its line; 0: it is missing
  double most_wh;                       // of an interval
};
// Turns the readings in `table` into what was drawn between each and the next, which leaves one
// interval less, and counts the gaps.
void take_differences(const Readings& readings, LoadTable& table, LoadComplaints& say);

}  // namespace sim::run
