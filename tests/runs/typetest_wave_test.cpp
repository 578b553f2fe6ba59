// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The truth of a type test against closed forms.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sim/typetest/wave/load.hpp"

namespace {

using namespace sim::typetest;

TEST(TypeTestTruth, IsThatOfTheClosedForms) {
  const Wave voltage = sine(240, 0);
  const ElementTruth lagging = integrate(voltage, sine(5, 60.0 / 360));
  EXPECT_NEAR(lagging.active_w, 600, 1e-9);
  EXPECT_NEAR(lagging.reactive_var, 600 * std::sqrt(3), 1e-9);
  // 5th harmonic: 10 % of 40 %, in phase, are 4 % more power, and none more of reactive power.
  const ElementTruth fifth = integrate(with_order(240, 5, 0.1), with_order(50, 5, 0.4));
  EXPECT_NEAR(fifth.active_w, 1.04 * 12'000, 1e-8);
  EXPECT_NEAR(fifth.reactive_var, 0, 1e-8);
  // Half wave of an rms of Imax / sqrt(2): V times 50 A.
  const ElementTruth half = integrate(voltage, half_wave(100 / std::sqrt(2)));
  EXPECT_NEAR(half.active_w, 240 * 50, 1e-3);
  EXPECT_NEAR(half.current_a, 100 / std::sqrt(2), 1e-6);
  // Fired at 90 degrees: Irms = Ipk / 2, P = V Ipk sqrt(2) / 4.
  const ElementTruth fired = integrate(voltage, phase_fired(2.5, 0.25));
  EXPECT_NEAR(fired.current_a, 2.5, 1e-6);
  EXPECT_NEAR(fired.active_w, 240 * 5 * std::sqrt(2) / 4, 1e-4);
  EXPECT_NEAR(fired.reactive_var, 240 * 5 * std::sqrt(2) / (2 * std::numbers::pi), 1e-3);
  // Two cycles of four.
  EXPECT_NEAR(integrate(voltage, burst(2.5)).active_w, 300, 1e-9);
  // An interharmonic carries no power beside a sine.
  const Wave between = with_order(5, 2.5, 0.2);
  EXPECT_EQ(between.log2_cycles, 1u);
  EXPECT_NEAR(integrate(voltage, between).active_w, 1200, 1e-8);
}

TEST(TypeTestTruth, ThreePhasesTurnEitherWayAndARecordedCycleIsScaled) {
  Load load;
  load.lag_deg = 30;
  for (const bool reversed : {false, true}) {
    load.reversed_sequence = reversed;
    const Circuit circuit = circuit_of(load, 3, 1, {});
    EXPECT_NEAR(truth_of(circuit).active_w, 3 * 1200 * std::sqrt(3) / 2, 1e-8);
    // L2 comes a third of a turn behind L1, or before it.
    EXPECT_NEAR(circuit.voltage[1].at((reversed ? -1 : 1) / 3.0 + 0.25), 240 * std::sqrt(2), 1e-9);
  }
  load = {};
  load.shape = Shape::recorded;
  const RecordedCycle square{"square", {170, 170, -170, -170}, {5, 5, -5, -5}};
  const Truth truth = truth_of(circuit_of(load, 1, 1, {square}));
  // On 240 V instead of 120; straight lines between the points: a third of the two slopes.
  EXPECT_NEAR(truth.active_w, 340 * 5 * (0.5 + 0.5 / 3), 1e-3);
}

}  // namespace
