/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Test outputs: two LEDs, and the optical port where the firmware lends it.
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
  /* `count` pulses, the first one `first_us` from now, the last `last_us`, evenly in between. What
   * is still due of the calls before comes at once. NULL: only emit. */
  void (*lay)(void *context, enum meter_pulse_output output, uint64_t count, int64_t first_us,
              int64_t last_us);
  /* The transmitter of METER_UART_OPTICAL repeats the pulses of this output, from the end of what
   * is queued there on, and frames sent meanwhile are lost; the receiver goes on. Any other number:
   * it is the port's own again, as after power on. NULL: cannot. */
  void (*repeat)(void *context, enum meter_pulse_output output);
};

#endif
