// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/target/target_meter.hpp"

namespace target {

// The images behind the ordinary firmware table, so that whatever runs the host build runs them,
// too. Each platform (each struct meter_hal) gets a QEMU of its own at its first init.
const meter_firmware* ad11a_image();
const meter_firmware* ad13a_image();

// The meter that serves a platform, for what no firmware table tells.
TargetMeter& meter_of(const meter_hal& hal);
// Ends every QEMU.
void release_all();

}  // namespace target
