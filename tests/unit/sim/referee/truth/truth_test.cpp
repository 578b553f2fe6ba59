// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "sim/referee/truth/truth.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"
#include "models/core/load/source.hpp"
#include "tests/unit/sim/referee/truth/constant_load.hpp"

namespace {

using namespace sim::run;
using models::ChangeLog;
using models::MainsSchedule;
using models::SupplyPoint;
using Kind = models::ElectricalChange::Kind;

constexpr kernel::TimeNs kMinute = kernel::kNsPerMinute;
constexpr kernel::TimeNs kHour = kernel::kNsPerHour;

models::MainsConfig constant_mains() {
  models::MainsConfig config;
  config.frequency_spread_hz = 0;
  config.voltage_spread_percent = 0;
  return config;
}

TEST(Truth, ConstantPowerGivesPowerTimesTime) {
  const MainsSchedule mains(constant_mains(), 25 * kHour);
  const ConstantLoad load({1234.5, -321.25, 0.2, true});
  const SupplyPoint supply(mains, load);
  const ChangeLog log;
  TruthMeter meter(supply, log);
  const Truth day = meter.advance(24 * kHour);
  EXPECT_NEAR(day.exact[kActiveImport], 1234.5 * 24, 1e-8);
  EXPECT_NEAR(day.exact[kReactiveQ4], 321.25 * 24, 1e-8);
  EXPECT_EQ(day.exact[kReactiveQ1], 0);
  EXPECT_EQ(day.powered_ns, 24 * kHour);
}

TEST(Truth, HoldsTheWindowsThatHaveEnded) {
  const MainsSchedule mains({}, kHour);
  const ConstantLoad load({3600, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const ChangeLog log;
  TruthMeter meter(supply, log);
  const kernel::TimeNs window = mains.step(0).window_ns;
  EXPECT_EQ(meter.advance(window - 1).powered_ns, 0);
  EXPECT_EQ(meter.advance(window).powered_ns, window);
  EXPECT_EQ(meter.advance(10 * window + 5).powered_ns, 10 * window);
  const Truth truth = meter.advance(30 * kMinute);
  EXPECT_NEAR(truth.exact[kActiveImport], static_cast<double>(truth.powered_ns) * 1e-9, 1e-9);
  EXPECT_LE(truth.powered_ns, 30 * kMinute);
  EXPECT_GT(truth.powered_ns, 30 * kMinute - window - 1'000'000);
}

TEST(Truth, ReadingOftenChangesNothing) {
  const MainsSchedule mains({}, 3 * kHour);
  const models::Series load({500, 40, 900, 3, 250, 100}, {.interval_s = 1800});
  const SupplyPoint supply(mains, load);
  ChangeLog log;
  log.add({47 * kMinute + 11, Kind::power, 0});
  log.add({53 * kMinute + 7, Kind::power, 1});
  TruthMeter once(supply, log);
  TruthMeter often(supply, log);
  kernel::KeyedStream draw(1, 1, kernel::kPurposeTest);
  for (kernel::TimeNs t = 0; t < 2 * kHour; t += draw.below(4'000'000'000u)) often.advance(t);
  const Truth& a = once.advance(2 * kHour);
  const Truth& b = often.advance(2 * kHour);
  EXPECT_EQ(a.powered_ns, b.powered_ns);
  for (std::size_t r = 0; r < kQuantities; ++r) {
    EXPECT_NEAR(a.exact[r], b.exact[r], 1e-9);
    EXPECT_NEAR(a.bounds.low[r], b.bounds.low[r], 1e-9);
  }
}

TEST(Truth, RelayActsAtItsTimeAndPowerFromTheNextBoundary) {
  const MainsSchedule mains({}, kHour);
  const ConstantLoad load({3600, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const kernel::TimeNs open = 10 * kMinute + 1, close = 20 * kMinute + 3;
  const kernel::TimeNs off = 30 * kMinute + 5, on = 35 * kMinute + 7;
  ChangeLog log;
  log.add({open, Kind::relay, 0});
  log.add({close, Kind::relay, 1});
  log.add({off, Kind::power, 0});
  log.add({on, Kind::power, 1});
  TruthMeter meter(supply, log);
  const kernel::TimeNs end = mains.boundary_from(40 * kMinute);
  const kernel::TimeNs dark = mains.boundary_from(on) - mains.boundary_from(off);
  const kernel::TimeNs idle = close - open;
  const Truth& truth = meter.advance(end);
  EXPECT_EQ(truth.powered_ns, end - dark);
  EXPECT_NEAR(truth.exact[kActiveImport], static_cast<double>(end - dark - idle) * 1e-9, 1e-9);
}

TEST(Truth, ASagTakesItsShareOfThePower) {
  const MainsSchedule mains(constant_mains(), kHour);
  const ConstantLoad load({3600, 720, 0, true});
  const SupplyPoint supply(mains, load);
  ChangeLog log;
  log.add({10 * kernel::kNsPerSecond, Kind::sag, 0.5});
  log.add({20 * kernel::kNsPerSecond, Kind::sag, 1});
  TruthMeter meter(supply, log);
  const Truth& truth = meter.advance(kMinute);
  EXPECT_NEAR(truth.exact[kActiveImport], 50 + 10 * 0.5, 1e-9);
  EXPECT_NEAR(truth.exact[kReactiveQ1], 0.2 * 55, 1e-9);
}

// Also one that is over before its window is, in the same window as an outage begins, or two at
// once.
TEST(Truth, AShortSagTakesItsShareOfItsWindow) {
  const MainsSchedule mains(constant_mains(), kHour);
  const ConstantLoad load({3600, 0, 0, true});
  const SupplyPoint supply(mains, load);
  const kernel::TimeNs ms = kernel::kNsPerMs;
  ChangeLog log;
  log.add({10'050 * ms, Kind::sag, 0.4});
  log.add({10'080 * ms, Kind::sag, 1});
  log.add({20'190 * ms, Kind::sag, 0.5});
  log.add({20'200 * ms, Kind::sag, 0.2});
  log.add({20'230 * ms, Kind::sag, 1});
  log.add({30'010 * ms, Kind::sag, 0});
  log.add({30'020 * ms, Kind::power, 0});
  log.add({30'030 * ms, Kind::sag, 1});
  log.add({40'000 * ms, Kind::power, 1});
  TruthMeter meter(supply, log);
  EXPECT_NEAR(meter.advance(15'000 * ms).exact[kActiveImport], 15 - 0.03 * 0.6, 1e-9);
  const double two = 0.01 * 0.5 + 0.03 * 0.8;
  EXPECT_NEAR(meter.advance(25'000 * ms).exact[kActiveImport], 25 - 0.018 - two, 1e-9);
  // The window in which the supply ends is measured whole; the next ones are not.
  const Truth& truth = meter.advance(50'000 * ms);
  EXPECT_NEAR(truth.exact[kActiveImport], 30.2 - 0.018 - two - 0.02 + 10, 1e-9);
  EXPECT_EQ(truth.powered_ns, 40'200 * ms);
}

TEST(Truth, AGapIsUnknown) {
  const MainsSchedule mains({}, 3 * kHour);
  const double gap = std::numeric_limits<double>::quiet_NaN();
  const models::Series load({500, gap, 900}, {.interval_s = 1800});
  const SupplyPoint supply(mains, load);
  const ChangeLog log;
  TruthMeter meter(supply, log);
  const Truth first = meter.advance(30 * kMinute);
  const Truth second = meter.advance(60 * kMinute);
  const Truth settled = meter.advance(61 * kMinute);
  const Truth third = meter.advance(80 * kMinute);
  EXPECT_EQ(first.unknown_ns, 0);
  EXPECT_GT((second - first).unknown_ns, 0);
  EXPECT_NEAR((second - first).exact[kActiveImport], 0, 0.2);  // the window over the boundary
  EXPECT_EQ((third - settled).unknown_ns, 0);
}

TEST(Truth, SumsOfAYearKeepTheirLastDigits) {
  // 1e6 additions of a third: plain doubles drift by 1e-7, the register's day is compared to 1 Wh.
  const MainsSchedule mains(constant_mains(), 366 * kernel::kNsPerDay);
  const ConstantLoad load({1.0 / 3 * 300, 0, 0, true});
  const SupplyPoint supply(mains, load, {1, 1, false});
  const ChangeLog log;
  TruthMeter meter(supply, log);
  const Truth& year = meter.advance(365 * kernel::kNsPerDay);
  EXPECT_NEAR(year.exact[kActiveImport], 100.0 * 24 * 365, 1e-9);
}

}  // namespace
