// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/truth/truth.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace {

using namespace sim::run;
using protocol::cosem::QuantityIndex;

Flow flow_at(double current_a, double phi_deg) {
  const double phi = phi_deg * 3.14159265358979 / 180;
  const double s = 230 * current_a;
  return {s * std::cos(phi), s * std::sin(phi), s, 230, current_a};
}

TEST(ClassLimits, ExactPowersGoToTheirRegisters) {
  const auto expect = [](double phi_deg, QuantityIndex active, QuantityIndex reactive) {
    const RegisterValues exact = exact_of(flow_at(10, phi_deg));
    for (std::size_t r = 0; r < kQuantities; ++r) {
      EXPECT_EQ(exact[r] > 0, r == active || r == reactive) << phi_deg << ' ' << r;
    }
  };
  expect(30, kActiveImport, kReactiveQ1);
  expect(150, kActiveExport, kReactiveQ2);
  expect(210, kActiveExport, kReactiveQ3);
  expect(330, kActiveImport, kReactiveQ4);
}

// IEC 62053-21 class 1: 1.0 % from 0.5 A, 1.5 % from 0.25 A, unity power factor.
TEST(ClassLimits, ActiveLimitsOfClass1) {
  Bounds b = bounds_of(flow_at(5, 0));
  EXPECT_NEAR(b.high[kActiveImport], 1150 * 1.010, 1e-6);
  EXPECT_NEAR(b.low[kActiveImport], 1150 * 0.990, 1e-6);
  EXPECT_EQ(b.high[kActiveExport], 0);
  b = bounds_of(flow_at(0.3, 0));
  EXPECT_NEAR(b.high[kActiveImport], 69 * 1.015, 1e-6);
  b = bounds_of(flow_at(5, 60));  // PF 0.5 L
  EXPECT_NEAR(b.high[kActiveImport], 575 * 1.010, 1e-6);
  b = bounds_of(flow_at(5, 180));
  EXPECT_NEAR(b.low[kActiveExport], 1150 * 0.990, 1e-6);
  EXPECT_EQ(b.high[kActiveImport], 0);
}

// 2 % of max(|Q|, 0.25 S).
TEST(ClassLimits, ReactiveLimitsOfClass2) {
  Bounds b = bounds_of(flow_at(5, 90));
  EXPECT_NEAR(b.reactive_high, 1150 * 1.02, 1e-6);
  EXPECT_NEAR(b.reactive_low, 1150 * 0.98, 1e-6);
  b = bounds_of(flow_at(5, 30));
  EXPECT_NEAR(b.high[kReactiveQ1], 575 * 1.02, 1e-6);
  EXPECT_NEAR(b.low[kReactiveQ1], 575 * 0.98, 1e-6);
  EXPECT_EQ(b.high[kReactiveQ2] + b.high[kReactiveQ3] + b.high[kReactiveQ4], 0);
  b = bounds_of(flow_at(5, 5));  // sin phi 0.087: the tolerance is that of 0.25
  EXPECT_NEAR(b.high[kReactiveQ1] - b.low[kReactiveQ1], 2 * 0.02 * 0.25 * 1150, 1e-6);
}

TEST(ClassLimits, ASmallReactivePowerMayFallOnEitherSideOfZero) {
  const Flow flow = flow_at(10, 0.5);  // |Q| = 0.009 S
  const Bounds b = bounds_of(flow);
  EXPECT_EQ(b.low[kReactiveQ1], 0);
  EXPECT_GE(b.high[kReactiveQ4], flow.reactive_var);
  EXPECT_EQ(b.high[kReactiveQ2], 0);  // but not on the wrong side of P
  EXPECT_GT(b.reactive_low, 0);       // and together it must be there
}

TEST(ClassLimits, ASmallActivePowerLeavesTheQuadrantOpen) {
  const Flow flow = flow_at(10, 89.9);
  const Bounds b = bounds_of(flow);
  EXPECT_EQ(b.low[kReactiveQ1], 0);
  EXPECT_GT(b.high[kReactiveQ2], 2200);
  EXPECT_GT(b.reactive_low, 2200);
  EXPECT_EQ(b.high[kReactiveQ3], 0);
}

// Ist 20 mA active, 25 mA reactive at 230 V: 4.6 W, 5.75 var.
TEST(ClassLimits, StartingCurrents) {
  const auto active = [](double current_a) { return bounds_of(flow_at(current_a, 0)); };
  EXPECT_EQ(active(0.006).high[kActiveImport], 0);  // creep
  EXPECT_EQ(active(0.015).low[kActiveImport], 0);   // may or may not run
  EXPECT_GE(active(0.015).high[kActiveImport], 230 * 0.015);
  EXPECT_GT(active(0.030).low[kActiveImport], 230 * 0.025);  // must run
  EXPECT_EQ(bounds_of(flow_at(0.006, 90)).reactive_high, 0);
  EXPECT_EQ(bounds_of(flow_at(0.020, 90)).reactive_low, 0);
  EXPECT_GT(bounds_of(flow_at(0.035, 90)).reactive_low, 230 * 0.030);
}

}  // namespace
