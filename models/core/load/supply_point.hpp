// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "models/core/grid/electrical.hpp"
#include "models/core/grid/mains.hpp"
#include "models/core/load/source.hpp"

namespace models {

struct SupplyConfig {
  int n_phases = 1;
  double voltage_ratio = 1;  // this home's voltage over the grid's (place on the feeder)
  bool harmonics = true;     // background distortion of the voltage, harmonic currents of the load
  double share[kMaxPhases] = {};  // of the load, on each phase; the sum is 1. All 0: even
};

// Place of a home on its feeder: within +-2 % of the grid's voltage.
// Three-phase: how a home's circuits happen to be spread over the phases, each from a fifth up.
SupplyConfig draw_supply(std::uint64_t seed, std::uint32_t home, int n_phases);

// Where a home meets the grid: turns its power into phasors at the meter's terminals. The one
// definition of what is there to be measured, read by the meter's front end and by truth alike.
class SupplyPoint {
 public:
  SupplyPoint(const MainsSchedule& mains, const LoadSource& load, const SupplyConfig& config = {});

  // Phasors of a grid step under a switch state. Power off gives all zero.
  ElectricalState state(std::int64_t step, const SwitchState& switches) const;
  // Same with the load asked for before.
  ElectricalState state(std::int64_t step, const HomeLoad& load, const SwitchState& switches) const;
  // Of one window of the step, cut where a change inside it acts; `switches` is what holds at its
  // start, the first piece.
  std::vector<StatePiece> pieces(std::int64_t step, const HomeLoad& load, SwitchState switches,
                                 const ChangeLog& changes, kernel::TimeNs start_ns) const;
  HomeLoad load(std::int64_t step) const { return load_.at(step); }
  const MainsSchedule& mains() const { return mains_; }

 private:
  void draw_current(const HomeLoad& load, double share, const Phasor (&v)[kOrders],
                    Phasor (&i)[kOrders]) const;

  const MainsSchedule& mains_;
  const LoadSource& load_;
  SupplyConfig config_;
};

}  // namespace models
