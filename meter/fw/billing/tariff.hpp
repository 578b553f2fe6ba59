// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// Puts the rate in force that the calendar says: activates the passive plan if its time has come,
// and gives the energy so far to the rate that ends. Returns when to ask again; kNever: there is no
// calendar. A clock that lost count changes no rate.
std::int64_t update_tariff(Core& core, std::int64_t now_s);

// Energy of one rate (from 0), Wh or varh. The rates together are the total, exactly.
std::uint32_t rate_energy_wh(const Core& core, std::size_t rate, std::size_t quantity);

// Whatever is refused changes nothing.
enum class CalendarChange : std::uint8_t { done, not_whole, flash_refused };
// A calendar with another passive plan or other special days. The active plan must stay whole.
CalendarChange store_calendar(Core& core, const TariffCalendar& next);
// When the passive plan follows; kNoActivation: not by itself. Only a plan that is whole, and not
// in the past.
CalendarChange set_activation(Core& core, TariffCalendar& calendar, std::int64_t now_s);
CalendarChange activate_passive_plan(Core& core, std::int64_t now_s);

}  // namespace meter::fw
