/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Production line: identity and keys, calibration; and what the firmware says of its objects.
 */
#ifndef AMITWIN_METER_HAL_FACTORY_H
#define AMITWIN_METER_HAL_FACTORY_H

#include <stdint.h>

/* Written once on the production line. Keys never leave the meter again. */
struct meter_provision {
  char serial[16];            /* ASCII, zero padded */
  char logical_device_name[16];
  uint8_t system_title[8];
  uint8_t unicast_key[16];    /* global unicast encryption key, suite 0 */
  uint8_t authentication_key[16];
  uint8_t master_key[16];     /* key-encryption key */
  char low_level_password[16]; /* zero padded; client 2 (reading) */
  uint32_t capture_period_s;  /* profile 1: 300, 600, 900, 1200, 1800 or 3600; AD11A: 60 */
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
  uint8_t event_codes; /* enum meter_event_codes */
};

/* Groups and codes of the event logs. */
enum meter_event_codes {
  METER_CODES_IDIS, /* IDIS, DSMR */
  METER_CODES_PRIME /* Spanish PRIME companion */
};

/* One point of the calibration bench, as the reference meter reads it. */
enum meter_calibration_step {
  METER_CALIBRATE_GAIN,   /* Un, Iref, PF 1: voltage and current gain */
  METER_CALIBRATE_PHASE,  /* Un, Iref, PF 0.5 inductive: phase between the channels */
  METER_CALIBRATE_OFFSET, /* Un, no load: noise in the square domain and power offset */
  METER_CALIBRATE_STORE,  /* write the constants to flash; sums are ignored */
  /* Un, Iref, PF 0.5 inductive at another temperature than gain, before the constants are stored:
   * what the front end drifts by. -1: the firmware compensates nothing; the bench goes on. */
  METER_CALIBRATE_TEMPERATURE,
  /* The clock at the temperature of the moment, against the reference's `clock_ppb`; up to three
   * of them, 10 K apart or more, before the constants are stored; the trim is 0. Sums are ignored.
   * -1: the firmware trims nothing; the bench goes on. */
  METER_CALIBRATE_CLOCK
};
struct meter_reference {
  double voltage_v;
  double current_a;
  double active_w;
  double reactive_var;
  double clock_ppb; /* by which the RTC is fast; of METER_CALIBRATE_CLOCK alone */
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

#endif
