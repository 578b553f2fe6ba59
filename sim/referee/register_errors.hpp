// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sim/referee/outcome.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// Of the class limit, what front end, calibration and temperature of a good meter take at most
// (docs/metrology.md, Errors of a fleet). A meter beyond it is not wrong, but it is not what was
// modelled.
inline constexpr double kModelledShare = 0.2;

// The errors of one meter's registers from the start to its last judged row: what it counted
// against what went through it. Registers that the class gives more than kMostLimitPercent of their
// energy tell nothing: next to no energy, or one beside a much larger one.
void note_register_errors(std::uint32_t meter, const std::vector<ReferenceRow>& reference,
                          const std::vector<HeldRow>& held, result::ResultWriter& writer,
                          result::RunFigures& figures);

}  // namespace sim::run
