// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/plan.hpp"

#include <algorithm>

#include "sim/typetest/rows.hpp"

namespace sim::typetest {
namespace {

struct Entry {
  Test test;
  void (*add)(Rows& rows);
};

// In the order of a report.
constexpr Entry kTests[] = {
    {{"reference", "Active energy under reference conditions",
      "EN 50470-3 class B, half of its limits", Axis::current},
     add_reference},
    {{"single_phase", "Active energy, load on one phase", "EN 50470-3 class B, IEC 62053-21",
      Axis::current},
     add_single_phase},
    {{"balance", "One phase loaded against all", "IEC 62053-21", Axis::none}, add_balance},
    {{"reactive", "Reactive energy under reference conditions",
      "IEC 62053-23 class 2, half of its limits", Axis::current},
     add_reactive},
    {{"reactive_single_phase", "Reactive energy, load on one phase", "IEC 62053-23 class 2",
      Axis::current},
     add_reactive_single_phase},
    {{"start", "Starting currents", "EN 50470-3, IEC 62053-23", Axis::none}, add_start},
    {{"no_load", "No load", "EN 50470-3, IEC 62053-21", Axis::none}, add_no_load},
    {{"constant", "Meter constant: pulses against registers", "IEC 62053-21", Axis::none},
     add_constant},
    {{"registers", "Registers by quadrant", "IEC 62053-23", Axis::none}, add_registers},
    {{"load_changes", "Load that comes and goes", "IEC 62053-21", Axis::none}, add_load_changes},
    {{"voltage", "Voltage, active energy", "IEC 62053-21", Axis::voltage}, add_voltage},
    {{"reactive_voltage", "Voltage, reactive energy", "IEC 62053-23", Axis::voltage},
     add_reactive_voltage},
    {{"frequency", "Frequency, active energy", "IEC 62053-21", Axis::frequency}, add_frequency},
    {{"reactive_frequency", "Frequency, reactive energy", "IEC 62053-23", Axis::frequency},
     add_reactive_frequency},
    {{"temperature", "Temperature coefficient, active energy", "IEC 62053-21, half of its limits",
      Axis::temperature},
     add_temperature},
    {{"temperature_error", "Active energy over temperature", "MID 2014/32/EU Annex V, class B",
      Axis::temperature},
     add_temperature_error},
    {{"reactive_temperature", "Temperature coefficient, reactive energy",
      "IEC 62053-23, half of its limits", Axis::temperature},
     add_reactive_temperature},
    {{"self_heating", "Self-heating at Imax", "IEC 62053-21", Axis::none}, add_self_heating},
    {{"harmonics", "5th harmonic in voltage and current", "IEC 62053-21", Axis::current},
     add_harmonics},
    {{"dc_even", "Direct current and even harmonics", "IEC 62053-21", Axis::current}, add_dc_even},
    {{"phase_fired", "Current fired at 90 degrees", "IEC 62053-21", Axis::current},
     add_phase_fired},
    {{"burst", "Bursts of two cycles", "IEC 62053-21", Axis::current}, add_burst},
    {{"interharmonic", "Order 2.5 in the current", "IEC 62053-21", Axis::current},
     add_interharmonic},
    {{"sequence", "Reversed phase sequence", "IEC 62053-21", Axis::none}, add_sequence},
    {{"unbalance", "Phases missing", "IEC 62053-21", Axis::none}, add_unbalance},
    {{"recorded", "Recorded appliances", "0.2 % of the direct integral", Axis::none}, add_recorded},
    {{"readings", "Voltage, current and frequency as shown", "IEC 61000-4-30 class S", Axis::none},
     add_readings},
    {{"clock", "Clock at rest, seconds a day", "IEC 62054-21, half of its limit", Axis::none},
     add_clock},
    {{"clock_temperature", "Clock over temperature, seconds a day and kelvin",
      "IEC 62054-21, half of its limit", Axis::none},
     add_clock_temperature},
};

}  // namespace

std::vector<Test> all_tests() {
  std::vector<Test> tests;
  for (const Entry& entry : kTests) tests.push_back(entry.test);
  return tests;
}

Plan plan_of(std::size_t n_phases, const std::vector<std::string>& only,
             std::vector<RecordedCycle> cycles) {
  Plan plan;
  plan.n_phases = n_phases;
  plan.cycles = std::move(cycles);
  for (const Entry& entry : kTests) {
    if (!only.empty() && std::ranges::find(only, entry.test.name) == only.end()) continue;
    const std::size_t before = plan.rows.size();
    Rows rows(plan, plan.tests.size());
    plan.tests.push_back(entry.test);
    entry.add(rows);
    if (plan.rows.size() == before) plan.tests.pop_back();  // not of this meter
  }
  return plan;
}

}  // namespace sim::typetest
