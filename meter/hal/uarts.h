/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Serial ports that send and receive whole frames: idle-line detection cuts them.
 */
#ifndef AMITWIN_METER_HAL_UARTS_H
#define AMITWIN_METER_HAL_UARTS_H

#include <stdint.h>

enum meter_uart { METER_UART_RS485, METER_UART_OPTICAL, METER_UARTS };

struct meter_uarts {
  uint32_t size;
  /* Sends one frame: starts when the work declared before it is done and the line is ours. Frames
   * queue in order. 0, or -1 when the queue is full (frame dropped). */
  int (*send)(void *context, enum meter_uart port, const uint8_t *frame, uint32_t n);
};

#endif
