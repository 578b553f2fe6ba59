// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"
#include "protocol/cosem/measured.hpp"

namespace meter::fw {

using protocol::cosem::Measured;

// The k-th member of a family of kMeasured, in its unit and scaler; signed ones extended to 32
// bits. What no window shows yet, or this meter has no phase for, is 0.
//
// Energies are in the battery-backed state, or sums of what is there. Powers are those of the last
// window. What a window's sums do not show (angles, distortion, frequency) is made of the samples
// of the last window when somebody asks, and costs nothing else.
std::uint32_t measured_value(const Core& core, Measured family, std::uint8_t k);

// By the firmware's own zero crossings of the first voltage, Hz; of what the window's length says
// where its samples are not to be had.
double frequency_hz(const Core& core);

// Orders 1 to 40 of voltage or current in the last window, hundredths of a percent of the
// fundamental; zeros where there is none.
using Spectrum40 = std::array<std::uint16_t, protocol::cosem::kSpectrumOrders>;
Spectrum40 spectrum_of(const Core& core, std::uint8_t element, bool of_current);

}  // namespace meter::fw
