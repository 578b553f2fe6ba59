// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "meter/hal/meter_hal.h"

namespace sim::run {

// The object list of a firmware with scalers, units and captured columns as JSON, from nothing but
// the firmware's own C interface: what a head-end needs to read a meter of this type.
std::string type_template_text(const meter_firmware& firmware);

}  // namespace sim::run
