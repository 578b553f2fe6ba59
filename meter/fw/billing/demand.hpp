// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// Demand: the average active power of an integration period of 15, 30 or 60 minutes or a day, its
// highest value a day and a billing period, and the averages of days and billing periods.
//
// An interval counts for the rate in force at its end. One in which the supply was off keeps what
// flowed; one in which the clock was moved by more than a hundredth of it begins anew, so that no
// interval is longer than it seems and invents a maximum.
std::uint32_t demand_period_s(const Core& core);
// False: no such period, or flash refused it; nothing changed.
bool is_demand_period(std::uint32_t period_s);
bool set_demand_period(Core& core, std::uint32_t period_s);

// Ends the interval that is over. Returns when the running one ends.
std::int64_t update_demand(Core& core, std::int64_t now_s);
// The running interval begins anew, now.
void restart_demand(Core& core, std::int64_t now_s);
// The local day is over.
void close_day(Core& core, std::int64_t stamp_s);
// The billing period is over: averages of it, and the maxima begin anew. Twice with one stamp is
// once.
void close_billing(Core& core, std::int64_t stamp_s);

// Energy since, over the period; W.
std::uint32_t running_demand_w(const Core& core, std::size_t demand);
std::uint32_t running_average_w(const Core& core, const AverageSpan& span, std::size_t demand,
                                std::int64_t now_s);

}  // namespace meter::fw
