/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The whole boundary between the CM1 communication module's firmware and its platform. The modem
 * carries the TCP/IP stack, so this hal offers sockets, as the AT interface of a 2G modem does.
 * Same rules as meter/hal/meter_hal.h: upcalls run in zero simulated time and never nest; all state
 * lives in the instance or in flash; tables grow at the end only.
 */
#ifndef AMITWIN_CM1_HAL_H
#define AMITWIN_CM1_HAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CM1_HAL_VERSION 2u
#define CM1_FLASH_PAGE_BYTES 4096u
#define CM1_FLASH_PAGES 32u
#define CM1_SOCKETS 4u        /* sockets of the modem; incoming connections take one each */
#define CM1_SOCKET_NONE (-1)
#define CM1_BUFFER_BYTES 2048u

enum cm1_modem_state {
  CM1_MODEM_OFF,
  CM1_MODEM_SEARCHING, /* powered, looking for a cell or rejected */
  CM1_MODEM_ATTACHED,  /* GPRS attached, no PDP context */
  CM1_MODEM_ONLINE     /* PDP context active: sockets work */
};
enum cm1_protocol { CM1_TCP, CM1_UDP };
enum cm1_colour { CM1_LED_OFF, CM1_LED_RED, CM1_LED_GREEN, CM1_LED_BLUE, CM1_LED_YELLOW };
enum cm1_led {
  CM1_LED_SIGNAL, /* level: red low, yellow fair, green strong (data sheet) */
  CM1_LED_STATE   /* power and modem state */
};
enum cm1_close_reason { CM1_CLOSED_BY_PEER, CM1_CLOSED_TIMEOUT, CM1_CLOSED_NETWORK };

enum cm1_parity { CM1_PARITY_NONE, CM1_PARITY_EVEN, CM1_PARITY_ODD };
struct cm1_line {
  uint32_t baud;
  uint8_t data_bits; /* 7 or 8 */
  uint8_t parity;    /* enum cm1_parity */
  uint8_t stop_bits; /* 1 or 2 */
  uint8_t reserved;  /* 0 */
};
/* A frame that the UART repeats by itself. Times in uptime_us. */
struct cm1_poll {
  const uint8_t *frame;
  uint32_t n; /* 0: no poll any more */
  const uint8_t *expected; /* the answer that wakes nobody */
  uint32_t expected_n;
  int64_t first_us;
  uint32_t period_us;
  uint32_t timeout_us; /* from the end of the frame to the end of the answer */
};

/* Written once at commissioning. Addresses are text, IPv4 or IPv6. */
struct cm1_provision {
  char apn[32];
  char head_end_host[48];
  uint16_t head_end_port;      /* 4059 by IANA for DLMS */
  uint16_t listen_port;        /* 0: no incoming connections */
  uint32_t heartbeat_period_s; /* silence after which the module sends a heartbeat; 0: none */
  uint32_t poll_period_s;      /* how often the meter is asked for a pending push */
  uint32_t poll_offset_s;      /* phase of the poll within its period */
  uint32_t start_delay_s;      /* spread of a street after power on, before the modem attaches */
};

struct cm1_hal {
  uint32_t version;
  uint32_t size;
  void *context;

  int64_t (*uptime_us)(void *context);
  /* One alarm at the given uptime, replacing the last; INT64_MAX: none; past: as soon as the
   * upcall has returned. */
  void (*alarm_us)(void *context, int64_t uptime_us);

  int (*flash_read)(void *context, uint32_t address, void *out, uint32_t n);
  int (*flash_write)(void *context, uint32_t address, const void *data, uint32_t n);
  int (*flash_erase)(void *context, uint32_t page);

  /* One frame on the RS-485 line to the meter; 0, or -1 when its queue is full. */
  int (*rs485_send)(void *context, const uint8_t *frame, uint32_t n);

  void (*modem_power)(void *context, int on);
  /* Attach and activate the PDP context; progress arrives in on_modem. Retry timing is ours. */
  void (*modem_connect)(void *context, const char *apn);
  void (*modem_disconnect)(void *context);
  /* RSSI as AT+CSQ reports it: 0 = -113 dBm or less ... 31 = -51 or more, 99 unknown. */
  uint8_t (*modem_rssi)(void *context);

  /* Opens a connection; the answer is on_socket_open or on_socket_closed. Returns the socket, or
   * CM1_SOCKET_NONE when all are taken or the modem is not online. */
  int (*socket_open)(void *context, enum cm1_protocol protocol, const char *host, uint16_t port);
  /* Accept connections on a port while online; on_socket_open with incoming = 1. */
  int (*socket_listen)(void *context, uint16_t port);
  /* Octets accepted by the modem's stack: all of n, or none (-1: not open, or its buffer full). */
  int (*socket_send)(void *context, int socket, const uint8_t *data, uint32_t n);
  /* Octets sent but not yet acknowledged by the peer's stack. */
  uint32_t (*socket_unacknowledged)(void *context, int socket);
  void (*socket_close)(void *context, int socket);

  void (*led)(void *context, enum cm1_led led, enum cm1_colour colour);
  void (*random)(void *context, uint8_t *out, uint32_t n);

  /* From here on NULL: this platform cannot. */

  /* Poll engine: sends the frame every period and takes its answer off the line. on_rs485 brings an
   * answer that is not the expected one, or 0 octets when none came in time; the poll goes on until
   * the next rs485_send or rs485_poll. The octets are copied. 0, or -1: too long. */
  int (*rs485_poll)(void *context, const struct cm1_poll *poll);
  /* From the end of what is queued on; 19 200 8N1 after every power on. 0, or -1: it cannot. */
  int (*rs485_configure)(void *context, const struct cm1_line *line);
};

struct cm1_firmware {
  uint32_t version;
  uint32_t size;
  const char *name;
  const char *revision;
  uint32_t instance_bytes; /* zeroed, 16-byte aligned */

  void (*init)(void *instance, const struct cm1_hal *hal);
  int (*provision)(void *instance, const struct cm1_provision *provision);
  void (*boot)(void *instance);

  void (*on_alarm)(void *instance);
  void (*on_rs485)(void *instance, const uint8_t *bytes, uint32_t n);
  void (*on_modem)(void *instance, enum cm1_modem_state state);
  void (*on_socket_open)(void *instance, int socket, int incoming);
  void (*on_socket_data)(void *instance, int socket, const uint8_t *data, uint32_t n);
  void (*on_socket_closed)(void *instance, int socket, enum cm1_close_reason reason);
  /* Everything sent so far was acknowledged by the peer's stack. */
  void (*on_socket_drained)(void *instance, int socket);
};

#define CM1_FIRMWARE_ENTRY "cm1_firmware_entry"

#ifdef __cplusplus
}
#endif

#endif
