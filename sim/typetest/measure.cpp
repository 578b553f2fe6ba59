// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/measure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kernel/det_math.hpp"
#include "protocol/cosem/quantities.hpp"

namespace sim::typetest {
namespace {

using kernel::TimeNs;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kWattHour_j = 3600;  // of a pulse: 1000 imp/kWh
constexpr meter_pulse_output kLed[kOutputs] = {METER_PULSE_ACTIVE, METER_PULSE_REACTIVE};
// What is below this much of the apparent power is not compared: cos 90 degrees.
constexpr double kLeastShare = 0.01;

double seconds(TimeNs span) { return static_cast<double>(span) / kernel::kNsPerSecond; }

double power_of(const Truth& truth, std::size_t output) {
  return std::abs(output == 0 ? truth.active_w : truth.reactive_var);
}
double apparent_va(const Truth& truth) {
  double sum = 0;
  for (const ElementTruth& element : truth.element) sum += element.voltage_v * element.current_a;
  return sum;
}

void run_for(BenchMeter& meter, double length_s) {
  const TimeNs end = meter.now() + std::llround(length_s * kernel::kNsPerSecond);
  while (meter.now() < end) meter.run_window();
}

// The time of a pulse, by the straight line through all of them: each is seen at the end of a
// window, and their errors of up to 0.2 s average out. 0: fewer than two.
double pulse_s(const std::vector<TimeNs>& pulses) {
  const std::size_t n = pulses.size();
  if (n < 2) return 0;
  const double middle = static_cast<double>(n - 1) / 2;
  double sum = 0, squares = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const double from_middle = static_cast<double>(k) - middle;
    sum += from_middle * seconds(pulses[k] - pulses.front());
    squares += from_middle * from_middle;
  }
  return sum / squares;
}

// How long pulses are counted. Each is seen to the length of a window, evenly spread: the slope of
// the line through n of them in T seconds errs by 0.2 / (T sqrt(n)), which is to be 0.01 %. At
// least three pulses, and not so short that one of them decides.
double length_s(const Measurement& what, const Truth& truth) {
  constexpr double kLeast_s = 150, kMost_s = 400;
  constexpr double kExact = 0.2 / 1e-4;
  if (what.procedure != Procedure::pulses && what.procedure != Procedure::warming) {
    return what.seconds;
  }
  double longest_s = kLeast_s;
  for (std::size_t k = 0; k < kOutputs; ++k) {
    const double power = power_of(truth, k);
    if (power < 0.2 * apparent_va(truth)) continue;
    const double exact_s =
        std::min(kMost_s, kernel::det_pow(kExact * kExact * kWattHour_j / power, 1.0 / 3));
    longest_s = std::max({longest_s, exact_s, 3.2 * kWattHour_j / power});
  }
  return longest_s;
}

void count_pulses(BenchMeter& meter, const Prepared& prepared, Measured& result) {
  meter.run_window();  // pulses of the load before
  meter.run_window();
  meter.forget_pulses();
  run_for(meter, length_s(prepared.what, prepared.truth));
  for (std::size_t k = 0; k < kOutputs; ++k) {
    const std::vector<TimeNs>& pulses = meter.pulses(kLed[k]);
    result.pulses[k] = static_cast<std::uint32_t>(pulses.size());
    const double power = power_of(prepared.truth, k);
    if (power < kLeastShare * apparent_va(prepared.truth)) continue;
    const double each_s = pulse_s(pulses);
    // No pulses of a power that is there: nothing is measured of it.
    result.error_percent[k] = each_s > 0 ? 100 * (kWattHour_j / each_s / power - 1) : -100;
  }
}

std::array<double, kRegisters> registers_of(BenchMeter& meter) {
  std::array<double, kRegisters> values;
  static_assert(protocol::cosem::kQuantities >= kRegisters);
  for (std::size_t k = 0; k < kRegisters; ++k) {
    values[k] = meter.read(protocol::cosem::kQuantityTable[k].obis).value_or(kNone);
  }
  return values;
}

// The error of a load at once, after the meter has rested, and that after it has warmed: the
// difference.
void warm_up(BenchMeter& meter, const Prepared& prepared, const Setting& rest, Measured& result) {
  constexpr double kRest_s = 3600;
  meter.set(rest);
  run_for(meter, kRest_s);
  Measured cold = result;
  meter.set(prepared.setting);
  count_pulses(meter, prepared, cold);
  run_for(meter, prepared.what.seconds);
  count_pulses(meter, prepared, result);
  for (std::size_t k = 0; k < kOutputs; ++k) result.error_percent[k] -= cold.error_percent[k];
}

// Seconds of the load, in one piece or with pauses.
double apply(BenchMeter& meter, const Prepared& prepared, const Setting& rest) {
  const Measurement& what = prepared.what;
  const TimeNs begin = meter.now();
  TimeNs on_ns = 0;
  while (seconds(meter.now() - begin) < what.seconds) {
    const TimeNs from = meter.now();
    meter.set(prepared.setting);
    run_for(meter, what.on_s > 0 ? what.on_s : what.seconds);
    on_ns += meter.now() - from;
    meter.set(rest);
    if (what.off_s > 0) run_for(meter, what.off_s);
  }
  return seconds(on_ns);
}

// How long after the last instant at which its watt-hour can have been crossed the latest pulse
// came; negative: none was early, and the least that one was is so much. The load is constant from
// a time to another, its energy before unknown by less than a watt-hour; the time of a pulse is
// their own.
double lateness_s(const std::vector<TimeNs>& pulses, TimeNs from, TimeNs to) {
  const double each_s = pulse_s(pulses);
  double late_s = 0;
  for (std::size_t k = 0; k < pulses.size(); ++k) {
    const double at_s = seconds(pulses[k] - from);
    const double latest_s = std::min(static_cast<double>(k + 1) * each_s, seconds(to - from));
    late_s = std::max(late_s, at_s - latest_s);
    // Before the first instant at which it can have been crossed: as bad as any lateness.
    if (at_s < static_cast<double>(k) * each_s) late_s = std::max(late_s, 1.0);
  }
  return late_s;
}

// Reading takes time in which the source has no current, so that the registers rest.
void move_registers(BenchMeter& meter, const Prepared& prepared, const Setting& rest,
                    Measured& result) {
  meter.set(rest);
  const std::array<double, kRegisters> before = registers_of(meter);
  meter.forget_pulses();
  const TimeNs from = meter.now();
  const double hours = apply(meter, prepared, rest) / 3600;
  const TimeNs to = meter.now();
  meter.set(rest);
  const std::array<double, kRegisters> after = registers_of(meter);
  const Truth& truth = prepared.truth;
  const auto quadrant = protocol::cosem::quadrant_of(truth.active_w < 0, truth.reactive_var < 0);
  for (std::size_t k = 0; k < kRegisters; ++k) {
    const protocol::cosem::Quantity& quantity = protocol::cosem::kQuantityTable[k];
    const bool active = quantity.power == protocol::cosem::Power::active;
    result.moved_wh[k] = after[k] - before[k];
    if ((quantity.quadrants & quadrant) == 0) continue;
    result.expected_wh[k] = power_of(truth, active ? 0 : 1) * hours;
  }
  for (std::size_t k = 0; k < kOutputs; ++k) {
    const std::vector<TimeNs>& pulses = meter.pulses(kLed[k]);
    result.pulses[k] = static_cast<std::uint32_t>(pulses.size());
    result.late_s[k] = lateness_s(pulses, from, to);
  }
}

void wait_without_load(BenchMeter& meter, const Prepared& prepared, Measured& result) {
  const std::array<double, kRegisters> before = registers_of(meter);
  meter.forget_pulses();
  run_for(meter, prepared.what.seconds);
  for (std::size_t k = 0; k < kOutputs; ++k) {
    result.pulses[k] = static_cast<std::uint32_t>(meter.pulses(kLed[k]).size());
  }
  const std::array<double, kRegisters> after = registers_of(meter);
  for (std::size_t k = 0; k < kRegisters; ++k) result.moved_wh[k] = after[k] - before[k];
}

// Pulses that came with the load, of the power that it is made of.
void wait_for_start(BenchMeter& meter, const Prepared& prepared, Measured& result) {
  const double apparent = apparent_va(prepared.truth);
  const bool reactive = power_of(prepared.truth, 1) > 0.5 * apparent;
  const std::size_t output = reactive ? 1 : 0;
  const double each_s = kWattHour_j / power_of(prepared.truth, output);
  meter.run_window();
  meter.run_window();
  meter.forget_pulses();
  const TimeNs from = meter.now();
  const std::vector<TimeNs>& pulses = meter.pulses(kLed[output]);
  while (pulses.size() < 2 && seconds(meter.now() - from) < 3.5 * each_s) meter.run_window();
  result.pulses[output] = static_cast<std::uint32_t>(pulses.size());
  result.first_pulse_s[output] = pulses.empty() ? -1 : seconds(pulses[0] - from);
  result.second_pulse_s[output] = pulses.size() < 2 ? -1 : seconds(pulses[1] - from);
  result.error_percent[output] =
      pulses.size() < 2 ? -100 : 100 * (each_s / seconds(pulses[1] - pulses[0]) - 1);
}

void read_values(BenchMeter& meter, const Prepared& prepared, Measured& result) {
  using protocol::cosem::obis;
  run_for(meter, 1);
  const auto error = [&](const protocol::cosem::Obis& object, double truth) {
    if (truth == 0) return 0.0;
    return 100 * (meter.read(object).value_or(0) / truth - 1);
  };
  for (std::size_t p = 0; p < kPhases; ++p) {
    const auto element = static_cast<unsigned>(20 * p);
    const ElementTruth& truth = prepared.truth.element[p];
    result.voltage_percent[p] = error(obis(1, 0, 32 + element, 7, 0), truth.voltage_v);
    result.current_percent[p] = error(obis(1, 0, 31 + element, 7, 0), truth.current_a);
  }
  result.frequency_percent = error(obis(1, 0, 14, 7, 0), prepared.what.load.frequency_hz);
}

// Powers of round numbers have pulses a whole number of windows apart, and all of them are seen at
// the same place of theirs: the source's voltage is 0.6 to 1 % off what was asked for, away from
// Un.
double setting_of_load(const Measurement& what, std::size_t number) {
  constexpr double kGolden = 0.6180339887498949;
  if (what.procedure != Procedure::pulses && what.procedure != Procedure::warming) return 1;
  const double turns = kGolden * static_cast<double>(number + 1);
  const double off = 0.006 + 0.004 * (turns - std::floor(turns));
  const bool low = std::ranges::any_of(what.load.voltage_un,
                                       [](double share) { return share > 0 && share < 1; });
  return low ? 1 - off : 1 + off;
}

const Setting& rest_of(std::size_t n_phases) {
  static const Setting one = plain_setting(1, 0, 0);
  static const Setting three = plain_setting(3, 0, 0);
  return n_phases == 1 ? one : three;
}

}  // namespace

