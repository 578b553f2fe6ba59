/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Upcalls: what the firmware offers.
 */
#ifndef AMITWIN_METER_HAL_FIRMWARE_H
#define AMITWIN_METER_HAL_FIRMWARE_H

#include "meter/hal/factory.h"
#include "meter/hal/inputs.h"
#include "meter/hal/metrology.h"
#include "meter/hal/plc.h"
#include "meter/hal/uarts.h"

struct meter_hal;

enum meter_boot_reason {
  METER_BOOT_FIRST, METER_BOOT_POWER, METER_BOOT_WATCHDOG,
  METER_BOOT_IMAGE,       /* the first start of an image that was activated (images.h) */
  METER_BOOT_IMAGE_BEFORE /* it was not confirmed: this is the one before it */
};
enum meter_power_state {
  METER_POWER_FAILING, /* some 20 ms of supply are left */
  METER_POWER_GOOD,    /* back, before it was gone */
  /* Sleep: the mains are gone and the battery keeps the instance. No windows, no lines, no relay;
   * on_alarm, on_rtc and on_input go on, and the display for as long as somebody looks. The mains
   * end it with a boot. Only where the platform has METER_HAS_SLEEP and the firmware says
   * METER_SLEEPS; elsewhere the end of the supply is the end of the instance. */
  METER_POWER_BATTERY
};

enum meter_capability {
  METER_TAKES_SAMPLES = 1, /* on_samples (detailed tier, target) */
  METER_TAKES_SUMS = 2,    /* on_sums (fleet tier) */
  METER_SLEEPS = 4         /* METER_POWER_BATTERY */
};

struct meter_firmware {
  uint32_t version; /* METER_HAL_VERSION the firmware was written against */
  uint32_t size;    /* sizeof(struct meter_firmware) */
  const char *name;     /* e.g. "AD11A" */
  const char *revision; /* e.g. "1.0.0" */
  uint32_t capabilities;
  uint32_t n_elements;  /* 1 or 3 */
  uint32_t instance_bytes; /* zeroed, 16-byte aligned memory handed to init */
  uint32_t retained_bytes; /* battery-backed RAM, up to METER_RETAINED_MAX_BYTES */
  uint32_t plc_bytes;      /* further octets right behind instance_bytes, where a modem is fitted */

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
  void (*on_power)(void *instance, enum meter_power_state state);
  void (*on_relay)(void *instance, int closed);

  /* The index-th object of the list; 0 ok, -1 past the end. Needs no instance. */
  int (*describe)(uint32_t index, struct meter_object_info *out);

  /* From here on NULL: a firmware that has no use for it. Power line: both, or the modem is off. */
  void (*on_plc)(void *instance, const struct meter_plc_frame *frame);
  /* Searching: the first beacon of a source. Watching: its content is new. NULL: it is lost. */
  void (*on_plc_beacon)(void *instance, const struct meter_plc_beacon *beacon);
  void (*on_input)(void *instance, enum meter_input input, int level);
  void (*on_module)(void *instance, int present);
  /* The display wants the frame of now (display.h). */
  void (*on_display)(void *instance);
  /* Working memory that the firmware watches over itself, part by part: NULL behind the last one.
   * Only tests of immunity ask: they turn bits there. */
  void *(*checked_memory)(void *instance, uint32_t part, uint32_t *bytes);
};

/* The entry of a firmware in a shared object:
 *   const struct meter_firmware *meter_firmware_entry(void);
 * Built-in firmwares offer the same function under their own name. */
#define METER_FIRMWARE_ENTRY "meter_firmware_entry"

#endif
