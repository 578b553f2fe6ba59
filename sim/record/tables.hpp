// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/assembly/world.hpp"
#include "sim/result/writer.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Tables of result.h5 that are known without judging anything.
void write_meters(World& world, result::ResultWriter& writer);
void write_events(const Scenario& scenario, result::ResultWriter& writer);
// The home whose load the report holds against its stored profile, by grid steps.
void write_power(World& world, const Scenario& scenario, kernel::TimeNs until,
                 result::ResultWriter& writer);

}  // namespace sim::run
