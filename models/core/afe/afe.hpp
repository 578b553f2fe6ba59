// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "kernel/time.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/grid/electrical.hpp"

namespace models {

// Which ADC samples fall into a window, and where in the mains cycle. Exact integers throughout,
// so two windows with the same offset give the same samples bit for bit, however late in the run.
struct WindowTiming {
  std::int64_t first_sample;  // number of the first sample at or after the window's start
  std::uint32_t n_samples;
  std::uint32_t length_q16;  // window in nominal sample periods as the meter's crystal counts them
  std::uint64_t phase;       // of the first sample, in 2^64ths of a mains turn
  std::uint64_t phase_step;  // per sample
};

// The ADC's free-running clock: sample k is taken at k periods since simulated time 0. The front
// end is never reset in the model, so an outage does not shift the samples after it.
class SampleClock {
 public:
  explicit SampleClock(double ppm);
  // A window of whole mains cycles [start, start + length).
  WindowTiming window(kernel::TimeNs start_ns, kernel::TimeNs window_ns) const;
  // Number of the first sample at or after a time.
  std::int64_t first_sample_from(kernel::TimeNs at_ns) const;

 private:
  std::uint64_t period_q32_;  // ns in Q32
};

// What one meter's analogue front end does to one phase. docs/metrology.md gives the ranges.
struct PhaseTolerance {
  double gain_v = 1;     // over the design value of the divider
  double gain_i = 1;     // over the design value of the shunt
  double phase_deg = 0;  // by which the current channel leads at 50 Hz; grows with the order
  double offset_v_counts = 0;
  double offset_i_counts = 0;
  double noise_v_counts = 0;  // rms of one sample, white
  double noise_i_counts = 0;
};

struct AfeTolerance {
  std::array<PhaseTolerance, kMaxPhases> phase;
  PhaseTolerance neutral;  // its current only
  double adc_ppm = 0;      // crystal fast: positive
};

// What comes off the production line before calibration (docs/metrology.md, Front end).
struct AfeSpread {
  double gain_percent = 3;  // at most: shunt, welded manganin; a third: divider, 1 % resistors
  double phase_deg = 0.3;   // at most: shunt inductance and channel skew, after trimming
  double offset_counts = 20'000;  // at most: 0.24 % of full scale
  double noise_counts = 52.9;     // mean rms: 101 dB below a full-scale sine
  double adc_ppm = 30;            // at most: crystal, cut and ageing
};

// The tolerances of meter number `meter`.
AfeTolerance draw_tolerance(std::uint64_t seed, std::uint32_t meter, const AfeSpread& spread = {});

// Design values of the converter: 2^23 counts at full scale.
inline constexpr double kCounts = 8388608.0;
inline constexpr double kCountsPerVolt = kCounts / (METER_ADC_V_FULL_SCALE_MV * 1e-3);
inline constexpr double kCountsPerAmpere = kCounts / (METER_ADC_I_FULL_SCALE_MA * 1e-3);

// Room for the samples of one window and its lead, all phases.
struct SampleBuffer {
  static constexpr std::size_t kMaxSamples = 1568;  // ten cycles down to 41 Hz
  static constexpr std::size_t kStride = METER_WINDOW_LEAD + kMaxSamples;
  alignas(32) std::int32_t v[kMaxPhases][kStride];
  alignas(32) std::int32_t i[kMaxPhases][kStride];
  alignas(32) std::int32_t n[kStride];
};

// Analogue front end and ADC of one meter: electrical state in, raw counts out. Samples are a pure
// function of (state, window, seed, meter).
class Afe {
 public:
  Afe(std::uint64_t seed, std::uint32_t meter, int n_phases, const AfeTolerance& tolerance,
      bool noise = true);

  // Samples of the window [start, start + length); with the noise of each sample when `noisy`.
  meter_window sample(const ElectricalState& state, kernel::TimeNs start_ns,
                      kernel::TimeNs window_ns, bool noisy, SampleBuffer& buffer) const;
  // The same of a window in which something changes: each piece from its first sample on, the
  // first one from the window's lead on.
  meter_window sample(std::span<const StatePiece> pieces, kernel::TimeNs start_ns,
                      kernel::TimeNs window_ns, bool noisy, SampleBuffer& buffer) const;
  // What the kernel makes of the noiseless samples of a window, in closed form; of a wave that is
  // clipped, of the samples themselves.
  meter_sums sums(const ElectricalState& state, kernel::TimeNs start_ns,
                  kernel::TimeNs window_ns) const;
  // Adds to the sums of a noiseless window what the noise of all n_windows windows of a grid step
  // does to their mean. The draw belongs to (seed, meter, step).
  void add_sum_noise(const ElectricalState& state, std::int64_t step, std::int32_t n_windows,
                     meter_sums& sums) const;

  // The parts are others now, but for the converter's crystal: of windows that are made from now
  // on.
  void set_tolerance(const AfeTolerance& tolerance);
  // Changes with them.
  std::uint32_t parts() const { return parts_; }
  bool noise() const { return noise_; }
  int n_phases() const { return n_phases_; }
  const AfeTolerance& tolerance() const { return tolerance_; }

 private:
  // Counts per volt or ampere with gain and phase, by order.
  struct Channel {
    Phasor scale[kOrders];
    double offset_counts;
    double noise_counts;
  };

  void add_neutral_noise(const ElectricalState& state, std::int64_t step, std::int32_t n_windows,
                         meter_sums& sums) const;
  struct Canvas;
  void fill(const ElectricalState& state, std::size_t from, std::size_t to,
            const Canvas& canvas) const;

  std::uint64_t seed_;
  std::uint32_t meter_;
  int n_phases_;
  bool noise_;
  std::uint32_t parts_ = 0;
  AfeTolerance tolerance_;
  SampleClock clock_;
  std::array<Channel, kMaxPhases> v_;
  std::array<Channel, kMaxPhases> i_;
  Channel n_;
};

}  // namespace models
