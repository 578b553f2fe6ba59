// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "meter/fw/quantities/measured.hpp"

namespace meter::fw {

// What a value is on the wire.
enum class NumberType : std::uint8_t { u16, u32, i16, i32 };

// The values that a meter can show in registers and capture in columns: n of them, with numbers
// from `first` on. A further quantity is a further line here, and a register among the object rows.
// Signed ones are extended to 32 bits.
struct Capturable {
  ColumnId first;
  std::uint8_t n;
  NumberType type;
  std::uint32_t (*value)(const Core& core, std::uint8_t which);
};
template <Measured family, NumberType type = NumberType::u32>
inline constexpr Capturable kMeasuredCapturable{
    kFamilyColumns[static_cast<std::size_t>(family)],
    protocol::cosem::kMeasured[static_cast<std::size_t>(family)].n, type,
    [](const Core& core, std::uint8_t k) { return measured_value(core, family, k); }};
inline constexpr Capturable kCapturables[] = {
    {kEnergyColumns, protocol::cosem::kQuantities, NumberType::u32,
     [](const Core& core, std::uint8_t quantity) -> std::uint32_t {
       return core.durable.state.energy[quantity].wh;
     }},
    kMeasuredCapturable<Measured::active_power>,
    kMeasuredCapturable<Measured::reactive_power>,
    kMeasuredCapturable<Measured::voltage, NumberType::u16>,
    kMeasuredCapturable<Measured::current>,
    kMeasuredCapturable<Measured::frequency, NumberType::u16>,
    kMeasuredCapturable<Measured::absolute_energy>,
    kMeasuredCapturable<Measured::reactive_energy>,
    kMeasuredCapturable<Measured::apparent_energy>,
    kMeasuredCapturable<Measured::phase_active_energy>,
    kMeasuredCapturable<Measured::phase_reactive_energy>,
    kMeasuredCapturable<Measured::absolute_power>,
    kMeasuredCapturable<Measured::apparent_power>,
    kMeasuredCapturable<Measured::phase_active_power>,
    kMeasuredCapturable<Measured::phase_reactive_power>,
    kMeasuredCapturable<Measured::phase_apparent_power>,
    kMeasuredCapturable<Measured::power_factor, NumberType::i16>,
    kMeasuredCapturable<Measured::phase_power_factor, NumberType::i16>,
    kMeasuredCapturable<Measured::voltage_angle, NumberType::u16>,
    kMeasuredCapturable<Measured::current_angle, NumberType::u16>,
    kMeasuredCapturable<Measured::voltage_thd, NumberType::u16>,
    kMeasuredCapturable<Measured::current_thd, NumberType::u16>,
    kMeasuredCapturable<Measured::highest_thd, NumberType::u16>,
    kMeasuredCapturable<Measured::neutral_current>,
    kMeasuredCapturable<Measured::difference_current>,
    kMeasuredCapturable<Measured::mean_voltage, NumberType::u16>,
    {kMagnitudeColumn, 1, NumberType::u16,
     [](const Core& core, std::uint8_t) -> std::uint32_t {
       return core.durable.quality.last.magnitude_dv;
     }},
    {kDurationColumn, 1, NumberType::u32,
     [](const Core& core, std::uint8_t) -> std::uint32_t {
       return core.durable.quality.last.duration_ms;
     }},
    kMeasuredCapturable<Measured::temperature, NumberType::i16>,
    kMeasuredCapturable<Measured::battery_voltage, NumberType::u16>,
    kMeasuredCapturable<Measured::battery_use>,
};
static_assert([] {
  for (const Capturable& one : kCapturables) {
    if (!is_value(one.first) || one.n == 0) return false;
    for (const Capturable& other : kCapturables) {
      const bool apart = one.first + one.n <= other.first || other.first + other.n <= one.first;
      if (&one != &other && !apart) return false;
    }
  }
  return true;
}());

// visit<k>(), k a place in kCapturables, for the one that has this column: direct calls.
template <typename Visit>
constexpr bool for_capturable(ColumnId column, Visit&& visit) {
  const auto visit_one = [&]<std::size_t k>() {
    constexpr Capturable kOne = kCapturables[k];
    if (column < kOne.first || column >= kOne.first + kOne.n) return false;
    visit.template operator()<k>();
    return true;
  };
  return [&]<std::size_t... k>(std::index_sequence<k...>) {
    return (visit_one.template operator()<k>() || ...);
  }
  (std::make_index_sequence<std::size(kCapturables)>{});
}

inline std::uint32_t captured_value(const Core& core, ColumnId column) {
  std::uint32_t value = 0;
  for_capturable(column, [&]<std::size_t k>() {
    value = kCapturables[k].value(core, static_cast<std::uint8_t>(column - kCapturables[k].first));
  });
  return value;
}
constexpr NumberType number_type(ColumnId column) {
  NumberType type = NumberType::u32;
  for_capturable(column, [&]<std::size_t k>() { type = kCapturables[k].type; });
  return type;
}
// Whether rows of this profile may have it.
constexpr bool is_capturable(ColumnId column) {
  if (!is_value(column)) {
    return column == kClockColumn || column == kStatusColumn || column == kCounterColumn;
  }
  return for_capturable(column, []<std::size_t>() {});
}

}  // namespace meter::fw
