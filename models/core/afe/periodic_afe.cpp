// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/afe/periodic_afe.hpp"

#include <cmath>

#include "kernel/assert.hpp"
#include "models/core/afe/noise_words.hpp"
#include "models/core/afe/waveform.hpp"
#include "models/core/grid/mains.hpp"

namespace models {
namespace {

// The running mean over `width` points of what straight lines between the values give.
std::vector<double> averaged(const std::vector<double>& values, double width) {
  const std::size_t n = values.size();
  const auto at = [&](std::size_t k) { return values[k % n]; };
  std::vector<double> area(n + 1, 0);  // from the first point on
  for (std::size_t k = 0; k < n; ++k) area[k + 1] = area[k] + (at(k) + at(k + 1)) / 2;
  const auto area_to = [&](double x) {
    const double turns = std::floor(x / static_cast<double>(n));
    const double place = x - turns * static_cast<double>(n);
    const auto k = std::min(static_cast<std::size_t>(place), n - 1);
    const double f = place - static_cast<double>(k);
    return turns * area[n] + area[k] + f * at(k) + f * f / 2 * (at(k + 1) - at(k));
  };
  std::vector<double> means(n);
  for (std::size_t k = 0; k < n; ++k) {
    const auto x = static_cast<double>(k);
    means[k] = (area_to(x + width / 2) - area_to(x - width / 2)) / width;
  }
  return means;
}

// One channel in counts.
struct Scale {
  float gain;
  float offset;
  float noise;  // counts per unit of the noise word's sum
};

// `phase`, `step`: of the samples, in 2^64ths of the signal's period.
void fill_channel(const PeriodicSignal& signal, const Scale& scale, std::uint64_t phase,
                  std::uint64_t step, const std::uint32_t* noise, std::size_t n,
                  std::int32_t* __restrict counts) {
  const unsigned fraction_bits = 32 - PeriodicSignal::kLog2Points - signal.log2_cycles;
  const std::uint32_t fraction_mask = (1u << fraction_bits) - 1;
  const float unit = 1.0f / static_cast<float>(1u << fraction_bits);
  static constexpr float kNothing[2] = {0, 0};
  const float* const values = signal.values.empty() ? kNothing : signal.values.data();
  const std::uint32_t index_mask = signal.values.empty() ? 0 : ~0u;
  // Within a chunk 32 bits of phase do: 64 steps lose 1e-8 of a turn.
  const auto step32 = static_cast<std::uint32_t>((step + (1u << 31)) >> 32);
  for (std::size_t from = 0; from < n; from += kChunk) {
    const auto begin = static_cast<std::uint32_t>((phase + from * step) >> 32);
    alignas(32) float x[kChunk];
    for (std::uint32_t k = 0; k < kChunk; ++k) {
      const std::uint32_t place = begin + k * step32;
      const auto at = static_cast<std::int32_t>((place >> fraction_bits) & index_mask);
      const float along =
          static_cast<float>(static_cast<std::int32_t>(place & fraction_mask)) * unit;
      x[k] = __builtin_fmaf(along, values[at + 1] - values[at], values[at]);
    }
    for (std::size_t k = 0; k < kChunk; ++k) {
      const std::uint32_t word = noise[from + k];
      const auto halves = static_cast<std::int32_t>((word & 0xFFFFu) + (word >> 16));
      const float wave = __builtin_fmaf(scale.gain, x[k], scale.offset);
      counts[from + k] =
          quantise(__builtin_fmaf(scale.noise, static_cast<float>(halves - 65535), wave));
    }
  }
}

}  // namespace

PeriodicSignal decimated(std::vector<double> values, unsigned log2_cycles, double frequency_hz) {
  constexpr std::size_t kPoints = std::size_t{1} << PeriodicSignal::kLog2Points;
  TWIN_ASSERT(values.size() == kPoints << log2_cycles, values.size(), log2_cycles);
  const double sample_points = kPoints * frequency_hz / METER_ADC_RATE_HZ;
  for (int order = 0; order < 3; ++order) values = averaged(values, sample_points);
  PeriodicSignal signal;
  signal.log2_cycles = log2_cycles;
  signal.values.assign(values.begin(), values.end());
  signal.values.push_back(signal.values.front());
  return signal;
}

PeriodicAfe::PeriodicAfe(std::uint64_t seed, std::uint32_t meter, int n_phases, double adc_ppm)
    : seed_(seed), meter_(meter), n_phases_(n_phases), clock_(adc_ppm) {
  TWIN_ASSERT(n_phases == 1 || n_phases == 3, n_phases);
}

meter_window PeriodicAfe::sample(const PeriodicState& state, std::int64_t first_cycle,
                                 kernel::TimeNs start_ns, kernel::TimeNs window_ns,
                                 SampleBuffer& buffer) const {
  const WindowTiming timing = clock_.window(start_ns, window_ns);
  const std::size_t n = timing.n_samples + METER_WINDOW_LEAD;
  const std::size_t n_chunked = (n + kChunk - 1) / kChunk * kChunk;
  TWIN_ASSERT(n_chunked <= SampleBuffer::kStride, n);
  const double turn_of_ns = static_cast<double>(kWindowCycles) / static_cast<double>(window_ns);

  meter_window window{};
  window.n_samples = timing.n_samples;
  window.n_cycles = METER_WINDOW_CYCLES;
  window.length_q16 = timing.length_q16;
  NoiseWords noise;
  const auto fill = [&](const PeriodicSignal& signal, const Scale& scale, double skew_turns,
                        std::size_t channel, std::int32_t* counts) {
    noise.draw(seed_, meter_, channel, timing.first_sample, n_chunked);
    const auto skew = static_cast<std::int64_t>(skew_turns * 18446744073709551616.0);
    const unsigned shift = signal.log2_cycles;
    // Whole cycles so far, and the angle of the first sample, as parts of the signal's period.
    const std::uint64_t cycles =
        shift == 0 ? 0 : static_cast<std::uint64_t>(first_cycle) << (64 - shift);
    const std::uint64_t step = timing.phase_step >> shift;
    const std::uint64_t phase = cycles + (timing.phase >> shift) +
                                static_cast<std::uint64_t>(skew >> shift) -
                                METER_WINDOW_LEAD * step;
    fill_channel(signal, scale, phase, step, noise.at(0), n_chunked, counts);
  };
  for (std::size_t p = 0; p < static_cast<std::size_t>(n_phases_); ++p) {
    const PhaseTolerance& is = tolerance_.phase[p];
    const auto scale = [](double gain, double offset, double noise_counts) {
      return Scale{static_cast<float>(gain), static_cast<float>(offset),
                   static_cast<float>(noise_counts / noise_unit())};
    };
    // A skew in time: so much of a turn of 50 Hz.
    const double skew_ns = is.phase_deg / 360 * (1e9 / 50);
    fill(state.v[p], scale(is.gain_v * kCountsPerVolt, is.offset_v_counts, is.noise_v_counts), 0,
         2 * p, buffer.v[p]);
    fill(state.i[p], scale(is.gain_i * kCountsPerAmpere, is.offset_i_counts, is.noise_i_counts),
         skew_ns * turn_of_ns, 2 * p + 1, buffer.i[p]);
    window.channel[METER_V1 + p] = buffer.v[p] + METER_WINDOW_LEAD;
    window.channel[METER_I1 + p] = buffer.i[p] + METER_WINDOW_LEAD;
  }
  return window;
}

}  // namespace models
