/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Liquid crystal display: its controller drives the glass from segment memory, and says when it
 * wants a frame (on_display).
 */
#ifndef AMITWIN_METER_HAL_DISPLAY_H
#define AMITWIN_METER_HAL_DISPLAY_H

#include <stdint.h>

#define METER_DISPLAY_BYTES 32u /* of segment memory */

/* on_display asks for the frame of this instant: on silicon once a second, by the controller's own
 * divider. A platform on which nobody looks need not ask, so what is shown is a function of time
 * and of what happened, and nothing else may hang on the calls. Segment memory is dark after
 * power on. */
struct meter_display {
  uint32_t size;
  /* Segment memory from `first` on; which bit is which segment is the glass's. 0, or -1 beyond the
   * end. */
  int (*write)(void *context, uint32_t first, const uint8_t *segments, uint32_t n);
  void (*backlight)(void *context, int on);
};

#endif
