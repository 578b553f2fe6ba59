/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Real-time clock: a battery-backed 64-bit count at METER_RTC_HZ (nominal). What it counts is the
 * firmware's business; ours counts UTC since 1970.
 */
#ifndef AMITWIN_METER_HAL_RTC_H
#define AMITWIN_METER_HAL_RTC_H

#include <stdint.h>

#define METER_RTC_HZ 32768u
#define METER_RTC_TRIM_PPB 500000 /* most, either way */

struct meter_rtc {
  uint32_t size;
  int64_t (*ticks)(void *context);
  void (*set)(void *context, int64_t ticks);
  /* on_rtc when the count reaches `ticks` (at once if it is past); INT64_MAX: none. */
  void (*match)(void *context, int64_t ticks);
  /* 0 when the clock ran without interruption since it was last set, else 1. */
  int (*lost)(void *context);
  /* From now on the count runs faster by so much (slower: negative) than crystal and factory
   * compensation make it, until the next trim; the battery keeps it. Step: 1 ppb. 0, or -1 beyond
   * the range. A match that is armed moves with it. */
  int (*trim)(void *context, int32_t ppb);
};

#endif
