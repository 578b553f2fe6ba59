// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "protocol/calendar.hpp"

namespace hes {

// Index of a meter in the inventory, and of a profile in the store.
using MeterIndex = std::uint32_t;
using ProfileIndex = std::uint8_t;
inline constexpr MeterIndex kNoMeter = UINT32_MAX;
// Index of a concentrator in the inventory.
using ConcentratorIndex = std::uint32_t;
inline constexpr ConcentratorIndex kNoConcentrator = UINT32_MAX;

// Value columns of a row besides clock and status. The four quadrants and both energies take six.
inline constexpr std::size_t kMaxValues = 16;

// How a row came to us: from the meter by itself, on our request, by its concentrator. A row may
// come in several ways.
enum class Delivery : std::uint8_t { push = 1, pull = 2, report = 4 };

// One row of a load profile as the meter captured it: raw integers, scalers belong to the type.
struct Row {
  std::int64_t stamp_utc_s = 0;
  std::int64_t arrival_utc_s = 0;     // first delivery
  std::uint32_t capture_counter = 0;  // 0: the meter's rows have none
  std::uint32_t status = 0;
  std::int16_t deviation_min = 0;  // deviation + local time = UTC
  std::uint8_t clock_status = 0;
  std::uint8_t deliveries = 0;  // bits of Delivery
  std::uint8_t n_values = 0;
  std::array<std::int64_t, kMaxValues> values{};

  bool delivered(Delivery how) const { return (deliveries & static_cast<unsigned>(how)) != 0; }
};

// What the meter wrote is the same, however and whenever it arrived.
inline bool same_capture(const Row& a, const Row& b) {
  if (a.stamp_utc_s != b.stamp_utc_s || a.status != b.status ||
      a.deviation_min != b.deviation_min || a.clock_status != b.clock_status ||
      a.capture_counter != b.capture_counter || a.n_values != b.n_values) {
    return false;
  }
  for (std::size_t i = 0; i < a.n_values; ++i) {
    if (a.values[i] != b.values[i]) return false;
  }
  return true;
}

using protocol::kDayS;

// Rows are stamped at the end of their interval: 00:00 closes the day before. Days of the store are
// days of UTC, so that a stamp finds its blob whatever deviation the meter claims.
constexpr std::int32_t day_of(std::int64_t stamp_utc_s) {
  return static_cast<std::int32_t>(protocol::floor_div(stamp_utc_s - 1, kDayS));
}

}  // namespace hes
