/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Page-oriented flash: erased bytes read FF, programming clears bits. The supply may end inside an
 * operation: of a write some octets are there, of an erase some of the page.
 */
#ifndef AMITWIN_METER_HAL_FLASH_H
#define AMITWIN_METER_HAL_FLASH_H

#include <stdint.h>

#define METER_FLASH_PAGE_BYTES 4096u
#define METER_FLASH_PAGES 256u

/* address < pages * bytes. Each returns 0, or -1 for an address out of range or a failed page. */
struct meter_flash {
  uint32_t size;
  int (*read)(void *context, uint32_t address, void *out, uint32_t n);
  int (*write)(void *context, uint32_t address, const void *data, uint32_t n);
  int (*erase)(void *context, uint32_t page);
};

#endif
