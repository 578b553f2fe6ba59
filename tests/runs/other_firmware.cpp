// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The product's firmware under another revision, REVISION; where BROKEN is 1, its self-test fails
// at the first boot of an image: it confirms nothing.
#include "meter/fw/core/revision.hpp"
#include "meter/fw/device/firmware.h"

namespace meter::fw {

const char kRevision[12] = REVISION;

}  // namespace meter::fw

namespace {

void boot(void* instance, meter_boot_reason reason) {
  if (BROKEN != 0 && reason == METER_BOOT_IMAGE) return;
  meter_ad11a_firmware()->boot(instance, reason);
}

meter_firmware made() {
  meter_firmware table = *meter_ad11a_firmware();
  table.boot = boot;
  return table;
}
const meter_firmware kTable = made();

}  // namespace

extern "C" __attribute__((visibility("default"))) const meter_firmware* meter_firmware_entry(void) {
  return &kTable;
}
