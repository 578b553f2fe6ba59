// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/afe/afe.hpp"

namespace models {
namespace {

// What comes off the production line before calibration (docs/metrology.md, Front end).
constexpr double kGainV = 0.01;    // divider, 1 % resistors
constexpr double kGainI = 0.03;    // shunt, welded manganin
constexpr double kPhaseDeg = 0.3;  // shunt inductance and channel skew, after the design's trim
constexpr double kOffset = 20000;  // counts: 0.24 % of full scale
constexpr double kNoise = 52.9;    // counts: 101 dB below a full-scale sine
constexpr double kNoiseSpread = 0.2;
constexpr double kAdcPpm = 30;  // crystal: cut and ageing

}  // namespace

AfeTolerance draw_tolerance(std::uint64_t seed, std::uint32_t meter) {
  kernel::KeyedStream draw(seed, meter, kernel::kPurposeAfeTolerance);
  AfeTolerance tolerance;
  for (PhaseTolerance& phase : tolerance.phase) {
    phase.gain_v = 1 + draw.uniform(-kGainV, kGainV);
    phase.gain_i = 1 + draw.uniform(-kGainI, kGainI);
    phase.phase_deg = draw.uniform(-kPhaseDeg, kPhaseDeg);
    phase.offset_v_counts = draw.uniform(-kOffset, kOffset);
    phase.offset_i_counts = draw.uniform(-kOffset, kOffset);
    phase.noise_v_counts = kNoise * draw.uniform(1 - kNoiseSpread, 1 + kNoiseSpread);
    phase.noise_i_counts = kNoise * draw.uniform(1 - kNoiseSpread, 1 + kNoiseSpread);
  }
  tolerance.adc_ppm = draw.uniform(-kAdcPpm, kAdcPpm);
  return tolerance;
}

}  // namespace models
