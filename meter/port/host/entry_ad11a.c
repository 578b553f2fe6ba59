/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "meter/fw/device/firmware.h"

/* The one symbol the platform looks up (METER_FIRMWARE_ENTRY). */
__attribute__((visibility("default"))) const struct meter_firmware *meter_firmware_entry(void);

const struct meter_firmware *meter_firmware_entry(void) { return meter_ad11a_firmware(); }
