/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the CPU is busy with. The platform turns it into time before the next reply leaves; on
 * silicon the call is empty, since the work itself takes the time.
 */
#ifndef AMITWIN_METER_HAL_CPU_H
#define AMITWIN_METER_HAL_CPU_H

#include <stdint.h>

#include "meter/hal/enumeration.h"

enum meter_work METER_ANY_NUMBER {
  METER_WORK_FRAME,       /* link layer frame; bytes: its length */
  METER_WORK_ASSOCIATE,
  METER_WORK_GET,         /* bytes: encoded answer */
  METER_WORK_SET,
  METER_WORK_ACTION,
  METER_WORK_PROFILE_ROW, /* bytes: rows read from flash */
  METER_WORK_CRYPTO,      /* bytes: sealed or opened */
  METER_WORK_LIST_ENTRY,  /* bytes: objects of an object list that were encoded */
  METER_WORKS
};

struct meter_cpu {
  uint32_t size;
  void (*work)(void *context, enum meter_work kind, uint32_t bytes);
  /* When the work declared so far is done; never in the past. uarts->send waits for it, plc->send
   * does not: an answer over the power line is handed to the MAC at this time. On silicon: now. */
  int64_t (*done_us)(void *context);
};

#endif
