// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/supply/battery.hpp"

namespace meter::fw {

void BatteryWatch::look(Core& core) {
  if (core.hal.table().battery == nullptr) return;
  const std::uint32_t mv = core.hal.battery_mv();
  BatteryLevel level = BatteryLevel::good;
  if (mv < kLowBattery_mv) level = mv == 0 ? BatteryLevel::dead : BatteryLevel::low;
  BatteryLevel& told = core.durable.state.tamper.battery;
  if (level == told) return;
  const bool worse = level > told;
  told = level;
  if (worse) {
    core.note(level == BatteryLevel::dead ? EventCode::battery_dead : EventCode::battery_low);
  }
  core.durable.save(core.hal);
}

// Of a clock that stood still nobody knows.
void BatteryWatch::count_use(Core& core) {
  DurableState& state = core.durable.state;
  const std::int64_t now_s = core.clock.utc_s(core.hal);
  if (!core.clock.valid || now_s < state.power_down_utc_s) return;
  state.tamper.battery_use_s += static_cast<std::uint32_t>(now_s - state.power_down_utc_s);
}

}  // namespace meter::fw
