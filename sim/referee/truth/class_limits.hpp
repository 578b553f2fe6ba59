// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/grid/electrical.hpp"
#include "protocol/cosem/quantities.hpp"

namespace sim::run {

using protocol::cosem::kQuantities;
using enum protocol::cosem::QuantityIndex;
// The meter's cumulative registers by index in kQuantityTable. W, var or Wh, varh.
using RegisterValues = std::array<double, kQuantities>;

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
  double reactive_low = 0;  // the reactive registers of the single quadrants together
  double reactive_high = 0;
};

// True powers by register. A quantity of another power than active and reactive needs its share
// here and in bounds_of; any other is a row of kQuantityTable.
RegisterValues exact_of(const Flow& flow);
// Active: IEC 62053-21 class 1 (EN 50470-3 class B). Reactive: class 2 of the fundamental.
Bounds bounds_of(const Flow& flow);

}  // namespace sim::run
