// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/measure/metrology.hpp"
#include "meter/fw/store/durable.hpp"

namespace meter::fw {

// Adds `count` windows like `reading` to +A/-A and to the quadrant's register, and emits the pulses
// they are worth. The rests live in `state`.
void register_windows(const Hal& hal, const WindowReading& reading, std::uint32_t count,
                      DurableState& state);

// Quadrant I: P+ Q+, II: P- Q+, III: P- Q-, IV: P+ Q- (IEC 62053-23).
constexpr Quantity quadrant_of(bool exporting, bool leading) {
  if (leading) return exporting ? kR3 : kR4;
  return exporting ? kR2 : kR1;
}

}  // namespace meter::fw
