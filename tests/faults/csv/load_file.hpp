// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sim/scenario/load_csv.hpp"

// Reads the files of this folder as a scenario would.
namespace csv_test {

using namespace sim::run;

inline std::string text_of_file(const std::string& name) {
  std::ifstream in("tests/faults/csv/files/" + name, std::ios::binary);
  EXPECT_TRUE(in.good()) << name;
  return {std::istreambuf_iterator<char>(in), {}};
}

// From a UTC instant for some hours.
inline LoadCsvRequest request(const char* from, double hours, std::uint32_t meters = 1) {
  LoadCsvRequest request;
  request.file = "h.csv";
  request.n_meters = meters;
  request.from_utc_s = parse_rfc3339(from).value();
  request.to_utc_s = request.from_utc_s + static_cast<std::int64_t>(hours * 3600);
  request.keep_to_utc_s = request.to_utc_s;
  return request;
}

inline LoadCsvRequest in_zone(LoadCsvRequest request, const char* zone) {
  request.zone = find_zone(zone).value();
  request.zone_name = zone;
  return request;
}

inline std::vector<std::string> lines(const Problems& problems) {
  std::vector<std::string> text;
  for (const Problem& problem : problems) text.push_back(problem.line());
  return text;
}

// A file that must load.
inline LoadCsvResult loaded(const std::string& name, const LoadCsvRequest& request) {
  LoadCsvResult result = read_load_csv(request, text_of_file(name));
  EXPECT_THAT(lines(result.errors), testing::IsEmpty()) << name << "\n" << result.understood;
  return result;
}

inline double sum_wh(const LoadCsvResult& result, std::size_t home = 0) {
  double sum = 0;
  if (home >= result.table.homes.size()) return -1;
  for (const double each : result.table.homes[home].energy_wh) sum += each == each ? each : 0;
  return sum;
}

}  // namespace csv_test
