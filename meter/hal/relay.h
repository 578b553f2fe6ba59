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
  /* Where the contact stands: 1 closed, 0 open. on_relay tells whenever it has moved, also by
   * itself, but not what it did while the supply was off. */
  int (*closed)(void *context);
};

#endif
