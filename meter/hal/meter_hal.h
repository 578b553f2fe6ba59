/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The whole boundary between a meter's firmware and its platform (simulated or silicon): a header
 * a peripheral, this one includes them all. Plain C11, so that any firmware plugs in.
 * docs/porting.md shows a complete small firmware.
 *
 * Rules of the boundary
 *  - Upcalls (struct meter_firmware) run to completion in zero simulated time and never nest:
 *    a downcall never causes an upcall before it returns.
 *  - The firmware keeps all state in its instance memory, in `retained` and in flash. No globals:
 *    thousands of instances live in one process. Instance memory is lost at power off.
 *  - Every window that ended at or before t is delivered before any other upcall at t.
 *  - A table a peripheral; NULL: this meter does not have it. A call that is NULL in a table that
 *    is there: this platform cannot. Ask before you use what not every meter has. Clock, RTC (but
 *    trim), flash, uarts->send, cpu, buffers, relay, pulses and crypto are always there.
 *  - Tables, and the two that hold all together, grow at the end only; `size` says how far the
 *    other side's reaches.
 *  - Downcalls: from any upcall, and in provision and calibrate, where time stands still, nothing
 *    is sent and nothing armed. Not from describe.
 */
#ifndef AMITWIN_METER_HAL_H
#define AMITWIN_METER_HAL_H

#include <stddef.h>
#include <stdint.h>

#include "meter/hal/battery.h"
#include "meter/hal/buffers.h"
#include "meter/hal/clock.h"
#include "meter/hal/cpu.h"
#include "meter/hal/crypto.h"
#include "meter/hal/display.h"
#include "meter/hal/factory.h"
#include "meter/hal/firmware.h"
#include "meter/hal/flash.h"
#include "meter/hal/images.h"
#include "meter/hal/inputs.h"
#include "meter/hal/metrology.h"
#include "meter/hal/module.h"
#include "meter/hal/plc.h"
#include "meter/hal/program.h"
#include "meter/hal/pulses.h"
#include "meter/hal/relay.h"
#include "meter/hal/rtc.h"
#include "meter/hal/samples.h"
#include "meter/hal/thermometer.h"
#include "meter/hal/uarts.h"

#define METER_HAL_VERSION 2u
#define METER_RETAINED_MAX_BYTES 4096u

/* What a table that is there does not tell. */
enum meter_platform_capability {
  METER_HAS_SLEEP = 1,          /* METER_POWER_BATTERY */
  METER_HAS_NEUTRAL = 2,        /* METER_IN in windows, its sums: where they tell something new */
  METER_HAS_DIFFERENCE = 4,     /* sums of phase minus neutral current */
  METER_HAS_HARMONICS = 8,
  METER_HAS_HALF_CYCLES = 16,   /* half-cycle blocks, in sums */
  METER_HAS_ZERO_CROSSINGS = 32 /* their times, in windows and sums */
};

/* Downcalls: what the platform offers. */
struct meter_hal {
  uint32_t version; /* METER_HAL_VERSION */
  uint32_t size;    /* sizeof(struct meter_hal) */
  void *context;    /* first argument of every downcall */

  uint32_t capabilities; /* enum meter_platform_capability */
  /* Battery-backed RAM of the size the firmware asked for, 16-byte aligned; zero at first boot. */
  uint32_t retained_bytes;
  void *retained;
  const struct meter_clock *clock;
  const struct meter_rtc *rtc;
  const struct meter_flash *flash;
  const struct meter_uarts *uarts;
  const struct meter_cpu *cpu;
  const struct meter_buffers *buffers;
  const struct meter_relay *relay;
  const struct meter_pulses *pulses;
  const struct meter_crypto *crypto;
  const struct meter_plc *plc;
  const struct meter_thermometer *thermometer;
  const struct meter_battery *battery;
  const struct meter_inputs *inputs;
  const struct meter_display *display;
  const struct meter_module *module;
  const struct meter_images *images;
  const struct meter_samples *samples;
  const struct meter_program *program;
};

#endif
