// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// What the rows of the profiles are; Schedule says when.

// A row stamped `stamp_s`, the end of its interval. The status bits that waited for it go with it.
void capture(Core& core, LogId id, std::int64_t stamp_s);
// One out of turn: neither it nor the next one is of a whole interval.
void capture_now(Core& core, LogId id);

// Status word of the interval that is running, for the profile status objects.
std::uint8_t live_status(const Core& core, LogId id);

// Another setup (columns, period, entries; where its rows are, is found here). The profile begins
// anew, as its rows would not be alike (Blue Book 4.3.6), and no other is touched. All setups are
// one record in flash, and rows are good under the epoch of their setup only: whenever the supply
// ends there is the old profile with its rows, or the new one without any.
enum class SetupChange : std::uint8_t {
  done,
  no_such_setup,  // not of this meter; nothing changed
  no_room,        // the other profiles leave no such stretch of pages; nothing changed
  flash_refused,  // nothing changed
};
SetupChange change_setup(Core& core, LogId id, const ProfileSetup& wanted);

// Opens the logs. The largest capture counter in flash.
std::uint32_t open_profiles(Core& core);

// Whether they are others than the meter left the production line with.
bool columns_changed(const Core& core, LogId id);
// Columns of any log.
inline Columns columns_of(const Core& core, LogId id) {
  return is_profile(id) ? core.setup_of(id).columns() : event_columns(id);
}

}  // namespace meter::fw
