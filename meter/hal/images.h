/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Memory for firmware images beside the running one. The boot loader, not the firmware, judges and
 * swaps: what is activated has been verified by it.
 */
#ifndef AMITWIN_METER_HAL_IMAGES_H
#define AMITWIN_METER_HAL_IMAGES_H

#include <stdint.h>

struct meter_images {
  uint32_t size;
  uint32_t (*slots)(void *context);
  uint32_t (*slot_bytes)(void *context);
  /* Each returns 0, or -1: no such slot, beyond its end, or failed. */
  int (*erase)(void *context, uint32_t slot);
  int (*write)(void *context, uint32_t slot, uint32_t offset, const uint8_t *data, uint32_t n);
  int (*read)(void *context, uint32_t slot, uint32_t offset, uint8_t *out, uint32_t n);
  /* The image of n octets: 0 when its signature is good and it is for this model, else -1. */
  int (*verify)(void *context, uint32_t slot, uint32_t n);
  /* Runs after the next reset, which comes as soon as this upcall has returned; boot says so by
   * METER_BOOT_IMAGE. When it does not get to `confirm`, the one before it comes back. */
  int (*activate)(void *context, uint32_t slot);
  void (*confirm)(void *context);
};

#endif
