// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "sim/typetest/plan.hpp"

namespace sim::typetest {

// Adds the rows of one test to a plan, and the measurements they need once.
class Rows {
 public:
  Rows(Plan& plan, std::size_t test) : plan_(plan), test_(test) {}

  std::size_t n_phases() const { return plan_.n_phases; }
  bool polyphase() const { return plan_.n_phases == 3; }
  const std::vector<RecordedCycle>& cycles() const { return plan_.cycles; }
  // The place of a measurement in the plan; the same one is made once.
  std::size_t measure(const Measurement& measurement);
  std::size_t pulses(const Load& load);

  // `row` without test; the point's text is that of the load unless it has one.
  void add(Row row);

 private:
  Plan& plan_;
  std::size_t test_;
};

// An angle between voltage and current as laboratories name it.
struct Factor {
  const char* name;  // "1", "0.5 L", "0.8 C"
  double lag_deg;
};
inline constexpr Factor kUnity{"PF 1", 0};
inline constexpr Factor kHalfInductive{"PF 0.5 L", 60};
inline constexpr Factor kEightCapacitive{"PF 0.8 C", -36.86989764584402};
inline constexpr Factor kActiveFactors[] = {kUnity, kHalfInductive, kEightCapacitive};
// Of reactive power, sin phi; C: the current leads.
inline constexpr Factor kSine{"sin 1 L", 90};
inline constexpr Factor kSineHalf{"sin 0.5 L", 30};
inline constexpr Factor kReactiveFactors[] = {kSine,
                                              {"sin 1 C", -90},
                                              kSineHalf,
                                              {"sin 0.5 C", -30},
                                              {"sin 0.25 L", 14.477512185929924},
                                              {"sin 0.25 C", -14.477512185929924}};

// "5 A PF 0.5 L export L2".
std::string point_text(const Load& load, const Factor& factor, bool export_power);
std::string number_text(double value);
Load load_of(double current_a, const Factor& factor, bool export_power = false);

void add_reference(Rows& rows);
void add_single_phase(Rows& rows);
void add_balance(Rows& rows);
void add_reactive(Rows& rows);
void add_reactive_single_phase(Rows& rows);
void add_start(Rows& rows);
void add_no_load(Rows& rows);
void add_constant(Rows& rows);
void add_registers(Rows& rows);
void add_load_changes(Rows& rows);
void add_voltage(Rows& rows);
void add_reactive_voltage(Rows& rows);
void add_frequency(Rows& rows);
void add_reactive_frequency(Rows& rows);
void add_temperature(Rows& rows);
void add_temperature_error(Rows& rows);
void add_reactive_temperature(Rows& rows);
void add_self_heating(Rows& rows);
void add_harmonics(Rows& rows);
void add_dc_even(Rows& rows);
void add_phase_fired(Rows& rows);
void add_burst(Rows& rows);
void add_interharmonic(Rows& rows);
void add_sequence(Rows& rows);
void add_unbalance(Rows& rows);
void add_recorded(Rows& rows);
void add_readings(Rows& rows);
void add_clock(Rows& rows);
void add_clock_temperature(Rows& rows);

}  // namespace sim::typetest
