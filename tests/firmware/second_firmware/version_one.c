/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a firmware of hal version 1 shows first. Nothing behind it may be looked at.
 */
#include <stdint.h>

static const struct {
  uint32_t version, size;
} table = {1, 8};

__attribute__((visibility("default"))) const void *meter_firmware_entry(void);
const void *meter_firmware_entry(void) { return &table; }
