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
  /* The image of n octets: 0 when its signature is good and it is for this model, else -1. What an
   * image is made of is the boot loader's; amitwin's is protocol/image/container.hpp. */
  int (*verify)(void *context, uint32_t slot, uint32_t n);
  /* Judged once more. 0: it runs after the next reset, which comes as soon as this upcall has
   * returned; boot says so by METER_BOOT_IMAGE. When that boot returns, or the supply ends, without
   * `confirm`, the one before it comes back, and boot says so by METER_BOOT_IMAGE_BEFORE. The
   * slot keeps what is in it either way. */
  int (*activate)(void *context, uint32_t slot);
  void (*confirm)(void *context);
};

#endif
