/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The whole boundary between a meter's firmware and its platform (simulated or silicon).
 * Plain C11, so that any firmware plugs in. docs/porting.md shows a complete small firmware.
 *
 * Rules of the boundary
 *  - Upcalls (struct meter_firmware) run to completion in zero simulated time and never nest:
 *    a downcall never causes an upcall before it returns.
 *  - The firmware keeps all state in its instance memory, in `retained` and in flash. No globals:
 *    thousands of instances live in one process. Instance memory is lost at power off.
 *  - Every window that ended at or before t is delivered before any other upcall at t.
 *  - Tables may grow at the end only; `size` says what the other side knows.
 */
#ifndef AMITWIN_METER_HAL_H
#define AMITWIN_METER_HAL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define METER_HAL_VERSION 1u

/* ---- Hardware constants ------------------------------------------------------------------- */

#define METER_ADC_RATE_HZ 6400u           /* nominal; the real one follows the meter's crystal */
#define METER_ADC_V_FULL_SCALE_MV 500000u /* peak, at count 2^23 (design value of the divider) */
#define METER_ADC_I_FULL_SCALE_MA 177000u /* peak, at count 2^23 (design value of the shunt) */
#define METER_WINDOW_CYCLES 10u           /* nominal mains cycles of a window, IEC 61000-4-7 */
#define METER_WINDOW_LEAD 32u             /* extra samples before a window: T/4 at 50 Hz */
#define METER_RTC_HZ 32768u
#define METER_RETAINED_BYTES 512u         /* battery-backed RAM */
#define METER_FLASH_PAGE_BYTES 4096u
#define METER_FLASH_PAGES 256u
#define METER_BUFFER_BYTES 2048u          /* one PDU buffer of the pool */
#define METER_PULSES_PER_KWH 1000u        /* data sheet: 1000 imp/kWh, 1000 imp/kvarh */
#define METER_PLC_MPDU_BYTES 1140u        /* longest coded PRIME frame: D8PSK_F, 63 symbols */
#define METER_PLC_BEACON_BYTES 18u
#define METER_PLC_RULES 8u

enum meter_channel {
  METER_V1, METER_V2, METER_V3, METER_I1, METER_I2, METER_I3, METER_IN,
  METER_CHANNELS
};
enum meter_uart { METER_UART_RS485, METER_UART_OPTICAL, METER_UARTS };
enum meter_pulse_output { METER_PULSE_ACTIVE, METER_PULSE_REACTIVE, METER_PULSE_OUTPUTS };
enum meter_boot_reason { METER_BOOT_FIRST, METER_BOOT_POWER, METER_BOOT_WATCHDOG };
enum meter_power_state { METER_POWER_FAILING, METER_POWER_GOOD };

/* ---- Metrology data ----------------------------------------------------------------------- */

/* Raw counts of one window: a whole number of mains cycles, self-contained. channel[c] points at
 * the first sample of the window; channel[c][-METER_WINDOW_LEAD .. -1] are valid too. NULL: not
 * fitted. Counts are signed, 24 significant bits. */
struct meter_window {
  uint32_t n_samples;
  uint32_t n_cycles;
  uint32_t length_q16; /* length in nominal sample periods, Q16.16, by the zero-crossing detector */
  const int32_t *channel[METER_CHANNELS];
};

/* Sums over one window, in counts^2, mean removed: sum(v*v), sum(i*i), sum(v*i) and the
 * antisymmetric two-delay quadrature sum 1/2*(v[t-T/4]*i[t] - v[t]*i[t-T/4]). */
struct meter_element_sums {
  double vv, ii, vi, vq;
};
struct meter_sums {
  uint32_t n_samples;
  uint32_t n_cycles;
  uint32_t length_q16;
  uint32_t n_elements; /* 1: AD11A, 3: AD13A */
  struct meter_element_sums element[3];
};

/* ---- Factory ------------------------------------------------------------------------------ */

/* Written once on the production line. Keys never leave the meter again. */
struct meter_provision {
  char serial[16];            /* ASCII, zero padded */
  char logical_device_name[16];
  uint8_t system_title[8];
  uint8_t unicast_key[16];    /* global unicast encryption key, suite 0 */
  uint8_t authentication_key[16];
  uint8_t master_key[16];     /* key-encryption key */
  char low_level_password[16]; /* zero padded; client 2 (reading) */
  uint32_t capture_period_s;  /* profile 1: 300, 600, 900, 1200, 1800 or 3600 */
  uint32_t push_period_s;     /* 0: no push; else a multiple of capture_period_s */
  uint32_t push_delay_s;      /* after the full period, spreads a street over time */
  int16_t time_zone_min;      /* Blue Book sign: local time + time_zone_min = UTC (CET: -60) */
  uint8_t daylight_saving;    /* 1: last Sunday of March/October, 01:00 UTC, +60 min */
  /* Power line; all zero: not fitted, the meter never starts its modem. */
  uint8_t plc_eui48[6];
  /* Of client 3, the concentrator: a security setup of its own, so that neither side of the
   * concentrator can open what the other one sealed. */
  uint8_t concentrator_unicast_key[16];
  uint8_t concentrator_authentication_key[16];
};

