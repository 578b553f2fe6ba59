// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/fw/core/core.hpp"

namespace meter::fw {

// A contact or sensor against fraud: a cover that is open, a field that is there.
struct Contact {
  meter_input input;
  EventCode begins;
  EventCode ends;
  bool sealed;  // the utility's seal is broken by whoever opens it
};
inline constexpr Contact kContacts[] = {
    {METER_INPUT_COVER, EventCode::cover_opened, EventCode::cover_closed, true},
    {METER_INPUT_TERMINAL_COVER, EventCode::terminal_cover_opened, EventCode::terminal_cover_closed,
     true},
    {METER_INPUT_MAGNET, EventCode::strong_field, EventCode::strong_field_gone, false},
    {METER_INPUT_MODULE_COVER, EventCode::module_cover_opened, EventCode::module_cover_closed,
     false},
};
static_assert(std::size(kContacts) == kTamperContacts);

// Covers, seals and the magnetic field. Edges are noted as they come; what happened while the
// supply was off is told at the next boot, from the levels. A sealed cover that is opened without a
// service permission has its seal broken, which is told once and stays until a client clears it.
class Fraud {
 public:
  static void boot(Core& core);
  static void on_input(Core& core, meter_input input, bool level);
};

}  // namespace meter::fw
