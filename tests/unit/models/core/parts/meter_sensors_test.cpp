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
  MeterBenchOptions options;
  options.tolerance.rtc = {0, 1000};  // no compensation at all
  MeterBench bench(options);
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
  bench.node->supply().set_battery(false);
  EXPECT_EQ(bench.hal().battery->voltage_mv(bench.context()), 0u);
}

TEST(MeterSensors, WhatIsNotThereIsAskedForByCapability) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  const meter_hal& hal = bench.hal();
  EXPECT_EQ(hal.version, METER_HAL_VERSION);
  EXPECT_EQ(hal.capabilities, 0u);
  EXPECT_EQ(hal.inputs, nullptr);
  EXPECT_EQ(hal.display, nullptr);
  EXPECT_EQ(hal.module, nullptr);
  EXPECT_EQ(hal.images, nullptr);
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
