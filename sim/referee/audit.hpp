// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "kernel/agenda.hpp"
#include "sim/assembly/world.hpp"
#include "sim/referee/outcome.hpp"

namespace sim::run {

// Reads every meter's load profile through its optical port, as a hand-held unit would after the
// run: HDLC at 115 200 bit/s, reading client with its password. So the meter's flash is judged by
// what the firmware says it holds, whatever firmware it is. Advances simulated time.
// One entry a meter: rows with stamp <= end, or none when the meter did not answer.
std::vector<std::optional<std::vector<HeldRow>>> read_all_meters(World& world,
                                                                 const Scenario& scenario,
                                                                 kernel::TimeNs until);

}  // namespace sim::run
