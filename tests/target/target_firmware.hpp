// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/target/twin.hpp"

namespace target {

extern const char* const kAd11aImage;
extern const char* const kAd13aImage;
// The host builds by names that no test redefines.
const meter_firmware* ad11a_host();
const meter_firmware* ad13a_host();

// The images behind the ordinary firmware table: whatever runs the host build runs them.
const meter_firmware* ad11a_image();
const meter_firmware* ad13a_image();

// Host build and image side by side; a difference throws Divergence out of the upcall.
const meter_firmware* ad11a_twin();
const meter_firmware* ad13a_twin();
Twin& twin_of(const meter_hal& hal);

}  // namespace target
