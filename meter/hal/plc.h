/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Power line modem: PRIME 1.3.6, CENELEC A. It sends and receives whole frames by itself, keeps
 * frame time by its beacons, and wakes the firmware only when there is something for it.
 * protocol/prime/modem.hpp has the same contract in C++, with the meaning of each field. Times are
 * in uptime_us.
 */
#ifndef AMITWIN_METER_HAL_PLC_H
#define AMITWIN_METER_HAL_PLC_H

#include <stdint.h>

#define METER_PLC_MPDU_BYTES 1140u /* longest coded PRIME frame: D8PSK_F, 63 symbols */
#define METER_PLC_BEACON_BYTES 18u
#define METER_PLC_RULES 8u

struct meter_plc_rule {
  uint64_t mask; /* over the first eight octets of the frame, big-endian */
  uint64_t value;
};
struct meter_plc_frame {
  const uint8_t *mpdu; /* whole, perhaps damaged */
  uint32_t n;
  uint8_t scheme; /* PROTOCOL code: 0 DBPSK, 1 DQPSK, 2 D8PSK, +4 coded */
  int32_t snr_cdb;
  int64_t start_us;
};
struct meter_plc_beacon {
  uint8_t mpdu[METER_PLC_BEACON_BYTES];
  int32_t snr_cdb;
  int64_t start_us;
  uint32_t received;
  uint32_t missed;
};
struct meter_plc_watch {
  uint8_t mpdu[METER_PLC_BEACON_BYTES]; /* SEQ and CRC do not count */
  uint8_t reserved[2];                  /* 0 */
  uint32_t miss_limit;
};
struct meter_plc_plan {
  uint8_t mpdu[METER_PLC_BEACON_BYTES]; /* the modem fills in SEQ and CRC */
  uint8_t reserved[2];                  /* 0 */
  uint32_t sequence_offset;             /* sends in frames with SEQ mod 2^FRQ equal to it */
};

struct meter_plc {
  uint32_t size;
  /* Starts the preamble now. 0, or -1: sending already, or too long for the scheme. */
  int (*send)(void *context, const uint8_t *mpdu, uint32_t n, uint8_t scheme, uint8_t level);
  int (*busy)(void *context); /* carrier sense: 1, or 0 */
  void (*filter)(void *context, const struct meter_plc_rule *rules, uint32_t n);
  void (*search)(void *context, int on);
  uint32_t (*heard)(void *context, struct meter_plc_beacon *out, uint32_t n);
  void (*watch)(void *context, const struct meter_plc_watch *watch); /* NULL: none */
  /* Frame time by the watched beacon: 0, or -1 without one. */
  int (*frame_time)(void *context, int64_t *start_us, uint32_t *sequence);
  void (*beacon)(void *context, const struct meter_plc_plan *plan); /* NULL: stop */
};

#endif
