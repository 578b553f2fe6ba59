// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "sim/run/outcome/outcome.hpp"
#include "sim/run/scenario/scenario.hpp"
#include "sim/run/world/home.hpp"

namespace sim::run {

// When the meter's firmware lives, from the scenario's outages and deep sags and the times of the
// supply (models/core/device/supply.hpp).
std::vector<PoweredSpan> powered_spans(const Scenario& scenario, std::uint32_t meter);

// What meter `home` must have captured in [0, until], with the truth at each capture.
std::vector<ReferenceRow> reference_rows(const Scenario& scenario, const Home& home, TimeNs until);

}  // namespace sim::run
