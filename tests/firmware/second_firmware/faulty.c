/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * The second firmware with one fault, chosen by the compiler's command line: what the platform must
 * name, and not die of.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/firmware/second_firmware/second_firmware.h"

enum { AFTER_WINDOWS = 20 };

#if defined FAULT_THROW
void throw_something(void); /* faulty.cpp */
#endif

#if defined FAULT_OVERFLOW
static volatile int depth;
__attribute__((noinline)) static int deeper(int n) {
  volatile char much[4096];
  much[0] = (char)n;
  depth = n;
  if (depth < 0) return 0; /* never: the stack ends first */
  return deeper(n + 1) + much[0];
}
#endif

#if defined FAULT_OVERRUN || defined FAULT_OVERRUN_FAR
/* Beyond its own frame, and far into those of whoever called. */
__attribute__((noinline)) static void overrun(volatile size_t n) {
  char little[8];
  memset(little, 0x55, n);
  __asm__ volatile("" : : "r"(little) : "memory");
}
#endif

#if !defined FAULT_BURST
static void fault(void) {
#if defined FAULT_SEGV
  *(volatile int*)16 = 1;
#elif defined FAULT_FPE
  volatile int zero = 0;
  zero = 7 / zero;
#elif defined FAULT_ABORT
  abort();
#elif defined FAULT_LOOP
  for (volatile int forever = 1; forever;) {
  }
#elif defined FAULT_EXIT
  exit(0);
#elif defined FAULT_OVERFLOW
  deeper(0);
#elif defined FAULT_OVERRUN
  overrun(65);
#elif defined FAULT_OVERRUN_FAR
  overrun(8000);
#elif defined FAULT_EXIT_AT_ONCE
  _exit(0);
#elif defined FAULT_EXIT_C99
  _Exit(7);
#elif defined FAULT_QUICK_EXIT
  quick_exit(0);
#elif defined FAULT_THREAD
  pthread_exit(NULL);
#elif defined FAULT_DEAF
  signal(SIGSEGV, SIG_DFL);
  *(volatile int*)16 = 1;
#elif defined FAULT_RAISE
  raise(SIGTERM);
#elif defined FAULT_ALARM
  kill(getpid(), SIGALRM);
#elif defined FAULT_THROW
  throw_something();
#elif defined FAULT_WAIT
  if (write(STDERR_FILENO, "waits\n", 6) < 0) abort();
  for (;;) pause();
#endif
}
#endif

#if defined FAULT_NO_END
static int describe_for_ever(uint32_t index, struct meter_object_info* out) {
  return second_firmware()->describe(index % 3, out);
}
#endif

#if !defined FAULT_BURST
static unsigned windows; /* of all instances: a guest may be careless */
#endif

static void on_sums(void* instance, const struct meter_sums* sums, uint32_t n_repeats) {
  second_firmware()->on_sums(instance, sums, n_repeats);
#if defined FAULT_BURST /* in the middle of windows that come at one instant */
  static int64_t at_us;
  static unsigned in_a_row;
  const struct meter_hal* hal = *(const struct meter_hal**)instance; /* its first member */
  const int64_t now_us = hal->clock->uptime_us(hal->context);
  in_a_row = now_us == at_us ? in_a_row + 1 : 1;
  at_us = now_us;
  const int64_t first_part_is_over_us = 3700 * (int64_t)1000000;
  if (now_us > first_part_is_over_us && in_a_row == 2) *(volatile int*)16 = 1;
#else
  if (++windows > AFTER_WINDOWS) fault();
#endif
}

static int refuse(void* instance, const struct meter_provision* provision) {
  (void)instance, (void)provision;
  return -1;
}

#if defined FAULT_MUTE
static void be_silent(void* instance, enum meter_uart port, const uint8_t* bytes, uint32_t n) {
  (void)instance, (void)port, (void)bytes, (void)n;
}
#endif

__attribute__((visibility("default"))) const struct meter_firmware* meter_firmware_entry(void);
const struct meter_firmware* meter_firmware_entry(void) {
  static struct meter_firmware table;
  table = *second_firmware();
  table.on_sums = on_sums;
#if defined FAULT_REFUSE
  table.provision = refuse;
#else
  (void)refuse;
#endif
#if defined FAULT_MUTE
  table.on_uart = be_silent;
#endif
#if defined FAULT_NO_END
  table.describe = describe_for_ever;
#endif
#if defined FAULT_NO_INSTANCE
  table.instance_bytes = 0;
#elif defined FAULT_HUGE_INSTANCE
  table.instance_bytes = 1u << 31;
#endif
#if defined FAULT_ENTRY
  *(volatile int*)16 = 1;
#endif
  return &table;
}
