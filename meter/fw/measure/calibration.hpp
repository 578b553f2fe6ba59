// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/measure/metrology.hpp"

namespace meter::fw {

// The calibration service: constants from what the bench applied, as its reference meter reads it,
// and from the meter's own sums; never from component values. Order: gain, phase, offset.
// The bench feeds all elements alike, and its reference meter shows one of them.
// False when the point makes no sense (no signal, gain outside what components can be off by).
bool calibrate(meter_calibration_step step, const meter_sums& sums,
               const meter_reference& reference, std::uint32_t n_elements,
               Calibration& calibration);

// The further point at another temperature (METER_CALIBRATE_TEMPERATURE).
bool calibrate_drift(const meter_sums& sums, const meter_reference& reference, double celsius,
                     std::uint32_t n_elements, Calibration& calibration);
// The constants at a temperature.
Calibration compensated(const Calibration& calibration, double celsius);

}  // namespace meter::fw
