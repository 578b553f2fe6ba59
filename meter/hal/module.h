/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Slot of the communication module: what stands in it, and the lamps over it.
 */
#ifndef AMITWIN_METER_HAL_MODULE_H
#define AMITWIN_METER_HAL_MODULE_H

#include <stdint.h>

#include "meter/hal/enumeration.h"

#define METER_MODULE_ASSET_BYTES 16u

enum meter_module_led METER_ANY_NUMBER {
  METER_MODULE_LED_SIGNAL,
  METER_MODULE_LED_STATE,
  METER_MODULE_LEDS
};
enum meter_module_colour METER_ANY_NUMBER {
  METER_LED_OFF, METER_LED_RED, METER_LED_GREEN, METER_LED_BLUE, METER_LED_YELLOW
};

/* on_module tells when a module goes in or out. */
struct meter_module {
  uint32_t size;
  int (*present)(void *context); /* 1, or 0 */
  /* What its barcode says, ASCII, zero padded: 0, or -1 without a module or an answer. */
  int (*asset_id)(void *context, uint8_t out[METER_MODULE_ASSET_BYTES]);
  void (*led)(void *context, enum meter_module_led led, enum meter_module_colour colour);
};

#endif
