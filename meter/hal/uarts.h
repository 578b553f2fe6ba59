/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Serial ports that send and receive whole frames: idle-line detection cuts them.
 */
#ifndef AMITWIN_METER_HAL_UARTS_H
#define AMITWIN_METER_HAL_UARTS_H

#include <stdint.h>

#include "meter/hal/enumeration.h"

enum meter_uart METER_ANY_NUMBER {
  METER_UART_RS485,
  METER_UART_OPTICAL,
  METER_UART_SECOND, /* second RS-485 or service port, on models that have one */
  METER_UARTS
};
enum meter_uart_parity { METER_PARITY_NONE, METER_PARITY_EVEN, METER_PARITY_ODD };
enum meter_uart_mode {
  METER_UART_FRAMES, /* on_uart with what idle-line detection cut */
  METER_UART_OCTETS  /* on_uart with every octet, for the start of IEC 62056-21 */
};
struct meter_uart_line {
  uint32_t baud;
  uint8_t data_bits; /* 7 or 8 */
  uint8_t parity;    /* enum meter_uart_parity */
  uint8_t stop_bits; /* 1 or 2 */
  uint8_t mode;      /* enum meter_uart_mode */
};

struct meter_uarts {
  uint32_t size;
  /* Sends one frame: starts when the work declared before it is done and the line is ours. Frames
   * queue in order. 0, or -1 when the queue is full (frame dropped). */
  int (*send)(void *context, enum meter_uart port, const uint8_t *frame, uint32_t n);
  /* From the end of what is queued on. After every power on: 19 200 8N1 on RS-485, 115 200 8N1
   * elsewhere, frames. 0, or -1: this port cannot. */
  int (*configure)(void *context, enum meter_uart port, const struct meter_uart_line *line);
  /* Standing answer: the port answers a frame that is exactly `request` with `answer`, after the
   * work of a frame, and does not wake the firmware; replaces the last one, n 0: none. It ends with
   * the next frame that is not `request`, which on_uart brings. NULL: every frame is brought. */
  int (*stand)(void *context, enum meter_uart port, const uint8_t *request, uint32_t n,
               const uint8_t *answer, uint32_t answer_n);
};

#endif
