// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/tariff/calendar.hpp"

namespace meter::fw {

// Octets of day_profile_table with all days and all changeovers: an action is a structure of a time
// (6), the name of the script table (8) and a selector (3).
inline constexpr std::size_t kDayActionOctets = 2 + 6 + 8 + 3;
inline constexpr std::size_t kMaxDayTableOctets =
    2 + kMaxDays * (2 + 2 + 2 + kMaxChangeovers * kDayActionOctets);

}  // namespace meter::fw
