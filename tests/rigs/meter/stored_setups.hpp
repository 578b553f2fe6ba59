// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/events/journal.hpp"
#include "meter/fw/store/parameters.hpp"

namespace rigs {

// The setups that stand in flash, without a write (Parameters turns pages). Of a meter without any
// that make sense: those of the production line.
inline meter::fw::ProfileSetups stored_setups(const meter::fw::Hal& hal,
                                              std::uint32_t capture_period_s) {
  meter::fw::RowLog log;
  log.open(hal, meter::fw::kParameterPlace, 0);
  for (std::uint32_t slot = log.next_slot(); slot-- > 0;) {
    meter::fw::RowHead head;
    meter::fw::ProfileSetups setups;
    if (!log.read(hal, slot, head, {reinterpret_cast<std::uint8_t*>(&setups), sizeof setups})) {
      continue;
    }
    if (head.code != static_cast<std::uint8_t>(meter::fw::BlockKind::profiles)) continue;
    if (meter::fw::hold_together(setups, 1)) return setups;
    break;
  }
  return meter::fw::default_setups(capture_period_s);
}

}  // namespace rigs
