// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "models/core/meter/factory.hpp"
#include "tests/rigs/devices/meter_bench.hpp"

namespace {

using namespace device_test;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using Octets = std::vector<std::uint8_t>;

TEST(MeterNode, BootsHalfASecondAfterTheMainsWithZeroedMemory) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(meter_script().log, std::vector<std::string>{"0 boot 0"});
  EXPECT_TRUE(bench.node->running());
  EXPECT_EQ(bench.hal().clock->uptime_us(bench.context()), 59'500'000);
}

TEST(MeterNode, AlarmComesAtItsUptimeAndAPastOneAfterTheUpcall) {
  MeterBench bench;
  int fired = 0;
  meter_script().boot = [&](auto) { bench.alarm_at(1'000'000); };
  meter_script().alarm = [&] {
    if (++fired == 1) bench.hal().clock->alarm_us(bench.context(), 5);
  };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(meter_script().log,
            (std::vector<std::string>{"0 boot 0", "1000000 alarm", "1000000 alarm"}));
  EXPECT_FALSE(meter_script().nested);
}

TEST(MeterNode, UptimeRunsWithTheProcessorsCrystal) {
  MeterBenchOptions options;
  options.tolerance.mcu_ppb = 20'000;
  MeterBench bench(options);
  meter_script().boot = [&](auto) { bench.alarm_at(1'000'000'000); };
  bench.start();
  bench.agenda.run_until(500 * kNsPerMs + 999'980'000'399);
  EXPECT_EQ(meter_script().log.size(), 1u);
  bench.run_for(1);
  EXPECT_EQ(meter_script().log.back(), "1000000000 alarm");
}

TEST(MeterNode, RtcMatchFollowsASetClock) {
  MeterBench bench;
  const std::int64_t hour = 3600 * 32768;
  meter_script().boot = [&](meter_boot_reason) {
    bench.hal().rtc->match(bench.context(), 1000 * 32768 + hour);
  };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.hal().rtc->ticks(bench.context()), (1000 + 60) * 32768);
  bench.hal().rtc->set(bench.context(), 1000 * 32768 + hour - 32768);
  bench.run_for(kNsPerSecond - 1);
  EXPECT_EQ(meter_script().log.size(), 1u);
  bench.run_for(1);
  EXPECT_EQ(meter_script().log.back(), "60500000 rtc");
  bench.hal().rtc->match(bench.context(), 5);  // long past: at once, but not from inside the call
  EXPECT_EQ(meter_script().log.size(), 2u);
  bench.run_for(0);
  EXPECT_EQ(meter_script().log.size(), 3u);
  ASSERT_EQ(bench.node->board().rtc.clock().history().size(), 2u);
}

TEST(MeterNode, WindowsEndedComeBeforeAnyOtherUpcall) {
  MeterBench bench;
  meter_script().boot = [&](auto) { bench.alarm_at(60'000'000); };
  std::uint64_t before_alarm = 0;
  meter_script().alarm = [&] { before_alarm = meter_script().windows; };
  bench.start();
  bench.run_for(2 * kNsPerMinute);
  // Boot at 0.5 s: the first window is 0.6 .. 0.8 s, the last before 60.5 s ends at 60.4 s.
  EXPECT_EQ(before_alarm, 299u);
}

TEST(MeterNode, LazyEagerAndDetailedSeeTheSameNumberOfWindows) {
  std::vector<std::uint64_t> windows, events;
  for (const auto& [detailed, lazy] : {std::pair{false, true}, {false, false}, {true, true}}) {
    MeterBenchOptions options;
    options.detailed = detailed;
    options.lazy = lazy;
    MeterBench bench(options);
    bench.start();
    bench.run_for(10 * kNsPerMinute);
    bench.node->catch_up();
    windows.push_back(meter_script().windows);
    events.push_back(bench.agenda.events());
    EXPECT_FALSE(meter_script().nested);
  }
  EXPECT_EQ(windows[0], 2997u);
  EXPECT_EQ(windows[1], 2997u);
  EXPECT_EQ(windows[2], 2997u);
  EXPECT_LE(events[0], 2u);
  EXPECT_LE(events[1], 13u);
  EXPECT_GE(events[2], 2997u);
}

TEST(MeterNode, RelayMovesAfterItsTravelAndTheCurrentWithTheNextWindow) {
  MeterBenchOptions options;
  options.detailed = true;
  MeterBench bench(options);
  bench.start();
  bench.run_for(10 * kNsPerSecond + 50 * kNsPerMs);
  bench.hal().relay->drive(bench.context(), 0);
  EXPECT_TRUE(bench.node->board().relay.relay().closed());
  bench.run_for(kNsPerSecond);
  EXPECT_FALSE(bench.node->board().relay.relay().closed());
  EXPECT_TRUE(bench.saw("9570000 relay open"));
  // 10.07 s: the window 10.0 .. 10.2 s still has current, the next one none.
  const auto& vi = meter_script().window_vi;
  ASSERT_GE(vi.size(), 50u);
  EXPECT_GT(vi[47], 1e10);
  EXPECT_LT(std::abs(vi[48]), vi[47] / 1e4);
  ASSERT_EQ(bench.node->feed().changes().size(), 3u);
  EXPECT_EQ(bench.node->feed().changes()[2].at, 10 * kNsPerSecond + 70 * kNsPerMs);
}

TEST(MeterNode, WeldedRelayReportsWhereItReallyIs) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  bench.node->board().relay.set_stuck(true);
  bench.hal().relay->drive(bench.context(), 0);
  bench.run_for(kNsPerSecond);
  EXPECT_TRUE(bench.saw("520000 relay closed"));
  EXPECT_EQ(bench.node->feed().changes().size(), 2u);
}

TEST(MeterNode, ARelayWhoseSupplyEndsBeforeItsTravelStaysWhereItIs) {
  MeterBench bench;
  bench.start();
  bench.node->power(10 * kNsPerMinute, false);
  bench.node->power(12 * kNsPerMinute, true);
  bench.run_for(10 * kNsPerMinute + 15 * kNsPerMs);  // half of the 20 ms that are left are over
  bench.hal().relay->drive(bench.context(), 0);
  bench.run_for(10 * kNsPerMinute);
  EXPECT_TRUE(bench.node->board().relay.relay().closed());
  EXPECT_EQ(bench.node->board().relay.relay().operations(), 0u);
}

TEST(MeterNode, FrameLeavesWhenTheDeclaredWorkIsDone) {
  MeterBench bench;
  struct Ear final : models::SerialReceiver {
    void on_frame(kernel::TimeNs now, std::span<const std::uint8_t>) override { at = now; }
    kernel::TimeNs at = 0;
  } module;
  bench.line.attach(1, module);
  meter_script().uart = [&](Octets frame) {
    bench.hal().cpu->work(bench.context(), METER_WORK_FRAME, 20);
    bench.hal().cpu->work(bench.context(), METER_WORK_GET, 100);
    bench.hal().cpu->work(bench.context(), METER_WORK_CRYPTO, 100);
    bench.hal().uarts->send(bench.context(), METER_UART_RS485, frame.data(), 20);
  };
  bench.start();
  bench.run_for(kNsPerSecond);
  bench.line.end(1).transmit(0, Octets(20, 1));
  bench.run_for(10 * kNsPerSecond);
  const kernel::TimeNs wire = bench.line.rate().octets_ns(20) + 2 * kNsPerMs;
  const auto& times = models::kServiceTimes;
  const kernel::TimeNs work = models::service_time(times, METER_WORK_FRAME, 20) +
                              models::service_time(times, METER_WORK_GET, 100) +
                              models::service_time(times, METER_WORK_CRYPTO, 100);
  EXPECT_EQ(module.at, kNsPerSecond + wire + work + wire);
  EXPECT_GE(work, 50 * kNsPerMs);
  EXPECT_LE(work, 200 * kNsPerMs);
}

TEST(MeterNode, WarnsHoldsUpAndGoesOffAndComesBack) {
  MeterBench bench;
  bench.start();
  bench.node->power(10 * kNsPerMinute, false);
  bench.node->power(12 * kNsPerMinute, true);
  meter_script().power = [&](meter_power_state) {
    auto* kept = static_cast<std::uint8_t*>(bench.hal().retained);
    kept[3] = 77;
    bench.hal().clock->alarm_us(bench.context(), 1);
  };
  bench.run_for(20 * kNsPerMinute);
  EXPECT_TRUE(bench.saw("599510000 power failing"));
  EXPECT_EQ(meter_script().log.back(), "0 boot 1");
  EXPECT_EQ(static_cast<std::uint8_t*>(bench.hal().retained)[3], 77);
  // The clock went on through the outage.
  EXPECT_EQ(bench.hal().rtc->ticks(bench.context()), (1000 + 1200) * 32768);
  bench.node->catch_up();
  // 0.6 s .. 600.0 s, then from 720.6 s on: the window that the outage cut short is missing.
  EXPECT_EQ(meter_script().windows, 2997u + 2397u);
}

TEST(MeterNode, TruthLeavesOutExactlyTheWindowsTheMeterNeverSaw) {
  MeterBench bench;
  bench.start();
  bench.node->power(10 * kNsPerMinute + 130 * kNsPerMs, false);
  bench.node->power(12 * kNsPerMinute + 70 * kNsPerMs, true);
  bench.run_for(20 * kNsPerMinute);
  bench.node->catch_up();
  // What integrates the change log counts the same windows.
  models::SwitchState state;
  std::size_t next = 0;
  std::uint64_t expected = 0;
  const auto& log = bench.node->feed().changes();
  for (kernel::TimeNs start = 0; start + 200 * kNsPerMs <= bench.agenda.now();
       start += 200 * kNsPerMs) {
    while (next < log.size() && log[next].at <= start) state.apply(log[next++]);
    if (state.power_on) ++expected;
  }
  EXPECT_EQ(meter_script().windows, expected);
}

TEST(MeterNode, ShortDipIsOnlyAWarning) {
  MeterBench bench;
  bench.start();
  bench.node->power(kNsPerMinute, false);
  bench.node->power(kNsPerMinute + 20 * kNsPerMs, true);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_TRUE(bench.saw("59510000 power failing"));
  EXPECT_TRUE(bench.saw("59520000 power good"));
  EXPECT_EQ(bench.node->totals().boots, 1u);
}

TEST(MeterNode, DeepSagBecomesAPowerFailAndAShallowOneDoesNot) {
  MeterBench bench;
  bench.start();
  bench.node->supply().sag(kNsPerMinute, kNsPerMinute + kNsPerSecond, 0.6);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_EQ(meter_script().log.size(), 1u);
  bench.node->supply().sag(3 * kNsPerMinute, 3 * kNsPerMinute + kNsPerSecond, 0.3);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_EQ(bench.node->totals().boots, 2u);
}

// Ten until it is noticed, twenty out of the capacitor, which nothing charges between sags that
// touch.
TEST(MeterNode, RidesThroughLessThanThirtyMillisecondsWithoutVoltage) {
  MeterBench bench;
  bench.start();
  const auto boots_after = [&bench](kernel::TimeNs first, kernel::TimeNs second) {
    const kernel::TimeNs from = bench.agenda.now() + kNsPerMinute;
    bench.node->supply().sag(from, from + first, 0.3);
    bench.node->supply().sag(from + first, from + first + second, 0.1);
    bench.run_for(2 * kNsPerMinute);
    return bench.node->totals().boots;
  };
  EXPECT_EQ(boots_after(20 * kNsPerMs, 10 * kNsPerMs - 1), 1u);
  EXPECT_EQ(boots_after(20 * kNsPerMs, 10 * kNsPerMs), 2u);
}

TEST(MeterNode, EmptyBatteryLosesClockAndRetainedMemory) {
  MeterBench bench;
  bench.start();
  bench.node->board().battery.set_charge(0);
  bench.run_for(kNsPerMinute);
  static_cast<std::uint8_t*>(bench.hal().retained)[0] = 1;
  bench.node->power(2 * kNsPerMinute, false);
  bench.node->power(3 * kNsPerMinute, true);
  bench.run_for(3 * kNsPerMinute);
  EXPECT_EQ(static_cast<std::uint8_t*>(bench.hal().retained)[0], 0);
  EXPECT_EQ(bench.hal().rtc->lost(bench.context()), 1);
  bench.hal().rtc->set(bench.context(), 1);
  EXPECT_EQ(bench.hal().rtc->lost(bench.context()), 0);
}

TEST(MeterNode, FlashCutInsideAnUpcallTakesTheMeterDownAfterIt) {
  MeterBench bench;
  meter_script().boot = [&](auto) { bench.alarm_at(1'000'000); };
  int writes_ok = 0;
  meter_script().alarm = [&] {
    const Octets record(8, 0);
    for (std::uint32_t n = 0; n < 5; ++n) {
      if (bench.hal().flash->write(bench.context(), 16 * n, record.data(), 8) == 0) ++writes_ok;
    }
  };
  bench.start();
  bench.node->flash().cut_power_at(3);
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(writes_ok, 2);
  EXPECT_FALSE(bench.node->running());
  bench.node->power(2 * kNsPerMinute, true);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_TRUE(bench.saw("0 boot 1"));
  EXPECT_EQ(writes_ok, 7);
}

TEST(MeterNode, FirmwareThatSpinsIsResetByTheWatchdog) {
  MeterBench bench;
  meter_script().boot = [&](meter_boot_reason reason) {
    if (reason != METER_BOOT_WATCHDOG) bench.hal().clock->alarm_us(bench.context(), 0);
  };
  meter_script().alarm = [&] {
    meter_script().log.clear();
    bench.hal().clock->alarm_us(bench.context(), 0);
  };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.node->totals().watchdog_resets, 1u);
  EXPECT_EQ(meter_script().log.back(), "0 boot 2");
}

