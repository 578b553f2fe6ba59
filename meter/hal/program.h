/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Program memory, as the processor reads it: for the firmware's control of itself.
 */
#ifndef AMITWIN_METER_HAL_PROGRAM_H
#define AMITWIN_METER_HAL_PROGRAM_H

#include <stdint.h>

struct meter_program {
  uint32_t size;
  /* How long it is. The last four octets are the CRC-32 (IEEE 802.3) of those before, the lowest
   * first. */
  uint32_t (*octets)(void *context);
  /* 0, or -1 beyond the end. */
  int (*read)(void *context, uint32_t offset, void *out, uint32_t n);
};

#endif
