/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Test outputs.
 */
#ifndef AMITWIN_METER_HAL_PULSES_H
#define AMITWIN_METER_HAL_PULSES_H

#include <stdint.h>

#include "meter/hal/enumeration.h"

#define METER_PULSES_PER_KWH 1000u /* data sheet: 1000 imp/kWh, 1000 imp/kvarh */

enum meter_pulse_output METER_ANY_NUMBER {
  METER_PULSE_ACTIVE,
  METER_PULSE_REACTIVE,
  METER_PULSE_OUTPUTS
};

struct meter_pulses {
  uint32_t size;
  /* `count` pulses spread evenly over the coming span. */
  void (*emit)(void *context, enum meter_pulse_output output, uint64_t count, int64_t span_us);
};

#endif
