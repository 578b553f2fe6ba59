// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/afe/afe.hpp"

namespace models {
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
  return tolerance;
}

}  // namespace models
