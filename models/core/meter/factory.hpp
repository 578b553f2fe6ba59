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
};

// One operating point, balanced over the phases. phase_rad: by which current lags voltage.
ElectricalState bench_state(const Bench& bench, int n_phases, double current_a, double phase_rad);

// Production line: provisioning, then gain, phase and offset learnt by the firmware's own
// calibration service from what the meter's own front end delivers, then stored. False when the
// firmware refused a step. Before the first power on.
bool manufacture(MeterNode& node, const meter_provision& provision, const Afe& afe,
                 const Bench& bench = {});

}  // namespace models
