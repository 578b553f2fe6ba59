// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <limits>
#include <utility>

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// The nearest number of the type, which for what is beyond it is its largest.
template <typename Unsigned>
Unsigned rounded(double value) {
  constexpr Unsigned kMost = std::numeric_limits<Unsigned>::max();
  if (!(value > 0.0)) return 0;
  return value < kMost ? static_cast<Unsigned>(value + 0.5) : kMost;
}

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
inline constexpr Capturable kCapturables[] = {
    {kEnergyColumns, protocol::cosem::kQuantities, NumberType::u32,
     [](const Core& core, std::uint8_t quantity) -> std::uint32_t {
       return core.durable.state.energy[quantity].wh;
     }},
    {kVoltageColumns, 3, NumberType::u16,
     [](const Core& core, std::uint8_t element) -> std::uint32_t {
       const double volts = square_root(core.reading.element[element].voltage2_v2);
       return rounded<std::uint16_t>(volts * 10.0);
     }},
    {kCurrentColumns, 3, NumberType::u32,
     [](const Core& core, std::uint8_t element) -> std::uint32_t {
       const double amperes = square_root(core.reading.element[element].current2_a2);
       return rounded<std::uint32_t>(amperes * 1000.0);
     }},
    {kPowerColumns, 4, NumberType::u32,
     [](const Core& core, std::uint8_t which) -> std::uint32_t {
       const double power = which < 2 ? core.reading.active_w : core.reading.reactive_var;
       return rounded<std::uint32_t>(which % 2 != 0 ? -power : power);
     }},
    {kFrequencyColumn, 1, NumberType::u16,
     [](const Core& core, std::uint8_t) -> std::uint32_t {
       return rounded<std::uint16_t>(core.reading.frequency_hz * 100.0);
     }},
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
