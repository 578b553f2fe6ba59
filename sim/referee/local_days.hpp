// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "sim/scenario/civil_time.hpp"

namespace sim::run {

// Of the local day, of the local month that an instant stands in.
std::int64_t begin_of_day(const ZoneRule& zone, std::int64_t utc_s);
std::int64_t begin_of_month(const ZoneRule& zone, std::int64_t utc_s);

}  // namespace sim::run
