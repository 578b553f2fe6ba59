/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Contacts and buttons. Also on the battery: a cover that is opened without mains wakes the
 * firmware.
 */
#ifndef AMITWIN_METER_HAL_INPUTS_H
#define AMITWIN_METER_HAL_INPUTS_H

#include <stdint.h>

enum meter_input {
  METER_INPUT_COVER,          /* contact under the seal of the case; 1: open */
  METER_INPUT_TERMINAL_COVER, /* the same, terminals */
  METER_INPUT_MAGNET,         /* Hall sensor; 1: a strong field */
  METER_INPUT_MODULE_COVER,   /* compartment of the communication module; 1: open */
  METER_INPUT_BUTTON,         /* scroll; 1: pressed */
  METER_INPUT_SEALED_BUTTON,  /* under the utility's seal; 1: pressed */
  METER_INPUTS
};

/* on_input tells each edge, debounced (20 ms). */
struct meter_inputs {
  uint32_t size;
  /* A bit an input, by its number: which are fitted, and which are 1 now. */
  uint32_t (*fitted)(void *context);
  uint32_t (*levels)(void *context);
};

#endif
