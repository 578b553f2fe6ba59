// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "models/core/parts/rtc.hpp"
#include "sim/result/kpi.hpp"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// What a clock gained by itself from one setting to the next, or to a jump, against what IEC
// 62054-21 lets it gain at the scenario's temperatures: 0.5 s a day at 23 degrees, 0.15 s a day
// more for each kelvin away from there.
void judge_clock(const Scenario& scenario, std::uint32_t meter, const models::Rtc& rtc,
                 kernel::TimeNs until, result::RunFigures& figures);

}  // namespace sim::run
