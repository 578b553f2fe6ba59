// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/afe.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "kernel/assert.hpp"
#include "kernel/det_math.hpp"
#include "kernel/keyed_stream.hpp"
#include "kernel/philox.hpp"
#include "kernel/purpose.hpp"
#include "meter/dsp/window_sums.hpp"
#include "meter/hal/meter_hal.h"
#include "models/core/afe/noise_words.hpp"
#include "models/core/afe/waveform.hpp"
#include "models/core/afe/window_form.hpp"
#include "models/core/grid/mains.hpp"

namespace models {
namespace {

__extension__ typedef unsigned __int128 Wide;

constexpr double kNominalPeriodNs = 1e9 / METER_ADC_RATE_HZ;  // 156 250 exactly
constexpr double kQ32 = 4294967296.0;

std::int64_t divide_up(Wide numerator, std::uint64_t denominator) {
  return static_cast<std::int64_t>((numerator + denominator - 1) / denominator);
}

}  // namespace

SampleClock::SampleClock(double ppm)
    : period_q32_(static_cast<std::uint64_t>(kNominalPeriodNs / (1 + ppm * 1e-6) * kQ32 + 0.5)) {
  TWIN_ASSERT(ppm > -1000 && ppm < 1000, ppm);
}

std::int64_t SampleClock::first_sample_from(kernel::TimeNs at_ns) const {
  return divide_up(static_cast<Wide>(at_ns) << 32, period_q32_);
}

WindowTiming SampleClock::window(kernel::TimeNs start_ns, kernel::TimeNs window_ns) const {
  TWIN_ASSERT(start_ns >= 0 && window_ns > 0, start_ns, window_ns);
  const Wide start_q32 = static_cast<Wide>(start_ns) << 32;
  const auto length_q32 = static_cast<std::uint64_t>(window_ns) << 32;  // < 2^60: 0.25 s
  WindowTiming timing;
  timing.first_sample = first_sample_from(start_ns);
  const auto offset_q32 =
      static_cast<std::uint64_t>(static_cast<Wide>(timing.first_sample) * period_q32_ - start_q32);
  timing.n_samples = static_cast<std::uint32_t>(divide_up(length_q32 - offset_q32, period_q32_));
  timing.length_q16 = static_cast<std::uint32_t>(
      ((static_cast<Wide>(length_q32) << 16) + period_q32_ / 2) / period_q32_);
  // Turns of the mains per time: ten over the window's length. 2^64 of them wrap to nothing. The
  // reciprocal keeps 2^-61 of a turn over the window.
  const auto turns_per_q32 =
      static_cast<std::uint64_t>((static_cast<Wide>(kWindowCycles) << 120) / length_q32);
  timing.phase = static_cast<std::uint64_t>((static_cast<Wide>(offset_q32) * turns_per_q32) >> 56);
  timing.phase_step =
      static_cast<std::uint64_t>((static_cast<Wide>(period_q32_) * turns_per_q32) >> 56);
  return timing;
}

namespace {

static_assert(SampleBuffer::kStride % kChunk == 0);

constexpr double kSqrt2 = 1.4142135623730951;

// Peak values of a channel in counts; what the wave does not exceed.
double peaks_of(const Phasor (&orders)[kOrders], const Phasor (&scale)[kOrders],
                Phasor (&peaks)[kOrders]) {
  double harmonics = 0;
  for (std::size_t h = 0; h < kOrders; ++h) {
    peaks[h] = kSqrt2 * (orders[h] * scale[h]);
    if (h > 0) harmonics += norm(peaks[h]);
  }
  return kernel::det_sqrt(norm(peaks[0])) + kernel::det_sqrt((kOrders - 1) * harmonics);
}

Wave wave_of(const Phasor (&orders)[kOrders], const Phasor (&scale)[kOrders], double offset,
             double noise) {
  Wave wave;
  for (std::size_t h = 0; h < kOrders; ++h) {
    const Phasor peak = kSqrt2 * (orders[h] * scale[h]);
    // Far beyond clipping, and the converter's model still computes in range.
    TWIN_ASSERT(norm(peak) < 1e16, peak.re, peak.im);
    wave.re[h] = static_cast<float>(peak.re);
    wave.im[h] = static_cast<float>(peak.im);
  }
  wave.offset = static_cast<float>(offset);
  wave.noise = static_cast<float>(noise / noise_unit());
  return wave;
}

}  // namespace

AfeTolerance draw_tolerance(std::uint64_t seed, std::uint32_t meter, const AfeSpread& spread) {
  constexpr double kNoiseSpread = 0.2;
  const double gain_v = spread.gain_percent / 3 / 100;
  const double gain_i = spread.gain_percent / 100;
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeAfeTolerance);
  AfeTolerance tolerance;
  for (PhaseTolerance& phase : tolerance.phase) {
    phase.gain_v = 1 + draw.uniform(-gain_v, gain_v);
    phase.gain_i = 1 + draw.uniform(-gain_i, gain_i);
    phase.phase_deg = draw.uniform(-spread.phase_deg, spread.phase_deg);
    phase.offset_v_counts = draw.uniform(-spread.offset_counts, spread.offset_counts);
    phase.offset_i_counts = draw.uniform(-spread.offset_counts, spread.offset_counts);
    phase.noise_v_counts = spread.noise_counts * draw.uniform(1 - kNoiseSpread, 1 + kNoiseSpread);
    phase.noise_i_counts = spread.noise_counts * draw.uniform(1 - kNoiseSpread, 1 + kNoiseSpread);
  }
  tolerance.adc_ppm = draw.uniform(-spread.adc_ppm, spread.adc_ppm);
  // A current transformer: better in its ratio than a shunt.
  tolerance.neutral.gain_i = 1 + draw.uniform(-gain_v, gain_v);
  tolerance.neutral.phase_deg = draw.uniform(-spread.phase_deg, spread.phase_deg);
  tolerance.neutral.offset_i_counts = draw.uniform(-spread.offset_counts, spread.offset_counts);
  tolerance.neutral.noise_i_counts =
      spread.noise_counts * draw.uniform(1 - kNoiseSpread, 1 + kNoiseSpread);
  return tolerance;
}

