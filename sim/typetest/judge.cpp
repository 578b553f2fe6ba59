// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/typetest/judge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>

namespace sim::typetest {
namespace {

// What one meter says to one row.
struct Value {
  double percent = 0;
  bool pass = true;  // but for the limit
  std::string remark = {};
};

constexpr std::size_t kActiveRegisters = 2;

double largest(std::span<const double> values) {
  double worst = 0;
  for (const double value : values) {
    if (!(std::abs(value) <= std::abs(worst))) worst = value;
  }
  return worst;
}

// How much is missing or stands where it should not, of the energy applied.
Value of_registers(const Measured& measured, std::size_t from, std::size_t to) {
  double strayed = 0, applied = 0, signed_sum = 0;
  for (std::size_t k = from; k < to; ++k) {
    const double difference = measured.moved_wh[k] - measured.expected_wh[k];
    strayed += std::abs(difference);
    signed_sum += difference;
    applied += measured.expected_wh[k];
  }
  return {100 * std::copysign(strayed, signed_sum) / applied};
}

Value silent(const Measured& measured) {
  const std::uint32_t pulses = std::max(measured.pulses[0], measured.pulses[1]);
  const double moved = largest(measured.moved_wh);
  // NaN, not read, is no silence.
  return {0, pulses <= 1 && std::abs(moved) <= 1,
          fmt::format("{} pulses, registers moved by {:g}", pulses, moved)};
}

Value starts(const Measured& measured, const Truth& truth, std::size_t output) {
  const double power = std::abs(output == 0 ? truth.active_w : truth.reactive_var);
  const double each_s = 3600 / power;
  const double first_s = measured.first_pulse_s[output];
  const double second_s = measured.second_pulse_s[output];
  // The first within 1.2 of its time, the second within 1.2 more.
  const bool pass = first_s >= 0 && second_s >= 0 && first_s <= 1.2 * each_s &&
                    second_s - first_s <= 1.2 * each_s;
  return {
      measured.error_percent[output], pass,
      fmt::format("pulses after {:.0f} s and {:.0f} s, {:.0f} s each", first_s, second_s, each_s)};
}

Value constant(const Measured& measured, std::size_t output) {
  const std::size_t from = output == 0 ? 0 : kActiveRegisters;
  const std::size_t to = output == 0 ? kActiveRegisters : kRegisters;
  double moved = 0;
  for (std::size_t k = from; k < to; ++k) moved += measured.moved_wh[k];
  const double pulses = measured.pulses[output];
  constexpr double kLate_s = 0.4;
  return {100 * (pulses - moved) / moved, measured.late_s[output] <= kLate_s,
          fmt::format("{:.0f} pulses, registers {:.0f}; the latest {:.2f} s after its watt-hour",
                      pulses, moved, measured.late_s[output])};
}

Value clock(double s_per_day, double limit, const Measured& measured) {
  return {100 * s_per_day / 86'400, std::abs(s_per_day) <= limit,
          fmt::format("{:+.4f} s a day, judged {:+.4f} s, at most {:g}", measured.clock_s_per_day,
                      s_per_day, limit)};
}

Value value_of(const Row& row, const std::vector<Prepared>& prepared,
               const std::vector<Measured>& of_meter) {
  const Measured& measured = of_meter[row.measurement];
  const Measured& base = of_meter[row.base];
  const auto output = static_cast<std::size_t>(row.output);
  const double shift = measured.error_percent[output] - base.error_percent[output];
  switch (row.judge) {
    case Judge::error:
      return {measured.error_percent[output]};
    case Judge::shift:
      return {shift};
    case Judge::per_kelvin:
      return {shift /
              (prepared[row.measurement].what.load.celsius - prepared[row.base].what.load.celsius)};
    case Judge::silent:
      return silent(measured);
    case Judge::starts:
      return starts(measured, prepared[row.measurement].truth, output);
    case Judge::constant:
      return constant(measured, output);
    case Judge::active_registers:
      return of_registers(measured, 0, kActiveRegisters);
    case Judge::reactive_registers:
      return of_registers(measured, kActiveRegisters, kRegisters);
    case Judge::voltage:
      return {largest(measured.voltage_percent)};
    case Judge::current:
      return {largest(measured.current_percent)};
    case Judge::frequency:
      return {measured.frequency_percent};
    case Judge::clock:
      return clock(measured.clock_s_per_day, row.limit_s_per_day, measured);
    case Judge::clock_per_kelvin:
      return clock(
          (measured.clock_s_per_day - base.clock_s_per_day) /
              (prepared[row.measurement].what.load.celsius - prepared[row.base].what.load.celsius),
          row.limit_s_per_day, measured);
  }
  return {};
}

}  // namespace

std::vector<Verdict> judge(const Plan& plan, const std::vector<Prepared>& prepared,
                           const Results& results) {
  std::vector<Verdict> verdicts;
  for (const Row& row : plan.rows) {
    Verdict verdict;
    for (std::uint32_t meter = 0; meter < results.size(); ++meter) {
      const Value value = value_of(row, prepared, results[meter]);
      const bool within =
          row.limit_percent == 0 || std::abs(value.percent) <= row.limit_percent;  // NaN: not
      const bool pass = value.pass && within;
      const bool first = meter == 0;
      verdict.least_percent =
          first ? value.percent : std::min(verdict.least_percent, value.percent);
      verdict.most_percent = first ? value.percent : std::max(verdict.most_percent, value.percent);
      // One that fails is worse than one that passes.
      const bool worse =
          first || (verdict.pass && !pass) ||
          (verdict.pass == pass && !(std::abs(value.percent) <= std::abs(verdict.error_percent)));
      if (!worse) continue;
      verdict.error_percent = value.percent;
      verdict.worst_meter = meter + 1;
      verdict.pass = pass;
      verdict.remark = value.remark;
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace sim::typetest
