// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Load files of any octets, read in every dialect: refused with located lines, or a table that a
// run can use: every home of one length, energies of 0 or more or unknown, gaps counted.
#include <cmath>
#include <cstdlib>
#include <string>

#include "sim/scenario/load_csv.hpp"

namespace {

using namespace sim::run;

void require(bool condition) {
  if (!condition) std::abort();
}

void check(const LoadCsvRequest& request, const LoadCsvResult& result) {
  require(result.errors.size() <= 101);
  for (const Problem& problem : result.errors) require(!problem.text.empty());
  if (!result.errors.empty()) return;
  const LoadTable& table = result.table;
  require(!result.understood.empty());
  require(table.interval_s > 0 && table.interval_s % 60 == 0);
  require(table.homes.size() == request.n_meters);
  require(table.first_utc_s <= request.from_utc_s);
  std::size_t unknown = 0;
  for (const LoadTable::Home& home : table.homes) {
    require(home.energy_wh.size() == table.n_intervals);
    for (const double energy_wh : home.energy_wh) {
      require(std::isnan(energy_wh) || (energy_wh >= 0 && std::isfinite(energy_wh)));
      unknown += std::isnan(energy_wh) ? 1 : 0;
    }
  }
  require(table.gaps <= unknown);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string octets(reinterpret_cast<const char*>(data), size);
  constexpr std::int64_t kDayS = 86'400;
  for (unsigned variant = 0; variant < 8; ++variant) {
    LoadCsvRequest request;
    request.file = "f.csv";
    request.n_meters = 1 + variant % 3;
    request.from_utc_s = 1'705'276'800 + (variant & 1 ? 76 * kDayS : 0);  // 2024-01-15
    request.to_utc_s = request.from_utc_s + (variant & 2 ? 7'200 : kDayS);
    request.keep_to_utc_s = request.to_utc_s + 3'600;
    if ((variant & 1) != 0) request.zone = find_zone("Europe/Berlin").value_or(ZoneTable{});
    if ((variant & 2) != 0) request.gaps = CsvGaps::allow;
    if ((variant & 4) != 0) {
      request.stamp = StampAt::end;
      request.dialect.values = CsvValues::reading;
      request.dialect.date = CsvDate::mdy;
      request.map = {{"#2", 1}};
    }
    check(request, read_load_csv(request, octets));
  }
  return 0;
}
