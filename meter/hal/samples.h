/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The converter's memory: what the last window was made of, for quantities that nobody asks for
 * all the time.
 */
#ifndef AMITWIN_METER_HAL_SAMPLES_H
#define AMITWIN_METER_HAL_SAMPLES_H

#include <stdint.h>

#include "meter/hal/metrology.h"

struct meter_samples {
  uint32_t size;
  /* Counts of one channel of the window that was handed over last, as samples or as sums: up to n
   * of them from sample `first` on; 0 is the window's first, -METER_WINDOW_LEAD the first there
   * is. How many there were: fewer at the window's end, none before the first window and of a
   * channel that is not fitted. */
  uint32_t (*read)(void *context, enum meter_channel channel, int32_t first, int32_t *counts,
                   uint32_t n);
};

#endif
