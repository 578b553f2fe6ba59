/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Liquid crystal display, kept and scrolled by its own controller.
 */
#ifndef AMITWIN_METER_HAL_DISPLAY_H
#define AMITWIN_METER_HAL_DISPLAY_H

#include <stdint.h>

#define METER_DISPLAY_BYTES 32u /* of segment memory */

struct meter_display {
  uint32_t size;
  /* Segment memory from `first` on; which bit is which segment is the glass's. 0, or -1 beyond the
   * end. */
  int (*write)(void *context, uint32_t first, const uint8_t *segments, uint32_t n);
  void (*backlight)(void *context, int on);
};

#endif
