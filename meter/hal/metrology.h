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
  /* METER_HAS_ZERO_CROSSINGS: when V1 crossed zero, rising and falling, in nominal sample periods
   * from the window's first sample, Q16.16, ascending. Half-cycle values are sums between them. */
  uint32_t n_crossings;
  const uint32_t *crossing_q16;
};

/* Elements behind a structure: `count` of them, `stride` octets apart, the first one `offset`
 * octets from the structure's beginning. count 0: not measured. Elements may grow at their end. */
struct meter_array {
  uint32_t count;
  uint32_t stride;
  uint32_t offset;
};

/* Sums over one window, in counts^2, mean removed: sum(v*v), sum(i*i), sum(v*i), and the quadrature
 * sum of the fundamental alone (IEC 62053-24): n_samples * Im(V1 * conj(I1)) of rms phasors,
 * positive where the current lags. Phasors are those of the window's own frequency. */
struct meter_element_sums {
  double vv, ii, vi, vq;
};
/* A half cycle of one element: its sums, and when it began, as in a window; an equal share of the
 * window. The mean is not removed. ii 0: not measured. They are there for a window in which the
 * voltage changed; any other's are all alike. */
struct meter_half_cycle {
  uint32_t element;
  uint32_t start_q16;
  uint32_t n_samples;
  uint32_t reserved;
  double vv, ii;
};
/* One order of one element, peak counts of its phasor; the fundamental is order 1. Angles are to be
 * compared with those of other channels in the same window, and mean nothing by themselves. */
struct meter_harmonic {
  float v_re, v_im, i_re, i_im;
};
struct meter_sums {
  uint32_t n_samples;
  uint32_t n_cycles;
  uint32_t length_q16;
  uint32_t n_elements; /* 1: AD11A, 3: AD13A */
  struct meter_element_sums element[3];
  struct meter_array neutral;     /* struct meter_element_sums, with V1: of the neutral's current */
  struct meter_array difference;  /* the same, of what phases and neutral do not have in common */
  struct meter_array harmonics;   /* struct meter_harmonic: the fundamentals of the elements and,
                                     behind them, of V1 with the neutral's current */
  struct meter_array half_cycles; /* struct meter_half_cycle, ascending */
  struct meter_array crossings;   /* uint32_t, as in a window */
  /* Where a platform may put what `neutral` and `harmonics` name: copied with the sums. */
  struct meter_element_sums own_neutral;
  struct meter_harmonic own_fundamental[4];
};

#endif
