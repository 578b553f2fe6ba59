// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>

#include "kernel/time.hpp"
#include "models/core/grid/electrical.hpp"
#include "models/core/load/supply_point.hpp"
#include "protocol/cosem/quantities.hpp"

namespace sim::run {

using protocol::cosem::kQuantities;
using enum protocol::cosem::QuantityIndex;
// The meter's cumulative registers by index in kQuantityTable. W, var or Wh, varh.
using RegisterValues = std::array<double, kQuantities>;

// Direct connected, Iref = 5 A (data sheet; docs/metrology.md, Currents).
inline constexpr double kTransitionalA = 0.5;  // Itr
inline constexpr double kMinimumA = 0.25;      // Imin

// What flows through a meter: true powers and what its limits depend on.
struct Flow {
  double active_w = 0;
  double reactive_var = 0;  // fundamental, IEC 62053-24
  double apparent_va = 0;
  double voltage_v = 0;  // sum over the phases
  double current_a = 0;  // largest phase
};
Flow flow_of(const models::ElectricalState& state);

// Powers a meter of its class may register for a flow.
struct Bounds {
  RegisterValues low{};
  RegisterValues high{};
  double reactive_low = 0;  // the reactive registers of the single quadrants together
  double reactive_high = 0;
};

// True powers by register. A quantity of another power than active and reactive needs its share
// here and in bounds_of; any other is a row of kQuantityTable.
RegisterValues exact_of(const Flow& flow);
// Active: IEC 62053-21 class 1 (EN 50470-3 class B). Reactive: class 2 of the fundamental.
Bounds bounds_of(const Flow& flow);

// Energies since simulated time 0, Wh and varh, and what a meter in its class may show for them.
struct Truth {
  RegisterValues exact{};
  Bounds bounds;
  kernel::TimeNs powered_ns = 0;
  kernel::TimeNs unknown_ns = 0;  // of the powered time: the load's source had a gap
};
Truth operator-(const Truth& to, const Truth& from);

// The independent record of what went through a meter: phasors of the supply point integrated in
// double over the windows of the mains schedule, with the changes of the meter's log. Relay and sag
// act at their time, power with the first window that starts at or after it; a reading at t holds
// the windows that ended at or before t. Shares neither front end nor kernel with the meter.
class TruthMeter {
 public:
  TruthMeter(const models::SupplyPoint& supply, const models::ChangeLog& changes);

  // Whoever integrates something else hears of every span that is measured, its state and hours.
  using Span = std::function<void(const models::ElectricalState& state, double hours)>;
  void tell_spans(Span span) { span_ = std::move(span); }

  // Up to `now`, which never decreases. Changes before `now` must be in the log already.
  const Truth& advance(kernel::TimeNs now);

 private:
  // Sum that keeps what rounding loses (Neumaier).
  struct Sum {
    double value = 0;
    double lost = 0;
    void add(double x);
    double total() const { return value + lost; }
  };

  void refresh_flow();
  void integrate(kernel::TimeNs duration_ns);
  void integrate_changing(kernel::TimeNs start, kernel::TimeNs end);

  const models::SupplyPoint& supply_;
  const models::ChangeLog& changes_;
  std::size_t next_change_ = 0;
  models::SwitchState switches_;
  std::int64_t step_ = 0;
  std::int64_t window_ = 0;
  bool flow_valid_ = false;
  std::int64_t load_step_ = -1;
  models::HomeLoad load_;
  RegisterValues exact_w_{};
  Bounds bounds_w_;
  models::ElectricalState state_;
  Span span_;
  std::array<Sum, kQuantities> exact_;
  Truth truth_;
};

// Whether register differences fit the truth over the same time (law 6): within the class limit
// plus one unit, for a row between two captures and for the sum of a day alike. Unknown truth is
// never right nor wrong.
// Bit r set: register r is out of bounds. Bit kQuantities: the reactive registers of
// the single quadrants together.
std::uint32_t wrong_registers(const Truth& span, const RegisterValues& registered);
inline bool row_is_right(const Truth& row, const RegisterValues& registered) {
  return wrong_registers(row, registered) == 0;
}

}  // namespace sim::run
