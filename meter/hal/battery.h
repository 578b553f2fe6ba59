/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Backup battery of clock, retained RAM and sleep.
 */
#ifndef AMITWIN_METER_HAL_BATTERY_H
#define AMITWIN_METER_HAL_BATTERY_H

#include <stdint.h>

struct meter_battery {
  uint32_t size;
  /* Terminal voltage under the load of the moment; 0: none, or dead. */
  uint32_t (*voltage_mv)(void *context);
};

#endif
