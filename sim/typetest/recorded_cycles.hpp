// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "sim/typetest/wave/load.hpp"

namespace sim::typetest {

// Appliances that every type test applies.
std::vector<RecordedCycle> recorded_cycles();

// Those of a CSV with the columns cycle, label, on_event, sample, v_V and i_A, rows of a cycle one
// after the other. `error`: a sentence with file, line and what is allowed; empty: good.
struct CyclesRead {
  std::vector<RecordedCycle> cycles;
  std::string error;
};
CyclesRead read_cycles(const std::string& file);

}  // namespace sim::typetest
