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
// Book 4.3.6). False, and nothing done: no period of ours (is_sensible()).
bool set_capture_period(Core& core, std::uint32_t period_s);

}  // namespace meter::fw
