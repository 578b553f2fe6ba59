/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Supply relay.
 */
#ifndef AMITWIN_METER_HAL_RELAY_H
#define AMITWIN_METER_HAL_RELAY_H

#include <stdint.h>

struct meter_relay {
  uint32_t size;
  /* 1 close, 0 open. The contact moves later; on_relay tells. */
  void (*drive)(void *context, int close);
};

#endif
