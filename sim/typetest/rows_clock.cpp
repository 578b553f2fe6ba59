// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The clock: its rate at rest, and what temperature does to it.
#include <fmt/format.h>

#include "sim/typetest/rows.hpp"

namespace sim::typetest {
namespace {

constexpr double kRate_s = 0.5;        // a day at 23 degrees
constexpr double kInfluence_s = 0.15;  // a day and kelvin
// A tick in half of it is a millisecond a day.
constexpr double kSeen_s = 5400;

std::size_t clock_at(Rows& rows, double celsius) {
  Measurement measurement{Procedure::clock, load_of(0, kUnity), kSeen_s};
  measurement.load.celsius = celsius;
  return rows.measure(measurement);
}

}  // namespace

void add_clock(Rows& rows) {
  for (const double celsius : {21.0, kReference_c, 25.0}) {
    Row row;
    row.judge = Judge::clock;
    row.measurement = clock_at(rows, celsius);
    row.limit_s_per_day = kReferenceShare * kRate_s;
    row.point = fmt::format("{:g} C", celsius);
    rows.add(row);
  }
}

// Data sheet: -40 to +85 degrees.
void add_clock_temperature(Rows& rows) {
  for (const double celsius : {-40.0, -25.0, -10.0, 5.0, 40.0, 55.0, 70.0, 85.0}) {
    Row row;
    row.judge = Judge::clock_per_kelvin;
    row.base = clock_at(rows, kReference_c);
    row.measurement = clock_at(rows, celsius);
    row.limit_s_per_day = kReferenceShare * kInfluence_s;
    row.point = fmt::format("{:g} C a kelvin", celsius);
    rows.add(row);
  }
}

}  // namespace sim::typetest
