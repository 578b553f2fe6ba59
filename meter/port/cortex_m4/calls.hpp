// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "meter/hal/meter_hal.h"

namespace meter::port {

// The downcalls that stand in files of their own; each fills in its part of the table.
void add_crypto_calls(meter_hal& table);
void add_plc_calls(meter_hal& table);
void remove_plc_calls(meter_hal& table);

}  // namespace meter::port