Afe::Afe(std::uint64_t seed, std::uint32_t meter, int n_phases, const AfeTolerance& tolerance,
         bool noise)
    : seed_(seed), meter_(meter), n_phases_(n_phases), noise_(noise), clock_(tolerance.adc_ppm) {
  TWIN_ASSERT(n_phases == 1 || n_phases == 3, n_phases);
  set_tolerance(tolerance);
}

void Afe::set_tolerance(const AfeTolerance& tolerance) {
  ++parts_;
  tolerance_ = tolerance;
  const auto fit_current = [this](const PhaseTolerance& phase, Channel& channel) {
    channel.offset_counts = phase.offset_i_counts;
    channel.noise_counts = noise_ ? phase.noise_i_counts : 0;
    for (std::size_t h = 0; h < kOrders; ++h) {
      // A skew in time, so the angle grows with the order. Taken at 50 Hz: 0.2 % of 0.3 degrees
      // less or more is nothing.
      const kernel::SinCos turn = kernel::det_sincos(phase.phase_deg * (kernel::kPi / 180) *
                                                     static_cast<double>(kOrder[h]));
      channel.scale[h] = phase.gain_i * kCountsPerAmpere * Phasor{turn.cos, turn.sin};
    }
  };
  for (std::size_t p = 0; p < kMaxPhases; ++p) {
    const PhaseTolerance& phase = tolerance.phase[p];
    v_[p].offset_counts = phase.offset_v_counts;
    v_[p].noise_counts = noise_ ? phase.noise_v_counts : 0;
    for (Phasor& scale : v_[p].scale) scale = {phase.gain_v * kCountsPerVolt, 0};
    fit_current(phase, i_[p]);
  }
  fit_current(tolerance.neutral, n_);
}

// Streams of noise: voltage and current of each phase, behind them the neutral.
constexpr std::size_t kNeutralNoise = 2 * kMaxPhases;

// Where the samples of one window go, and what they are made of.
struct Afe::Canvas {
  Canvas(SampleBuffer& window, bool with_noise, bool with_neutral)
      : buffer(window), noisy(with_noise), neutral(with_neutral) {}
  SampleBuffer& buffer;
  WaveBasis within;  // the angles of a chunk
  WaveBasis starts;  // of the starts of the chunks
  NoiseWords noise[kNeutralNoise + 1];
  bool noisy;
  bool neutral;
};

meter_window Afe::sample(const ElectricalState& state, kernel::TimeNs start_ns,
                         kernel::TimeNs window_ns, bool noisy, SampleBuffer& buffer) const {
  const StatePiece whole = {start_ns, state};
  return sample({&whole, 1}, start_ns, window_ns, noisy, buffer);
}

