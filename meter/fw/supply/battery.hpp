// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// Below it a twentieth of the charge is left: the display shows it, an event asks for a new one.
inline constexpr std::uint32_t kLowBattery_mv = 3000;

// The backup battery, by its voltage: told when it becomes low, and when it is dead. A new one is
// seen and needs no telling.
class BatteryWatch {
 public:
  static void look(Core& core);
  // The mains are back: how long they were gone.
  static void count_use(Core& core);
};

}  // namespace meter::fw
