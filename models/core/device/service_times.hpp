// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "meter/hal/meter_hal.h"
#include "sim/core/time.hpp"

namespace models {

// How long the meter's CPU (Cortex-M4F, tens of MHz, metrology in the foreground) is busy with one
// piece of protocol work. 50 to 200 ms from request to reply decide what a line can carry.
struct ServiceTime {
  sim::TimeNs base_ns;
  sim::TimeNs per_unit_ns;  // unit: octet, or row for METER_WORK_PROFILE_ROW
};
using ServiceTimes = std::array<ServiceTime, METER_WORKS>;

// PROVISIONAL: engineering estimates. To be replaced by instruction counts of the target image.
inline constexpr ServiceTimes kProvisionalServiceTimes = {{
    {1'000 * sim::kNsPerUs, 4 * sim::kNsPerUs},    // FRAME: FCS and queueing
    {60'000 * sim::kNsPerUs, 0},                   // ASSOCIATE: context set-up, keys from flash
    {40'000 * sim::kNsPerUs, 20 * sim::kNsPerUs},  // GET: attribute look-up, encoding
    {50'000 * sim::kNsPerUs, 20 * sim::kNsPerUs},  // SET: plus one flash record
    {60'000 * sim::kNsPerUs, 20 * sim::kNsPerUs},  // ACTION
    {0, 1'500 * sim::kNsPerUs},                    // PROFILE_ROW: flash read and selection
    {12'000 * sim::kNsPerUs, 15 * sim::kNsPerUs},  // CRYPTO: AES-GCM in software
}};

constexpr sim::TimeNs service_time(const ServiceTimes& times, meter_work kind,
                                   std::uint32_t units) {
  const ServiceTime& entry = times[static_cast<std::size_t>(kind)];
  return entry.base_ns + entry.per_unit_ns * static_cast<sim::TimeNs>(units);
}

}  // namespace models