TEST(MeterNode, BadArgumentsAreCountedAndChangeNothing) {
  MeterBench bench;
  bench.start();
  bench.run_for(kNsPerSecond);
  const meter_hal& hal = bench.hal();
  Octets octets(40, 1);
  EXPECT_EQ(hal.uarts->send(bench.context(), static_cast<meter_uart>(9), octets.data(), 4), -1);
  hal.cpu->work(bench.context(), static_cast<meter_work>(77), 1);
  hal.pulses->emit(bench.context(), static_cast<meter_pulse_output>(5), 1, 1);
  hal.rtc->set(bench.context(), -1);
  EXPECT_EQ(bench.node->totals().bad_downcalls, 4u);
  EXPECT_EQ(hal.flash->write(bench.context(), 0xFFFFFFF0u, octets.data(), 40), -1);
  EXPECT_EQ(
      hal.crypto->key_unwrap(bench.context(), octets.data(), octets.data(), 23, octets.data()), -1);
}

TEST(MeterNode, RandomOctetsAreTheMetersOwnAndRepeatable) {
  Octets first(10), second(10);
  for (Octets* out : {&first, &second}) {
    MeterBench bench;
    bench.start();
    bench.run_for(kNsPerSecond);
    bench.hal().crypto->random(bench.context(), out->data(), 10);
  }
  EXPECT_EQ(first, second);
  EXPECT_NE(first, Octets(10, 0));
}

