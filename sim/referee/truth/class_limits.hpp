// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/grid/electrical.hpp"

namespace sim::run {

// The meter's cumulative registers in the order of the profile's columns.
enum EnergyRegister : std::uint8_t {
  kActiveImport,  // +A  1.8.0
  kActiveExport,  // -A  2.8.0
  kReactiveQ1,    // R1  5.8.0: import, inductive
  kReactiveQ2,    // R2  6.8.0: export, Q > 0
  kReactiveQ3,    // R3  7.8.0: export, Q < 0
  kReactiveQ4,    // R4  8.8.0: import, capacitive
};
inline constexpr std::size_t kEnergyRegisters = 6;
using RegisterValues = std::array<double, kEnergyRegisters>;  // W, var or Wh, varh

// What flows through a meter: true powers and what its limits depend on.
struct Flow {
  double active_w = 0;
  double reactive_var = 0;  // fundamental, IEC 62053-24
  double apparent_va = 0;
  double voltage_v = 0;  // sum over the phases
  double current_a = 0;  // largest phase
};
Flow flow_of(const models::ElectricalState& state);

// Powers a meter of its class may register for a flow.
struct Bounds {
  RegisterValues low{};
  RegisterValues high{};
  double reactive_low = 0;  // the four reactive registers together
  double reactive_high = 0;
};

// True powers by register.
RegisterValues exact_of(const Flow& flow);
// Active: IEC 62053-21 class 1 (EN 50470-3 class B). Reactive: class 2 of the fundamental.
Bounds bounds_of(const Flow& flow);

}  // namespace sim::run
