// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Influence quantities: how far the error moves from that of the same load under reference
// conditions.
#include <fmt/format.h>

#include <cmath>
#include <vector>

#include "sim/typetest/rows.hpp"

namespace sim::typetest {
namespace {

struct Point {
  double current_a;
  Factor factor;
  double limit_percent;
};

// From 0.05 Ib at PF 1 and 0.1 Ib at 0.5; IEC 62053-21 and -23, class 1 and 2, voltage +-10 %.
constexpr Point kVoltagePoints[] = {{0.25, kUnity, 0.7},      {5, kUnity, 0.7},
                                    {100, kUnity, 0.7},       {0.5, kHalfInductive, 1.0},
                                    {5, kHalfInductive, 1.0}, {100, kHalfInductive, 1.0}};
constexpr Point kReactiveVoltagePoints[] = {{0.25, kSine, 1.0},  {5, kSine, 1.0},
                                            {100, kSine, 1.0},   {0.5, kSineHalf, 1.5},
                                            {5, kSineHalf, 1.5}, {100, kSineHalf, 1.5}};
constexpr Point kFrequencyPoints[] = {{0.25, kUnity, 0.5},      {5, kUnity, 0.5},
                                      {100, kUnity, 0.5},       {0.5, kHalfInductive, 0.7},
                                      {5, kHalfInductive, 0.7}, {100, kHalfInductive, 0.7}};
constexpr Point kReactiveFrequencyPoints[] = {{0.25, kSine, 2.5},  {5, kSine, 2.5},
                                              {100, kSine, 2.5},   {0.5, kSineHalf, 2.5},
                                              {5, kSineHalf, 2.5}, {100, kSineHalf, 2.5}};
// A kelvin.
constexpr Point kTemperaturePoints[] = {{0.5, kUnity, 0.05},       {5, kUnity, 0.05},
                                        {100, kUnity, 0.05},       {1, kHalfInductive, 0.07},
                                        {5, kHalfInductive, 0.07}, {100, kHalfInductive, 0.07}};
constexpr Point kReactiveTemperaturePoints[] = {
    {0.5, kSine, 0.10}, {100, kSine, 0.10}, {1, kSineHalf, 0.15}, {100, kSineHalf, 0.15}};

std::string curve_of(const Point& point) {
  return fmt::format("{:g} A {}", point.current_a, point.factor.name);
}

Row shift_row(Rows& rows, const Point& point, const Load& load, Output output) {
  Row row;
  row.judge = Judge::shift;
  row.output = output;
  row.base = rows.pulses(load_of(point.current_a, point.factor));
  row.measurement = rows.pulses(load);
  row.limit_percent = point.limit_percent;
  row.curve = curve_of(point);
  return row;
}

// The +-10 % limits hold up to 1.2 Un; three times as much down to 0.7 Un (docs/typetest.md).
void voltage(Rows& rows, std::span<const Point> points, Output output) {
  for (const Point& point : points) {
    for (const double share : {0.7, 0.8, 0.85, 0.9, 1.1, 1.15, 1.2}) {
      Load load = load_of(point.current_a, point.factor);
      load.voltage_un.fill(share);
      Row row = shift_row(rows, point, load, output);
      if (share < 0.9) row.limit_percent *= 3;
      row.point = fmt::format("{:g} Un {}", share, row.curve);
      row.x = 100 * share;
      rows.add(row);
    }
  }
}

void frequency(Rows& rows, std::span<const Point> points, Output output) {
  for (const Point& point : points) {
    for (const double frequency_hz : {49.0, 49.5, 50.5, 51.0}) {
      Load load = load_of(point.current_a, point.factor);
      load.frequency_hz = frequency_hz;
      Row row = shift_row(rows, point, load, output);
      row.point = fmt::format("{:g} Hz {}", frequency_hz, row.curve);
      row.x = frequency_hz;
      rows.add(row);
    }
  }
}

// Data sheet: -40 to +85 degrees, in steps of 20 K at most.
constexpr double kTemperatures_c[] = {-40, -25, -10, 5, kReference_c, 40, 55, 70, 85};

std::size_t at_temperature(Rows& rows, const Point& point, double celsius) {
  Load load = load_of(point.current_a, point.factor);
  load.celsius = celsius;
  return rows.pulses(load);
}

void temperature(Rows& rows, std::span<const Point> points, Output output) {
  for (const Point& point : points) {
    for (std::size_t k = 0; k + 1 < std::size(kTemperatures_c); ++k) {
      const double low_c = kTemperatures_c[k], high_c = kTemperatures_c[k + 1];
      Row row;
      row.judge = Judge::per_kelvin;
      row.output = output;
      row.base = at_temperature(rows, point, low_c);
      row.measurement = at_temperature(rows, point, high_c);
      row.limit_percent = kReferenceShare * point.limit_percent;
      row.curve = curve_of(point);
      row.point = fmt::format("{:g} to {:g} C {} a kelvin", low_c, high_c, row.curve);
      row.x = (low_c + high_c) / 2;
      rows.add(row);
    }
  }
}

}  // namespace

void add_voltage(Rows& rows) { voltage(rows, kVoltagePoints, Output::active); }
void add_reactive_voltage(Rows& rows) { voltage(rows, kReactiveVoltagePoints, Output::reactive); }
void add_frequency(Rows& rows) { frequency(rows, kFrequencyPoints, Output::active); }
void add_reactive_frequency(Rows& rows) {
  frequency(rows, kReactiveFrequencyPoints, Output::reactive);
}
void add_temperature(Rows& rows) { temperature(rows, kTemperaturePoints, Output::active); }
void add_reactive_temperature(Rows& rows) {
  temperature(rows, kReactiveTemperaturePoints, Output::reactive);
}

void add_temperature_error(Rows& rows) {
  // Maximum permissible errors of class B; the directive ends at 70 degrees, the outermost band
  // stands for 85 too.
  const auto limit_at = [](double celsius) {
    if (celsius >= 5 && celsius <= 30) return 2.0;
    if (celsius >= -10 && celsius <= 40) return 2.5;
    return celsius >= -25 && celsius <= 55 ? 3.5 : 4.0;
  };
  constexpr Point kPoints[] = {
      {0.5, kUnity, 0}, {5, kUnity, 0}, {100, kUnity, 0}, {5, kHalfInductive, 0}};
  for (const Point& point : kPoints) {
    for (const double celsius : kTemperatures_c) {
      Row row;
      row.measurement = at_temperature(rows, point, celsius);
      row.limit_percent = limit_at(celsius);
      row.curve = curve_of(point);
      row.point = fmt::format("{:g} C {}", celsius, row.curve);
      row.x = celsius;
      rows.add(row);
    }
  }
}

// An hour at Imax.
void add_self_heating(Rows& rows) {
  for (const Point& point : {Point{100, kUnity, 0.7}, Point{100, kHalfInductive, 1.0}}) {
    Row row;
    row.point = curve_of(point) + " after 60 min";
    row.measurement =
        rows.measure({Procedure::warming, load_of(point.current_a, point.factor), 3600});
    row.limit_percent = point.limit_percent;
    rows.add(row);
  }
}

namespace {

struct Waveform {
  Shape shape;
  const char* name;
  std::vector<double> currents_a;  // the standard's, and what lies around it
  double limit_percent;
};

void waveform(Rows& rows, const Waveform& what) {
  for (const double current_a : what.currents_a) {
    Load load = load_of(current_a, kUnity);
    load.shape = what.shape;
    Row row = shift_row(rows, {current_a, kUnity, what.limit_percent}, load, Output::active);
    row.point = fmt::format("{:g} A {}", current_a, what.name);
    row.curve = what.name;
    row.x = current_a;
    rows.add(row);
  }
}

}  // namespace

void add_harmonics(Rows& rows) {
  waveform(rows, {Shape::fifth, "10 % U5, 40 % I5", {1, 5, 20, 50}, 0.8});
}
void add_dc_even(Rows& rows) {
  waveform(rows, {Shape::half_wave, "half wave", {1, 5, 20, 70.7}, 3.0});
  waveform(rows, {Shape::even, "30 % I2", {1, 5, 20, 70.7}, 3.0});
}
void add_phase_fired(Rows& rows) {
  waveform(rows, {Shape::phase_fired, "90 degrees", {0.5, 2.5, 10, 50}, 3.0});
}
void add_burst(Rows& rows) {
  waveform(rows, {Shape::burst, "2 on 2 off", {0.5, 2.5, 10, 50}, 3.0});
}
void add_interharmonic(Rows& rows) {
  waveform(rows, {Shape::interharmonic, "20 % I2.5", {0.5, 2.5, 10, 50}, 3.0});
}

void add_sequence(Rows& rows) {
  if (!rows.polyphase()) return;
  for (const Point& point : {Point{0.5, kUnity, 1.5}, Point{5, kUnity, 1.5}}) {
    Load load = load_of(point.current_a, point.factor);
    load.reversed_sequence = true;
    Row row = shift_row(rows, point, load, Output::active);
    row.point = fmt::format("{} L1 L3 L2", row.curve);
    row.curve.clear();
    rows.add(row);
  }
}

void add_unbalance(Rows& rows) {
  if (!rows.polyphase()) return;
  for (int missing = 1; missing < 7; ++missing) {
    Load load = load_of(5, kUnity);
    std::string names;
    for (std::size_t p = 0; p < kPhases; ++p) {
      if ((missing >> p & 1) == 0) continue;
      load.voltage_un[p] = 0;
      load.phases = static_cast<std::uint8_t>(load.phases & ~(1 << p));
      names += fmt::format(" L{}", p + 1);
    }
    Row row = shift_row(rows, {5, kUnity, 2.0}, load, Output::active);
    row.point = fmt::format("{} without{}", row.curve, names);
    row.curve.clear();
    rows.add(row);
  }
}

void add_recorded(Rows& rows) {
  for (std::size_t cycle = 0; cycle < rows.cycles().size(); ++cycle) {
    Load load;
    load.shape = Shape::recorded;
    load.cycle = cycle;
    double square = 0;
    for (const double value : rows.cycles()[cycle].current_a) square += value * value;
    const double rms_a =
        std::sqrt(square / static_cast<double>(rows.cycles()[cycle].current_a.size()));
    Row row;
    row.point = fmt::format("{} {:.2f} A", rows.cycles()[cycle].name, rms_a);
    row.measurement = rows.pulses(load);
    row.limit_percent = rms_a >= 0.25 ? 0.2 : 0;
    rows.add(row);
  }
}

namespace {

void add_reading(Rows& rows, const Load& load, Judge judge, const std::string& point,
                 double limit_percent) {
  Row row;
  row.point = point;
  row.judge = judge;
  row.measurement = rows.measure({Procedure::readings, load, 0});
  row.limit_percent = limit_percent;
  rows.add(row);
}

}  // namespace

void add_readings(Rows& rows) {
  for (const double share : {0.7, 0.8, 0.9, 1.0, 1.1, 1.15, 1.2}) {
    Load load = load_of(5, kUnity);
    load.voltage_un.fill(share);
    add_reading(rows, load, Judge::voltage, fmt::format("{:g} Un", share), 0.5);
  }
  for (const double current_a : {0.5, 1.0, 5.0, 20.0, 100.0}) {
    add_reading(rows, load_of(current_a, kUnity), Judge::current, fmt::format("{:g} A", current_a),
                1.0);
  }
  for (const double frequency_hz : {47.5, 49.0, 50.0, 51.0, 52.5}) {
    Load load = load_of(5, kUnity);
    load.frequency_hz = frequency_hz;
    constexpr double kOf10mHz = 0.01 * 100;
    add_reading(rows, load, Judge::frequency, fmt::format("{:g} Hz", frequency_hz),
                kOf10mHz / frequency_hz);
  }
}

}  // namespace sim::typetest
