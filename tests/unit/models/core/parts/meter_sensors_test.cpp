// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Hal version 2: clock trim, sensors, and what a platform does not have.
#include <gtest/gtest.h>

#include "tests/rigs/devices/meter_bench.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerSecond;

TEST(MeterSensors, TrimMovesTheClockAndAnArmedMatch) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerMinute);
  const std::int64_t before = bench.hal().rtc->ticks(bench.context());
  EXPECT_EQ(bench.hal().rtc->trim(bench.context(), -100'000), 0);
  bench.run_for(1000 * kNsPerSecond);
  // 100 ppm slower over 1 000 s: a tenth of a second.
  EXPECT_EQ(bench.hal().rtc->ticks(bench.context()), before + 1000 * 32768 - 3277);
  bench.hal().rtc->match(bench.context(), before + 2000 * 32768);
  bench.hal().rtc->trim(bench.context(), 0);
  bench.run_for(1000 * kNsPerSecond);
  EXPECT_EQ(bench.hal().rtc->ticks(bench.context()), before + 2000 * 32768 - 3277);
  EXPECT_EQ(bench.hal().rtc->trim(bench.context(), METER_RTC_TRIM_PPB + 1), -1);
  EXPECT_EQ(bench.node->board().rtc.clock().history().size(), 3u);  // truth knows each
}

TEST(MeterSensors, ThermometerFollowsTheDeviceAndTheClockWithIt) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  EXPECT_EQ(bench.hal().thermometer->centi_celsius(bench.context()), 2500);
  bench.node->board().rtc.set_temperature(-15.25);
  EXPECT_EQ(bench.hal().thermometer->centi_celsius(bench.context()), -1525);
  // What the crystal does at that temperature, a trim takes back.
  const double parabola_ppb = -34.0 * 40.25 * 40.25;
  const std::int64_t before = bench.hal().rtc->ticks(bench.context());
  bench.hal().rtc->trim(bench.context(), static_cast<std::int32_t>(-parabola_ppb));
  bench.run_for(kNsPerHour);
  EXPECT_EQ(bench.hal().rtc->ticks(bench.context()), before + 3600 * 32768);
}

TEST(MeterSensors, BatteryVoltageTellsAnEmptyBattery) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  EXPECT_EQ(bench.hal().battery->voltage_mv(bench.context()), 3600u);
  bench.node->board().battery.set_charge(0);
  EXPECT_EQ(bench.hal().battery->voltage_mv(bench.context()), 0u);
}

std::vector<std::string> inputs_told() {
  std::vector<std::string> told;
  for (const std::string& line : meter_script().log) {
    if (line.find("input") != std::string::npos) told.push_back(line);
  }
  return told;
}

TEST(MeterSensors, AnEdgeOfAContactIsToldWhenItHasStoodForTwentyMilliseconds) {
  MeterBench bench;
  bench.start();
  auto& inputs = bench.node->board().inputs;
  using kernel::kNsPerMs;
  const kernel::TimeNs t = 10 * kNsPerSecond;
  inputs.hold(t, t + 19 * kNsPerMs, METER_INPUT_COVER);  // a bounce
  inputs.hold(t + kNsPerSecond, t + 2 * kNsPerSecond, METER_INPUT_COVER);
  inputs.hold(t + kNsPerSecond, kernel::kNever, METER_INPUT_MAGNET);
  inputs.hold(t + kNsPerSecond + kNsPerMs, t + 3 * kNsPerSecond, METER_INPUT_COVER);  // another
  bench.run_for(11 * kNsPerSecond + 19 * kNsPerMs);
  EXPECT_TRUE(inputs_told().empty());
  EXPECT_EQ(bench.hal().inputs->levels(bench.context()), 0u);
  bench.run_for(kNsPerMs);
  EXPECT_EQ(inputs_told().size(), 2u);
  EXPECT_EQ(bench.hal().inputs->levels(bench.context()),
            1u << METER_INPUT_COVER | 1u << METER_INPUT_MAGNET);
  bench.run_for(3 * kNsPerSecond);
  ASSERT_EQ(inputs_told().size(), 3u) << "open as long as anybody holds it open";
  EXPECT_NE(inputs_told().back().find("input 0 off"), std::string::npos);
}

TEST(MeterSensors, WithoutSupplyNothingIsToldAndTheNextBootFindsTheLevels) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  bench.node->power(2 * kNsPerSecond, false);
  bench.node->power(20 * kNsPerSecond, true);
  bench.node->board().inputs.hold(5 * kNsPerSecond, kernel::kNever, METER_INPUT_TERMINAL_COVER);
  bench.node->board().inputs.hold(6 * kNsPerSecond, 7 * kNsPerSecond, METER_INPUT_MAGNET);
  bench.run_for(30 * kNsPerSecond);
  EXPECT_TRUE(inputs_told().empty());
  EXPECT_EQ(bench.hal().inputs->levels(bench.context()), 1u << METER_INPUT_TERMINAL_COVER);
}

TEST(MeterSensors, WhatIsNotThereIsAskedForByCapability) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  const meter_hal& hal = bench.hal();
  EXPECT_EQ(hal.version, METER_HAL_VERSION);
  EXPECT_EQ(hal.capabilities, METER_HAS_NEUTRAL | METER_HAS_HALF_CYCLES);
  EXPECT_EQ(hal.module, nullptr);
  EXPECT_EQ(hal.uarts->stand, nullptr);
  EXPECT_EQ(hal.retained_bytes, scripted_meter().retained_bytes);
  // The RS-485 line is what it is; a firmware that asks for something else is told so.
  const meter_uart_line usual{19'200, 8, METER_PARITY_NONE, 1, METER_UART_FRAMES};
  const meter_uart_line start{300, 7, METER_PARITY_EVEN, 1, METER_UART_OCTETS};
  EXPECT_EQ(hal.uarts->configure(bench.context(), METER_UART_RS485, &usual), 0);
  EXPECT_EQ(hal.uarts->configure(bench.context(), METER_UART_RS485, &start), -1);
  EXPECT_EQ(hal.uarts->configure(bench.context(), METER_UART_SECOND, &usual), -1);
}

}  // namespace
