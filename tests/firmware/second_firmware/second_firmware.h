/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef AMITWIN_SECOND_FIRMWARE_H
#define AMITWIN_SECOND_FIRMWARE_H

#include "meter/hal/meter_hal.h"

#ifdef __cplusplus
extern "C" {
#endif

const struct meter_firmware* second_firmware(void);

#ifdef __cplusplus
}
#endif

#endif
