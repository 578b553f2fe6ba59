// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sim/assembly/home.hpp"
#include "sim/referee/outcome.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// When the meter's firmware lives, from the scenario's outages and deep sags and the times of the
// supply (models/core/parts/supply.hpp).
std::vector<PoweredSpan> powered_spans(const Scenario& scenario, std::uint32_t meter);

// Rows stamped up to here are expected and judged; what meters capture later is not.
std::int64_t last_stamp_utc_s(const Scenario& scenario, kernel::TimeNs capture_end);

// What meter `home` must have captured by `now` with stamps up to last_stamp_utc_s, with the truth
// at each capture. A slow clock reaches the last stamp after capture_end.
std::vector<ReferenceRow> reference_rows(const Scenario& scenario, const Home& home,
                                         kernel::TimeNs capture_end, kernel::TimeNs now);

}  // namespace sim::run