TEST(MeterNode, BreakHookRunsBeforeTheFirstUpcallAtOrAfterItsTime) {
  MeterBench bench;
  struct Stop final : models::UpcallBreak {
    void before(const models::FirmwareCall& call, void* in, void* code) override {
      seen = meter_script().log.size();
      upcall = call.upcall();
      meter = call.number();
      instance = in;
      entry = code;
      ASSERT_NE(models::FirmwareCall::current(), nullptr);
      EXPECT_EQ(models::FirmwareCall::current()->at, call.at());
      EXPECT_EQ(models::FirmwareCall::current()->upcall, call.upcall());
    }
    void after() override { seen_after = meter_script().log.size(); }
    std::size_t seen = 99, seen_after = 99;
    std::string upcall;
    std::uint32_t meter = 0;
    void* instance = nullptr;
    void* entry = nullptr;
  } stop;
  bench.node->break_at(2 * kNsPerSecond, 1, stop);
  meter_script().boot = [&](auto) { bench.alarm_at(1'000'000); };
  meter_script().alarm = [&] { bench.hal().clock->alarm_us(bench.context(), 3'000'000); };
  bench.start();
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(stop.seen, 2u);
  EXPECT_EQ(stop.seen_after, 2u);
  EXPECT_EQ(stop.upcall, "on_sums");  // windows are upcalls, too
  EXPECT_EQ(stop.meter, bench.node->meter());
  EXPECT_EQ(stop.instance, bench.node->instance());
  EXPECT_EQ(stop.entry, reinterpret_cast<void*>(bench.node->firmware().on_sums));
  EXPECT_EQ(models::FirmwareCall::current(), nullptr);
}

