/* SPDX-FileCopyrightText: amitwin contributors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What the metering front end delivers, window by window.
 */
#ifndef AMITWIN_METER_HAL_METROLOGY_H
#define AMITWIN_METER_HAL_METROLOGY_H

#include <stdint.h>

#define METER_ADC_RATE_HZ 6400u           /* nominal; the real one follows the meter's crystal */
#define METER_ADC_V_FULL_SCALE_MV 500000u /* peak, at count 2^23 (design value of the divider) */
#define METER_ADC_I_FULL_SCALE_MA 177000u /* peak, at count 2^23 (design value of the shunt) */
#define METER_WINDOW_CYCLES 10u           /* nominal mains cycles of a window, IEC 61000-4-7 */
#define METER_WINDOW_LEAD 32u             /* extra samples before a window: T/4 at 50 Hz */

enum meter_channel {
  METER_V1, METER_V2, METER_V3, METER_I1, METER_I2, METER_I3, METER_IN,
  METER_CHANNELS
};

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

#endif
