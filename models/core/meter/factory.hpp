// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/hal/meter_hal.h"
#include "models/core/afe/afe.hpp"
#include "models/core/meter/meter_node.hpp"

namespace models {

// The calibration bench: a source and a reference meter without error.
struct Bench {
  double voltage_v = 230;  // Un of the network the meter is made for
  double current_a = 5;    // Iref, data sheet
  double frequency_hz = 50;
  std::int32_t n_windows = 40;  // consecutive, averaged at each point: eight seconds
  // The same front end at kWarm_c; nullptr: what it drifts by is not shown to the firmware.
  const Afe* warm = nullptr;
};
// Of the climatic chamber: reference conditions and those at which drift is seen.
inline constexpr double kReference_c = 23;
inline constexpr double kWarm_c = 60;
inline constexpr double kCold_c = -20;

// One operating point, balanced over the phases. phase_rad: by which current lags voltage.
ElectricalState bench_state(const Bench& bench, int n_phases, double current_a, double phase_rad);

// Production line: provisioning, then gain, phase, offset, drift and clock learnt by the firmware's
// own calibration service from what the meter's own parts do, then stored. False when the firmware
// refused a step that all meters need. Before the first power on; the board is left at
// kReference_c.
bool manufacture(MeterNode& node, const meter_provision& provision, const Afe& afe,
                 const Bench& bench = {});

}  // namespace models
