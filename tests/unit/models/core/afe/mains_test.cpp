// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/grid/mains.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "models/core/grid/electrical.hpp"
#include "tests/unit/models/core/afe/fixtures.hpp"

namespace {

using models::MainsSchedule;
using models::MainsStep;

TEST(MainsSchedule, WindowsFollowEachOtherWithoutGap) {
  const MainsSchedule mains({}, kernel::kNsPerDay);
  EXPECT_EQ(mains.step(0).start_ns, 0);
  ASSERT_GE(mains.n_steps(), 1441);
  for (std::int64_t k = 0; k + 1 < mains.n_steps(); ++k) {
    const MainsStep& step = mains.step(k);
    EXPECT_GE(step.start_ns, k * models::kGridStepNs);
    EXPECT_LT(step.start_ns,
              k * models::kGridStepNs + mains.step(std::max<std::int64_t>(k, 1) - 1).window_ns);
    EXPECT_EQ(step.start_ns + step.n_windows * step.window_ns, mains.step(k + 1).start_ns);
  }
}

TEST(MainsSchedule, FrequencyAndVoltageVaryAsEN50160Allows) {
  const MainsSchedule mains({}, 7 * kernel::kNsPerDay);
  double sum = 0, sum2 = 0, v_min = 2, v_max = 0;
  int beyond = 0;
  const std::int64_t n = mains.n_steps();
  for (std::int64_t k = 0; k < n; ++k) {
    const double deviation = 10e9 / static_cast<double>(mains.step(k).window_ns) - 50;
    sum += deviation;
    sum2 += deviation * deviation;
    beyond += std::abs(deviation) > 0.1;
    v_min = std::min(v_min, mains.step(k).voltage_factor);
    v_max = std::max(v_max, mains.step(k).voltage_factor);
  }
  EXPECT_NEAR(sum / static_cast<double>(n), 0, 0.005);
  EXPECT_NEAR(std::sqrt(sum2 / static_cast<double>(n)), 0.017, 0.006);
  EXPECT_LT(beyond, n / 1000);
  EXPECT_GT(v_min, 0.93);
  EXPECT_LT(v_max, 1.07);
  EXPECT_GT(v_max - v_min, 0.03);
}

TEST(MainsSchedule, ANewSeedIsANewGridAndALongerRunTheSameOne) {
  const MainsSchedule a({}, kernel::kNsPerHour);
  const MainsSchedule longer({}, kernel::kNsPerDay);
  models::MainsConfig other;
  other.seed = 2;
  const MainsSchedule b(other, kernel::kNsPerHour);
  EXPECT_EQ(a.step(30).window_ns, longer.step(30).window_ns);
  EXPECT_EQ(a.step(30).voltage_factor, longer.step(30).voltage_factor);
  EXPECT_NE(a.step(30).window_ns, b.step(30).window_ns);
}

TEST(MainsSchedule, TimesFindTheirStepAndTheirBoundary) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  for (std::int64_t k = 1; k < 60; ++k) {
    const MainsStep& step = mains.step(k);
    EXPECT_EQ(mains.step_at(step.start_ns), k);
    EXPECT_EQ(mains.step_at(step.start_ns - 1), k - 1);
    EXPECT_EQ(mains.boundary_from(step.start_ns), step.start_ns);
    EXPECT_EQ(mains.boundary_from(step.start_ns - 1), step.start_ns);
    EXPECT_EQ(mains.boundary_from(step.start_ns + 1), step.start_ns + step.window_ns);
  }
  EXPECT_EQ(mains.boundary_from(0), 0);
}

TEST(ChangeLog, KeepsTheOrderOfTimeAndOfArrival) {
  using Kind = models::ElectricalChange::Kind;
  models::ChangeLog log;
  log.add({30, Kind::sag, 1});
  log.add({10, Kind::relay, 0});
  log.add({30, Kind::power, 0});
  log.add({10, Kind::relay, 1});
  ASSERT_EQ(log.size(), 4u);
  models::SwitchState state;
  state.apply(log[0]);
  EXPECT_FALSE(state.relay_closed);
  state.apply(log[1]);
  EXPECT_TRUE(state.relay_closed);
  EXPECT_EQ(log[2].kind, Kind::sag);
  EXPECT_EQ(log[3].kind, Kind::power);
}

TEST(SupplyPoint, DeliversThePowerOfTheSourceWhateverTheVoltage) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::WanderingLoad load;
  for (const int n_phases : {1, 3}) {
    const models::SupplyPoint supply(mains, load, {n_phases, 0.98, true});
    for (std::int64_t k = 0; k < 10; ++k) {
      const models::ElectricalState state = supply.state(k, {});
      EXPECT_NEAR(models::active_power_w(state), load.at(k).active_w, 1e-9);
      EXPECT_NEAR(models::reactive_power_var(state), load.at(k).reactive_var, 1e-9);
      EXPECT_NEAR(models::voltage_rms_v(state, n_phases - 1),
                  230 * 0.98 * mains.step(k).voltage_factor, 0.1);
    }
  }
}

TEST(SupplyPoint, SwitchesActOnVoltageAndCurrent) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const afe_test::ConstantLoad load({2300, 400, 0.1, true});
  const models::SupplyPoint supply(mains, load);
  const models::ElectricalState on = supply.state(3, {});
  const models::ElectricalState open = supply.state(3, {false, true, 1});
  EXPECT_EQ(models::current_rms_a(open, 0), 0);
  EXPECT_EQ(models::voltage_rms_v(open, 0), models::voltage_rms_v(on, 0));
  const models::ElectricalState sag = supply.state(3, {true, true, 0.4});
  EXPECT_NEAR(models::voltage_rms_v(sag, 0) / models::voltage_rms_v(on, 0), 0.4, 1e-12);
  EXPECT_EQ(models::current_rms_a(sag, 0), models::current_rms_a(on, 0));
  EXPECT_EQ(models::voltage_rms_v(supply.state(3, {true, false, 1}), 0), 0);
  const afe_test::ConstantLoad unknown({2300, 400, 0.1, false});
  const models::SupplyPoint gap(mains, unknown);
  EXPECT_EQ(models::current_rms_a(gap.state(3, {}), 0), 0);
}

}  // namespace
