/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The built-in firmwares. Same code, one or three elements.
 */
#ifndef AMITWIN_METER_FIRMWARE_H
#define AMITWIN_METER_FIRMWARE_H

#include "meter/hal/meter_hal.h"

#ifdef __cplusplus
extern "C" {
#endif

const struct meter_firmware *meter_ad11a_firmware(void);
const struct meter_firmware *meter_ad13a_firmware(void);

#ifdef __cplusplus
}
#endif

#endif