/* One point of the calibration bench, as the reference meter reads it. */
enum meter_calibration_step {
  METER_CALIBRATE_GAIN,   /* Un, Iref, PF 1: voltage and current gain */
  METER_CALIBRATE_PHASE,  /* Un, Iref, PF 0.5 inductive: phase between the channels */
  METER_CALIBRATE_OFFSET, /* Un, no load: noise in the square domain and power offset */
  METER_CALIBRATE_STORE   /* write the constants to flash; sums are ignored */
};
struct meter_reference {
  double voltage_v;
  double current_a;
  double active_w;
  double reactive_var;
};

/* ---- Power line modem: PRIME 1.3.6, CENELEC A --------------------------------------------- */

/* The modem is a peripheral that sends and receives whole frames, keeps frame time by the beacons
 * it follows and wakes the firmware only when there is something for it. protocol/prime/modem.hpp
 * has the same contract in C++, with the meaning of each field. Times are in uptime_us. */
struct meter_plc_rule {
  uint64_t mask;  /* over the first eight octets of the frame, big-endian */
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
  uint32_t miss_limit;
};
struct meter_plc_plan {
  uint8_t mpdu[METER_PLC_BEACON_BYTES]; /* the modem fills in SEQ and CRC */
  uint32_t sequence_offset;             /* sends in frames with SEQ mod 2^FRQ equal to it */
};

/* One COSEM object of the firmware's list, for the exported type template. */
struct meter_object_info {
  uint16_t class_id;
  uint8_t version;
  uint8_t obis[6];
  int8_t scaler;   /* registers: value * 10^scaler; else 0 */
  uint8_t unit;    /* DLMS unit enumeration; 255: none */
  uint8_t n_captured; /* profiles: number of captured columns, else 0 */
  struct {
    uint16_t class_id;
    uint8_t obis[6];
    int8_t attribute;
  } captured[16];
};

/* ---- Downcalls: what the platform offers -------------------------------------------------- */

/* What the CPU is busy with. The platform turns it into time before the next reply leaves; on
 * silicon the call is empty, since the work itself takes the time. */
enum meter_work {
  METER_WORK_FRAME,       /* link layer frame; bytes: its length */
  METER_WORK_ASSOCIATE,
  METER_WORK_GET,         /* bytes: encoded answer */
  METER_WORK_SET,
  METER_WORK_ACTION,
  METER_WORK_PROFILE_ROW, /* bytes: rows read from flash */
  METER_WORK_CRYPTO,      /* bytes: sealed or opened */
  METER_WORKS
};

struct meter_hal {
  uint32_t version; /* METER_HAL_VERSION */
  uint32_t size;    /* sizeof(struct meter_hal) */
  void *context;    /* first argument of every downcall */

  /* Monotonic microseconds since power on, from the MCU's crystal. */
  int64_t (*uptime_us)(void *context);
  /* One alarm: on_alarm at the given uptime, replacing the last one. INT64_MAX: none. A time in the
   * past fires as soon as the upcall has returned. */
  void (*alarm_us)(void *context, int64_t uptime_us);

  /* Real-time clock: a battery-backed 64-bit count at METER_RTC_HZ (nominal). What it counts is the
   * firmware's business; ours counts UTC since 1970. */
  int64_t (*rtc_ticks)(void *context);
  void (*rtc_set)(void *context, int64_t ticks);
  /* on_rtc when the count reaches `ticks` (at once if it is past); INT64_MAX: none. */
  void (*rtc_match)(void *context, int64_t ticks);
  /* 0 when the clock ran without interruption since it was last set, else 1. */
  int (*rtc_lost)(void *context);

  /* Page-oriented flash: erased bytes read FF, programming clears bits. address < pages * bytes.
   * Return 0, or -1 for an address out of range or a failed page. */
  int (*flash_read)(void *context, uint32_t address, void *out, uint32_t n);
  int (*flash_write)(void *context, uint32_t address, const void *data, uint32_t n);
  int (*flash_erase)(void *context, uint32_t page);
  /* METER_RETAINED_BYTES of battery-backed RAM; zero at first boot. */
  void *(*retained)(void *context);

  /* Sends one frame: starts when the work declared before it is done and the line is ours. Frames
   * queue in order. 0, or -1 when the queue is full (frame dropped). */
  int (*uart_send)(void *context, enum meter_uart port, const uint8_t *frame, uint32_t n);
  void (*work)(void *context, enum meter_work kind, uint32_t bytes);
  /* PDU buffers of METER_BUFFER_BYTES, NULL when the pool is empty. May be kept across upcalls. */
  uint8_t *(*buffer_take)(void *context);
  void (*buffer_give)(void *context, uint8_t *buffer);

  /* Supply relay: 1 close, 0 open. The contact moves later; on_relay tells. */
  void (*relay_drive)(void *context, int close);
  /* `count` pulses spread evenly over the coming span. */
  void (*pulse)(void *context, enum meter_pulse_output output, uint64_t count, int64_t span_us);

