// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "kernel/time.hpp"
#include "models/core/parts/rtc.hpp"

namespace sim::run {

// Status of a profile row, IDIS bit numbers (a clock has bits of its own); the same as the meter
// object 0.0.96.10.7 documents.
inline constexpr std::uint8_t kRowStatusClockInvalid = 0x02;  // it lost count, and nobody set it
inline constexpr std::uint8_t kRowStatusDataNotValid = 0x04;  // short or long interval
inline constexpr std::uint8_t kRowStatusDaylightSaving = 0x08;
inline constexpr std::uint8_t kRowStatusClockAdjusted = 0x20;
inline constexpr std::uint8_t kRowStatusPowerDown = 0x80;

// A row that must be in the meter and in the head-end.
struct ExpectedRow {
  std::int64_t stamp_utc_s = 0;
  kernel::TimeNs captured_at = 0;  // simulated time at which the registers are read
  std::uint8_t status = 0;         // without daylight saving, which depends on the stamp alone
  std::uint8_t ordinal = 0;  // 0: first row with this stamp, 1: again after the clock went back
};

// Half open: powered at `on`, dead from `off` on.
struct PoweredSpan {
  kernel::TimeNs on = 0;
  kernel::TimeNs off = kernel::kNever;
  bool watchdog = false;  // it began with a reset, of which the supply told nothing
};

// The moments at which a profile is captured, by the meter's clock in seconds of UTC: the last one
// at or before, and the next one after a time.
struct Boundaries {
  std::function<std::int64_t(std::int64_t)> last;
  std::function<std::int64_t(std::int64_t)> next;
};
Boundaries multiples_of(std::int64_t period_s);

// The rows of a profile, from nothing but the clock's history and the supply. Rules
// (docs/meter-clock.md): a row is captured when the clock reaches a boundary. A clock set forward
// over one or more of them captures one row at once, stamped with the last one. A clock set back
// passes stamps again, and the rows are repeated. A meter without supply captures nothing, and does
// not make up for it.
std::vector<ExpectedRow> expected_rows(const models::Rtc& rtc, std::span<const PoweredSpan> powered,
                                       const Boundaries& boundaries, kernel::TimeNs until);

}  // namespace sim::run
