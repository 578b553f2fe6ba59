// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "meter/hal/meter_hal.h"
#include "sim/scenario/scenario.hpp"

namespace sim::run {

// A firmware, or why it cannot be used.
struct FoundFirmware {
  const meter_firmware* firmware = nullptr;
  std::string error;  // what is wrong, what is allowed
};

// "builtin" (the model's own), "ad11a", "ad13a", or the path of a shared object that exports
// meter_firmware_entry(). Objects stay loaded until the process ends; the same file is opened once.
FoundFirmware find_firmware(const std::string& name, MeterModel model = MeterModel::ad11a);

// The object list of a firmware with scalers, units and captured columns as JSON, from nothing but
// the firmware's own C interface: what a head-end needs to read a meter of this type.
std::string type_template_text(const meter_firmware& firmware);

}  // namespace sim::run
