/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Thermometer on the board, next to the RTC crystal: for its trim, for warnings, for whoever asks.
 */
#ifndef AMITWIN_METER_HAL_THERMOMETER_H
#define AMITWIN_METER_HAL_THERMOMETER_H

#include <stdint.h>

struct meter_thermometer {
  uint32_t size;
  /* 0.01 degree Celsius, -5000 .. 9500; what it is off by, it is off by everywhere. */
  int32_t (*centi_celsius)(void *context);
};

#endif
