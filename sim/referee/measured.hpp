// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "protocol/cosem/measured.hpp"
#include "sim/assembly/world.hpp"
#include "sim/referee/expected/expected.hpp"
#include "sim/result/kpi.hpp"
#include "sim/result/writer.hpp"

namespace sim::run {

// What one register of kMeasured said when it was read, in its unit.
struct HeldMeasured {
  std::size_t family = 0;  // in kMeasured
  unsigned k = 0;
  double value = 0;
  kernel::TimeNs asked = 0;  // it is of some instant in between
  kernel::TimeNs answered = 0;
};

// And the spectrum of a phase, percent of the fundamental, from order 1 on.
struct HeldSpectrum {
  bool of_current = false;
  unsigned phase = 0;
  std::vector<double> percent;
  kernel::TimeNs asked = 0;
  kernel::TimeNs answered = 0;
};
struct HeldQuantities {
  std::vector<HeldMeasured> registers;
  std::vector<HeldSpectrum> spectra;
};

// Each of them against the phasors at the meter's terminals: energies since the start, the others
// over the last window before the answer; of the board against the scenario.
void judge_measured(const Scenario& scenario, const Home& home,
                    std::span<const PoweredSpan> powered, const HeldQuantities& held,
                    result::ResultWriter& writer, result::RunFigures& figures);

}  // namespace sim::run
