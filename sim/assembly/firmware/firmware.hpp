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

}  // namespace sim::run
