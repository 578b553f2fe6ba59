// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstdlib>
#include <random>
#include <vector>

#include "hes-stub/ports/row.hpp"

namespace hes_test {

// 2024-02-01T00:00:00Z.
inline constexpr std::int64_t kFebruary = 1'706'745'600;

// Drawn anew each time; AMITWIN_SEED replays a run.
inline std::uint64_t test_seed() {
  const char* text = std::getenv("AMITWIN_SEED");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : std::random_device{}();
}

inline hes::Row row(std::int64_t stamp_utc_s, std::int64_t energy_wh, std::uint32_t status = 0) {
  hes::Row r;
  r.stamp_utc_s = stamp_utc_s;
  r.arrival_utc_s = stamp_utc_s + 90;
  r.deviation_min = -60;
  r.status = status;
  r.n_values = 6;
  r.values[0] = energy_wh;
  for (std::size_t i = 1; i < 6; ++i) r.values[i] = static_cast<std::int64_t>(i);
  return r;
}

// Rows a quarter of an hour apart, 10 Wh more each.
inline std::vector<hes::Row> quarters(std::int64_t first_stamp, int n, std::int64_t energy_wh = 0) {
  std::vector<hes::Row> rows;
  for (int i = 0; i < n; ++i) rows.push_back(row(first_stamp + 900 * i, energy_wh + 10 * i));
  return rows;
}

}  // namespace hes_test
