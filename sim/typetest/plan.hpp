// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/typetest/wave/load.hpp"

// The matrix: which loads are applied, how each is measured, and which rows are judged of what was
// measured. A test is a line of kTests and a function that adds its rows.
namespace sim::typetest {

enum class Output : std::uint8_t { active, reactive };
inline constexpr std::size_t kOutputs = 2;

// How a load is measured.
enum class Procedure : std::uint8_t {
  pulses,     // the time between many pulses of the test output, against the power of the source
  no_load,    // voltage alone, for `seconds`
  start,      // until the second pulse
  warming,    // the error after `seconds` of the load, less that after a rest
  registers,  // read before and after `seconds` of the load
  readings,   // voltage, current and frequency as the meter shows them
  clock,      // against time itself, in the second half of `seconds`
};

// One load, measured once on each meter; rows share them.
struct Measurement {
  Procedure procedure = Procedure::pulses;
  Load load;
  double seconds = 0;  // no_load, warming, registers; the others take what they need
  double on_s = 0;     // registers: the load comes for so long, and goes; 0: it stays
  double off_s = 0;
  friend bool operator==(const Measurement&, const Measurement&) = default;
};

// In the order of kRegisters (measure.cpp): +A, -A, R1 to R4.
inline constexpr std::size_t kRegisters = 6;

// Of one meter.
struct Measured {
  std::array<double, kOutputs> error_percent{};  // NaN: no pulses, or nothing to compare with
  std::array<std::uint32_t, kOutputs> pulses{};
  std::array<double, kOutputs> first_pulse_s{};  // after the load; negative: none
  std::array<double, kOutputs> second_pulse_s{};
  std::array<double, kOutputs> late_s{};      // the pulse that came last after its watt-hour
  std::array<double, kRegisters> moved_wh{};  // Wh, varh; NaN: not read
  std::array<double, kRegisters> expected_wh{};
  std::array<double, kPhases> voltage_percent{};  // errors of readings
  std::array<double, kPhases> current_percent{};
  double frequency_percent = 0;
  double clock_s_per_day = 0;
};

// What a row says of the measured.
enum class Judge : std::uint8_t {
  error,               // of the output
  shift,               // of the error, against that of `base`
  per_kelvin,          // the same by the temperatures' difference
  silent,              // one pulse at most, registers at rest
  starts,              // first and second pulse in time; the error is shown
  constant,            // pulses against registers, each in time
  active_registers,    // +A and -A against the energy applied
  reactive_registers,  // R1 to R4
  voltage,             // worst element of the readings
  current,
  frequency,
  clock,             // within limit_s_per_day
  clock_per_kelvin,  // its change from `base`, a kelvin, within limit_s_per_day
};

struct Row {
  std::size_t test;
  std::string point;
  Judge judge = Judge::error;
  Output output = Output::active;
  std::size_t measurement = 0;
  std::size_t base = 0;
  double limit_percent = 0;  // 0: judged without one
  double limit_s_per_day = 0;
  // Where it stands in the test's charts.
  double x = 0;
  std::string curve;  // empty: nowhere
  std::string chart;  // of several
};

enum class Axis : std::uint8_t { none, current, voltage, frequency, temperature };

struct Test {
  const char* name;
  const char* title;
  const char* clause;  // where limit and load are from
  Axis axis;
};

struct Plan {
  std::size_t n_phases = 1;
  std::vector<RecordedCycle> cycles;
  std::vector<Test> tests;
  std::vector<Measurement> measurements;
  std::vector<Row> rows;
};

// Of the tests that are named, all if none; of a meter with so many phases.
Plan plan_of(std::size_t n_phases, const std::vector<std::string>& only,
             std::vector<RecordedCycle> cycles);
// All there are, in the order of a report.
std::vector<Test> all_tests();

// The part of a class limit that the product is held to under reference conditions.
inline constexpr double kReferenceShare = 0.5;

}  // namespace sim::typetest
