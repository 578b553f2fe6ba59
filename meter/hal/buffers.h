/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * PDU buffers of METER_BUFFER_BYTES, four at a time at most.
 */
#ifndef AMITWIN_METER_HAL_BUFFERS_H
#define AMITWIN_METER_HAL_BUFFERS_H

#include <stdint.h>

#define METER_BUFFER_BYTES 2048u

struct meter_buffers {
  uint32_t size;
  /* NULL when the pool is empty. Comes zeroed; may be kept across upcalls. */
  uint8_t *(*take)(void *context);
  void (*give)(void *context, uint8_t *buffer);
};

#endif
