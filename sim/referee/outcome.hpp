// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/referee/expected/expected.hpp"
#include "sim/referee/truth/truth.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/profile_tables.hpp"

namespace sim::run {

// A profile row as some place holds it: the head-end's store or the meter's flash.
using HeldRow = result::StoredRow;

// An expected row with the truth up to its capture.
struct ReferenceRow {
  ExpectedRow row;
  std::uint8_t status = 0;  // with daylight saving
  std::int16_t deviation_min = 0;
  Truth truth;                   // cumulative since simulated time 0
  std::uint8_t open_status = 0;  // bits that need not be as in `status`
};

// When a row is in time.
struct Punctuality {
  double late_after_s = 0;
  // Of a meter that is collected, at multiples of this period: counted from the collection that
  // follows the capture. 0: from the capture itself.
  std::int64_t collect_period_s = 0;

  bool in_time(double captured_utc_s, double arrival_utc_s) const;
  // The last stamp whose row must have arrived by then; later ones are not due.
  std::int64_t last_due_utc_s(std::int64_t utc_s) const;
};

// One meter. `held` in the order of the place. Rows are compared as differences to the row before,
// days as differences between midnights of UTC.
result::Tally compare(const std::vector<ReferenceRow>& reference, const std::vector<HeldRow>& held,
                      std::int64_t start_utc_s, const Punctuality& punctuality);

// Rows that stand in both places with different contents.
std::uint64_t differing(const std::vector<HeldRow>& a, const std::vector<HeldRow>& b);

}  // namespace sim::run