std::vector<Prepared> prepare(const Plan& plan) {
  std::vector<Prepared> all;
  all.reserve(plan.measurements.size());
  for (std::size_t k = 0; k < plan.measurements.size(); ++k) {
    const Measurement& what = plan.measurements[k];
    const Circuit circuit =
        circuit_of(what.load, plan.n_phases, setting_of_load(what, k), plan.cycles);
    const Truth truth = truth_of(circuit);
    Prepared prepared{what, setting_of(circuit, truth, what.load.frequency_hz, what.load.celsius),
                      truth, 0};
    const double power = std::max(power_of(prepared.truth, 0), power_of(prepared.truth, 1));
    const double nominal_s = what.procedure == Procedure::start ? 2 * kWattHour_j / power
                                                                : length_s(what, prepared.truth);
    prepared.nominal_ns = std::llround((nominal_s + 1) * kernel::kNsPerSecond);
    all.push_back(std::move(prepared));
  }
  return all;
}

kernel::TimeNs length_of(const std::vector<Prepared>& prepared) {
  kernel::TimeNs sum = 0;
  for (const Prepared& each : prepared) sum += each.nominal_ns;
  return sum;
}

Measured measure(BenchMeter& meter, const Prepared& prepared) {
  Measured result;
  result.error_percent.fill(kNone);
  result.first_pulse_s.fill(-1);
  result.second_pulse_s.fill(-1);
  meter.set(prepared.setting);
  meter.forget_pulses();
  switch (prepared.what.procedure) {
    case Procedure::pulses:
      count_pulses(meter, prepared, result);
      break;
    case Procedure::no_load:
      wait_without_load(meter, prepared, result);
      break;
    case Procedure::start:
      wait_for_start(meter, prepared, result);
      break;
    case Procedure::registers:
      move_registers(meter, prepared, rest_of(static_cast<std::size_t>(meter.n_phases())), result);
      break;
    case Procedure::warming:
      warm_up(meter, prepared, rest_of(static_cast<std::size_t>(meter.n_phases())), result);
      break;
    case Procedure::readings:
      read_values(meter, prepared, result);
      break;
    case Procedure::clock:
      result.clock_s_per_day = meter.clock_s_per_day(prepared.what.seconds);
      break;
  }
  return result;
}

}  // namespace sim::typetest
