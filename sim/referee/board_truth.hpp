// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "sim/referee/expected/expected.hpp"
#include "sim/referee/truth/measured_truth.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// What a meter has to say of its board: temperature, battery, time without mains. None: of another
// family.
std::optional<MeasuredTruth> board_truth(protocol::cosem::Measured family, const Scenario& scenario,
                                         std::uint32_t meter, std::span<const PoweredSpan> powered,
                                         kernel::TimeNs at);

}  // namespace sim::run
