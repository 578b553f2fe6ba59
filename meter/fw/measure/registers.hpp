// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/measure/metrology.hpp"
#include "meter/fw/store/durable.hpp"

namespace meter::fw {

// Adds `count` windows like `reading` to every quantity that counts in their quadrant, and emits
// the pulses they are worth. The rests live in `state`.
void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state);
// The same to the energies of each phase, by its own signs.
void register_phases(const WindowReading& reading, std::uint32_t count, PhaseState& phases);

}  // namespace meter::fw
