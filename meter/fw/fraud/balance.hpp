// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// Differential current: what the phases draw has to come back through the neutral. Where it did not
// for half a minute, all together, of an interval of the load profile, that is fraud: no inrush is,
// and a meter that nobody looks at finds it at the same time as one that is watched.
inline constexpr double kDifference_a = 0.5;
inline constexpr double kDifferenceShare = 0.10;  // of the largest current
inline constexpr std::uint8_t kDiffering_windows = 150;

// Of `windows` like the last reading, whose sums hold the neutral.
void watch_currents(Core& core, const meter_sums& sums, std::uint32_t windows);
// The interval is over: notes an event when the verdict is another than before.
void judge_currents(Core& core, std::int64_t stamp_s);

}  // namespace meter::fw