meter_window Afe::sample(std::span<const StatePiece> pieces, kernel::TimeNs start_ns,
                         kernel::TimeNs window_ns, bool noisy, SampleBuffer& buffer) const {
  const WindowTiming timing = clock_.window(start_ns, window_ns);
  const std::size_t n = timing.n_samples + METER_WINDOW_LEAD;
  const std::size_t n_chunked = (n + kChunk - 1) / kChunk * kChunk;
  TWIN_ASSERT(n_chunked <= SampleBuffer::kStride, n);
  const std::size_t n_phases = static_cast<std::size_t>(n_phases_);

  Canvas canvas(buffer, noisy && noise_, std::ranges::any_of(pieces, [](const StatePiece& piece) {
                  return piece.state.with_neutral;
                }));
  const auto draw_noise = [&](std::size_t channel) {
    canvas.noise[channel].draw(seed_, meter_, channel, timing.first_sample, n_chunked);
  };
  for (std::size_t channel = 0; canvas.noisy && channel < 2 * n_phases; ++channel) {
    draw_noise(channel);
  }
  if (canvas.noisy && canvas.neutral) draw_noise(kNeutralNoise);
  static_assert(SampleBuffer::kStride <= kChunk * kChunk);
  fill_basis(0, timing.phase_step, canvas.within);
  fill_basis(timing.phase - METER_WINDOW_LEAD * timing.phase_step, kChunk * timing.phase_step,
             canvas.starts);
  std::size_t from = 0;
  for (std::size_t m = 0; m < pieces.size(); ++m) {
    std::size_t to = n_chunked;
    if (m + 1 < pieces.size()) {
      to = METER_WINDOW_LEAD +
           static_cast<std::size_t>(clock_.first_sample_from(pieces[m + 1].from_ns) -
                                    timing.first_sample);
    }
    fill(pieces[m].state, from, to, canvas);
    from = to;
  }

  meter_window window{};
  window.n_samples = timing.n_samples;
  window.n_cycles = METER_WINDOW_CYCLES;
  window.length_q16 = timing.length_q16;
  for (std::size_t p = 0; p < n_phases; ++p) {
    window.channel[METER_V1 + p] = buffer.v[p] + METER_WINDOW_LEAD;
    window.channel[METER_I1 + p] = buffer.i[p] + METER_WINDOW_LEAD;
  }
  if (canvas.neutral) window.channel[METER_IN] = buffer.n + METER_WINDOW_LEAD;
  return window;
}

meter_sums Afe::sums(const ElectricalState& state, kernel::TimeNs start_ns,
                     kernel::TimeNs window_ns) const {
  const WindowTiming timing = clock_.window(start_ns, window_ns);
  const WindowForm form(timing);
  meter_sums sums{};
  sums.n_samples = timing.n_samples;
  sums.n_cycles = METER_WINDOW_CYCLES;
  sums.length_q16 = timing.length_q16;
  sums.n_elements = static_cast<std::uint32_t>(n_phases_);
  // False: the converter clips it.
  const auto fits = [](const Phasor(&orders)[kOrders], const Channel& channel,
                       Phasor(&peaks)[kOrders]) {
    return peaks_of(orders, channel.scale, peaks) <= kCounts - std::abs(channel.offset_counts) - 1;
  };
  const auto n_phases = static_cast<std::size_t>(n_phases_);
  Phasor v[kMaxPhases][kOrders], i[kOrders], n[kOrders];
  bool whole = !state.with_neutral || fits(state.n, n_, n);
  for (std::size_t p = 0; whole && p < n_phases; ++p) {
    whole = fits(state.v[p], v_[p], v[p]) && fits(state.i[p], i_[p], i);
    if (whole) sums.element[p] = form.sums(v[p], i, sums.own_fundamental[p]);
  }
  if (!whole) {
    SampleBuffer buffer;
    return meter::dsp::window_sums(sample(state, start_ns, window_ns, false, buffer));
  }
  if (!state.with_neutral) return sums;
  sums.own_neutral = form.sums(v[0], n, sums.own_fundamental[n_phases]);
  sums.neutral = {1, sizeof(meter_element_sums), offsetof(meter_sums, own_neutral)};
  sums.harmonics = {static_cast<std::uint32_t>(n_phases) + 1, sizeof(meter_harmonic),
                    offsetof(meter_sums, own_fundamental)};
  return sums;
}

// Samples [from, to) of the buffer. A chunk that is not all of this state is made aside.
void Afe::fill(const ElectricalState& state, std::size_t from, std::size_t to,
               const Canvas& canvas) const {
  const auto fill_channel = [&](const Wave& wave, std::size_t channel, std::int32_t* counts) {
    for (std::size_t k = from / kChunk * kChunk; k < to; k += kChunk) {
      const Wave here = turned(wave, canvas.starts, k / kChunk);
      const std::uint32_t* noise = canvas.noisy ? canvas.noise[channel].at(k) : nullptr;
      if (k >= from && k + kChunk <= to) {
        fill_counts(here, canvas.within, noise, counts + k);
        continue;
      }
      alignas(32) std::int32_t aside[kChunk];
      fill_counts(here, canvas.within, noise, aside);
      const std::size_t first = std::max(k, from);
      const std::size_t last = std::min(k + kChunk, to);
      std::copy(aside + (first - k), aside + (last - k), counts + first);
    }
  };
  for (std::size_t p = 0; p < static_cast<std::size_t>(n_phases_); ++p) {
    const Channel& v = v_[p];
    const Channel& i = i_[p];
    fill_channel(wave_of(state.v[p], v.scale, v.offset_counts, v.noise_counts), 2 * p,
                 canvas.buffer.v[p]);
    fill_channel(wave_of(state.i[p], i.scale, i.offset_counts, i.noise_counts), 2 * p + 1,
                 canvas.buffer.i[p]);
  }
  if (!canvas.neutral) return;
  fill_channel(wave_of(state.n, n_.scale, n_.offset_counts, n_.noise_counts), kNeutralNoise,
               canvas.buffer.n);
}

}  // namespace models
