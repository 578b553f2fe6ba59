// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace kernel {

// Simulated time: nanoseconds since the start of the scenario. 292 years fit.
using TimeNs = std::int64_t;

inline constexpr TimeNs kNever = std::numeric_limits<TimeNs>::max();
inline constexpr TimeNs kNsPerUs = 1'000;
inline constexpr TimeNs kNsPerMs = 1'000'000;
inline constexpr TimeNs kNsPerSecond = 1'000'000'000;
inline constexpr TimeNs kNsPerMinute = 60 * kNsPerSecond;
inline constexpr TimeNs kNsPerHour = 3600 * kNsPerSecond;
inline constexpr TimeNs kNsPerDay = 24 * kNsPerHour;

// The nearest nanosecond.
inline TimeNs to_ns(double seconds) { return std::llround(seconds * kNsPerSecond); }

}  // namespace kernel