TEST(Factory, BenchShowsTheThreePointsAndNothingRunsBeforeTheFirstBoot) {
  MeterBench bench;
  meter_provision provision{};
  provision.serial[0] = '7';
  ASSERT_TRUE(models::manufacture(*bench.node, provision, bench.afe));
  EXPECT_EQ(meter_script().calibrated,
            (std::vector{METER_CALIBRATE_GAIN, METER_CALIBRATE_PHASE, METER_CALIBRATE_OFFSET,
                         METER_CALIBRATE_CLOCK, METER_CALIBRATE_CLOCK, METER_CALIBRATE_CLOCK,
                         METER_CALIBRATE_STORE}));
  const auto& reference = meter_script().references;
  EXPECT_NEAR(reference[0].active_w, 1150, 1e-6);
  EXPECT_NEAR(reference[1].active_w, 575, 1e-6);
  EXPECT_NEAR(reference[1].reactive_var, 995.93, 0.01);
  EXPECT_EQ(reference[2].current_a, 0);
  EXPECT_EQ(reference[3].clock_ppb, -34 * 2 * 2);    // at 23 degrees
  EXPECT_EQ(reference[4].clock_ppb, -34 * 35 * 35);  // at 60
  const auto& gain = meter_script().bench_sums[0];
  const auto& phase = meter_script().bench_sums[1];
  EXPECT_NEAR(phase.element[0].vi / gain.element[0].vi, 0.5, 1e-3);
  EXPECT_NEAR(gain.element[0].vv / phase.element[0].vv, 1, 1e-4);
  EXPECT_TRUE(meter_script().log.empty());
  bench.start();
  bench.run_for(kNsPerSecond);
  EXPECT_TRUE(bench.saw("0 boot 0"));
  std::uint8_t serial = 0;
  bench.hal().flash->read(bench.context(), 0, &serial, 1);
  EXPECT_EQ(serial, '7');
}

}  // namespace
