// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// What the rows of load profile and daily closing are; Schedule says when.

// A row stamped `stamp_s`, the end of its interval. The status bits that waited for it go with it.
void capture(Core& core, LogId id, std::int64_t stamp_s);

// Status word of the interval that is running, for the profile status objects.
std::uint8_t live_status(const Core& core, LogId id);

// Another capture period. The load profile begins anew, as rows of two periods do not mix (Blue
// Book 4.3.6): the old rows go when the new period is in flash, and what a power cut left of that
// the next boot does.
enum class PeriodChange : std::uint8_t {
  done,
  no_such_period,  // is_sensible(): nothing changed
  flash_refused,   // nothing changed, or the old rows could not be erased
};
PeriodChange set_capture_period(Core& core, std::uint32_t period_s);

// Opens the logs. The largest capture counter in flash.
std::uint32_t open_profiles(Core& core);

}  // namespace meter::fw
