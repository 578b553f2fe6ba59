// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "sim/assembly/world.hpp"
#include "sim/result/writer.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// Tables of result.h5 that are known without judging anything: at the beginning of a run,
void write_begin(World& world, const Scenario& scenario, result::ResultWriter& writer);
// and at its end, when meters have captured up to `until`.
void write_end(World& world, const Scenario& scenario, kernel::TimeNs until,
               result::ResultWriter& writer);

}  // namespace sim::run