  /* AES-128-GCM, 12-octet IV and tag; in == out allowed. 0 ok, -1 wrong tag or engine fault. */
  int (*gcm_seal)(void *context, const uint8_t key[16], const uint8_t iv[12], const uint8_t *aad,
                  uint32_t aad_n, const uint8_t *in, uint32_t n, uint8_t *out, uint8_t tag[12]);
  int (*gcm_open)(void *context, const uint8_t key[16], const uint8_t iv[12], const uint8_t *aad,
                  uint32_t aad_n, const uint8_t *in, uint32_t n, const uint8_t tag[12],
                  uint8_t *out);
  /* RFC 3394 unwrap of n octets (24 -> 16). */
  int (*key_unwrap)(void *context, const uint8_t kek[16], const uint8_t *in, uint32_t n,
                    uint8_t *out);
  void (*random)(void *context, uint8_t *out, uint32_t n);

  /* Power line modem. All NULL when it is not fitted. */
  /* Starts the preamble now. 0, or -1: sending already, or too long for the scheme. */
  int (*plc_send)(void *context, const uint8_t *mpdu, uint32_t n, uint8_t scheme, uint8_t level);
  int (*plc_busy)(void *context); /* carrier sense */
  void (*plc_filter)(void *context, const struct meter_plc_rule *rules, uint32_t n);
  void (*plc_search)(void *context, int on);
  uint32_t (*plc_heard)(void *context, struct meter_plc_beacon *out, uint32_t n);
  void (*plc_watch)(void *context, const struct meter_plc_watch *watch); /* NULL: none */
  /* Frame time by the watched beacon: 0, or -1 without one. */
  int (*plc_frame_time)(void *context, int64_t *start_us, uint32_t *sequence);
  void (*plc_beacon)(void *context, const struct meter_plc_plan *plan); /* NULL: stop */

  /* When the work declared so far is done; never in the past. uart_send waits for it, plc_send does
   * not: an answer over the power line is handed to the MAC at this time. On silicon: now. */
  int64_t (*work_done_us)(void *context);
};

/* ---- Upcalls: what the firmware offers ---------------------------------------------------- */

enum meter_capability {
  METER_TAKES_SAMPLES = 1, /* on_samples (detailed tier, target) */
  METER_TAKES_SUMS = 2     /* on_sums (fleet tier) */
};

struct meter_firmware {
  uint32_t version; /* METER_HAL_VERSION the firmware was written against */
  uint32_t size;    /* sizeof(struct meter_firmware) */
  const char *name;     /* e.g. "AD11A" */
  const char *revision; /* e.g. "1.0.0" */
  uint32_t capabilities;
  uint32_t n_elements;  /* 1 or 3 */
  uint32_t instance_bytes; /* zeroed, 16-byte aligned memory handed to init */

  /* Constructs the instance; keeps `hal` for its life. Called at every power on, before boot. */
  void (*init)(void *instance, const struct meter_hal *hal);
  /* Production line, before the first boot. 0 ok. */
  int (*provision)(void *instance, const struct meter_provision *provision);
  int (*calibrate)(void *instance, enum meter_calibration_step step, const struct meter_sums *sums,
                   const struct meter_reference *reference);
  void (*boot)(void *instance, enum meter_boot_reason reason);

  void (*on_alarm)(void *instance);
  void (*on_rtc)(void *instance); /* the match, or a fault made the count jump (no match then) */
  /* One frame as idle-line detection cut it; may be damaged or hold several frames. */
  void (*on_uart)(void *instance, enum meter_uart port, const uint8_t *bytes, uint32_t n);
  void (*on_samples)(void *instance, const struct meter_window *window);
  /* The same sums for n_repeats consecutive windows; equals n_repeats calls with 1, exactly. */
  void (*on_sums)(void *instance, const struct meter_sums *sums, uint32_t n_repeats);
  /* FAILING: some 20 ms of supply are left. */
  void (*on_power)(void *instance, enum meter_power_state state);
  void (*on_relay)(void *instance, int closed);

  /* The index-th object of the list; 0 ok, -1 past the end. Needs no instance. */
  int (*describe)(uint32_t index, struct meter_object_info *out);

  /* Power line; a firmware whose table ends above does not use the modem. */
  void (*on_plc)(void *instance, const struct meter_plc_frame *frame);
  /* Searching: the first beacon of a source. Watching: its content is new. NULL: it is lost. */
  void (*on_plc_beacon)(void *instance, const struct meter_plc_beacon *beacon);
  /* Further octets right behind instance_bytes, where a modem is fitted. */
  uint32_t plc_bytes;
};

/* The entry of a firmware in a shared object:
 *   const struct meter_firmware *meter_firmware_entry(void);
 * Built-in firmwares offer the same function under their own name. */
#define METER_FIRMWARE_ENTRY "meter_firmware_entry"

#ifdef __cplusplus
}
#endif

#endif
