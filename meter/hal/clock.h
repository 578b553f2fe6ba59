/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Uptime and the one alarm of the processor.
 */
#ifndef AMITWIN_METER_HAL_CLOCK_H
#define AMITWIN_METER_HAL_CLOCK_H

#include <stdint.h>

struct meter_clock {
  uint32_t size;
  /* Monotonic microseconds since power on, from the MCU's crystal. */
  int64_t (*uptime_us)(void *context);
  /* One alarm: on_alarm at the given uptime, replacing the last one. INT64_MAX: none. A time in the
   * past fires as soon as the upcall has returned. */
  void (*alarm_us)(void *context, int64_t uptime_us);
};

#endif
