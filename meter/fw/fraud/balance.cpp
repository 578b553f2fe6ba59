// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "meter/fw/fraud/balance.hpp"

#include <algorithm>

namespace meter::fw {
namespace {

// By the fundamentals, in which angles mean something.
bool currents_differ(const Core& core, const meter_sums& sums) {
  const auto* const back = element_of<meter_element_sums>(sums, sums.neutral, 0);
  if (back == nullptr) return false;
  const Calibration calibration = core.calibration_now();
  double re = 0.0;
  double im = 0.0;
  for (std::uint32_t k = 0; k <= core.n_elements; ++k) {
    const auto* const phasor = element_of<meter_harmonic>(sums, sums.harmonics, k);
    if (phasor == nullptr) return false;
    const bool neutral = k == core.n_elements;
    const ElementCalibration constants = constants_of(calibration, neutral ? kNeutralElement : k);
    const double amperes = (neutral ? -1.0 : 1.0) * amperes_per_count(constants);
    re += amperes * (phasor->i_re * constants.phase_cos + phasor->i_im * constants.phase_sin);
    im += amperes * (phasor->i_im * constants.phase_cos - phasor->i_re * constants.phase_sin);
  }
  const ElementCalibration of_neutral = constants_of(calibration, kNeutralElement);
  double largest2_a2 = measure_element(*back, sums.n_samples, of_neutral).current2_a2;
  for (const ElementReading& element : core.reading.element) {
    largest2_a2 = std::max(largest2_a2, element.current2_a2);
  }
  const double most2_a2 =
      std::max(kDifference_a * kDifference_a, kDifferenceShare * kDifferenceShare * largest2_a2);
  return 0.5 * (re * re + im * im) > most2_a2;
}

}  // namespace

void watch_currents(Core& core, const meter_sums& sums, std::uint32_t windows) {
  if (!currents_differ(core, sums)) return;
  constexpr std::uint32_t kMost = 255;
  std::uint8_t& differing = core.durable.state.tamper.differing_windows;
  differing = static_cast<std::uint8_t>(std::min(kMost, differing + std::min(kMost, windows)));
}

void judge_currents(Core& core, std::int64_t stamp_s) {
  TamperState& tamper = core.durable.state.tamper;
  const bool differ = tamper.differing_windows >= kDiffering_windows;
  tamper.differing_windows = 0;
  if (differ == (tamper.currents_differ != 0)) return;
  tamper.currents_differ = differ ? 1 : 0;
  core.note_at(differ ? EventCode::currents_differ : EventCode::currents_agree, stamp_s);
  core.durable.save(core.hal);
}

}  // namespace meter::fw
