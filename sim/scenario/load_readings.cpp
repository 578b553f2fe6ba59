// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/scenario/load_readings.hpp"

#include <cmath>
#include <limits>

namespace sim::run {
namespace {

// What was drawn from one reading to the next; unknown where that cannot be.
double difference(const Readings& all, const LoadColumn& each, double before, double after,
                  unsigned row, LoadComplaints& say) {
  const double energy_wh = after - before;
  const bool falls = energy_wh < 0;
  if (std::isnan(energy_wh) || (!falls && energy_wh <= all.most_wh)) return energy_wh;
  if (falls && all.request.gaps == CsvGaps::allow) {
    say.note_fall(row, each.column);
    return kUnknown;
  }
  const double factor = each.to_wh(1);
  const std::string from = result::number_text(before / factor);
  std::string text = shown(all.shape, row, each.column, result::number_text(after / factor));
  if (falls) {
    text += ": the reading falls from " + from +
            ", allowed: readings that rise; a new meter there: csv.gaps = \"allow\"";
  } else {
    text += ": more than a 100 A meter carries since " + from +
            ", allowed: " + result::number_text(all.most_wh / factor) + " " + unit_text(each.unit) +
            " more each time";
  }
  say.error(row, each.column, std::move(text));
  return kUnknown;
}

}  // namespace

void take_differences(const Readings& all, LoadTable& table, LoadComplaints& say) {
  const std::size_t n = table.n_intervals > 0 ? table.n_intervals - 1 : 0;
  for (const LoadColumn& each : all.columns.used) {
    std::vector<double>& values = table.homes[each.meter - 1].energy_wh;
    for (std::size_t i = 0; each.reading && i < n; ++i) {
      values[i] = difference(all, each, values[i], values[i + 1], all.row_of[i + 1], say);
    }
    values.resize(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::int64_t start_s =
          table.first_utc_s + static_cast<std::int64_t>(i) * table.interval_s;
      const bool expected =
          start_s + table.interval_s > all.request.from_utc_s && start_s < all.request.to_utc_s;
      if (std::isnan(values[i]) && expected) ++table.gaps;
    }
  }
  table.n_intervals = n;
}

}  // namespace sim::run
