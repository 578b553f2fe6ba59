// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdlib>
#include <vector>

#include "kernel/keyed_stream.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/meter/meter_supply.hpp"
#include "models/core/meter/output_blocks.hpp"
#include "models/core/parts/buffer_pool.hpp"
#include "models/core/parts/rtc.hpp"
#include "models/core/parts/supply.hpp"

namespace {

using kernel::kNsPerDay;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
using models::Oscillator;
using models::PulseOutput;
using models::Rtc;
using models::Supply;

TEST(Oscillator, CountsExactlyOverAYear) {
  Oscillator exact(32768, 0);
  EXPECT_EQ(exact.count_at(365 * kNsPerDay), 365LL * 86400 * 32768);
  Oscillator fast(32768, 5787);  // 5.787 ppm: half a second a day, 16 383.99 ticks
  EXPECT_EQ(fast.count_at(kNsPerDay) - 86400LL * 32768, 16383);
  Oscillator slow(1'000'000, -20'000);
  EXPECT_EQ(slow.count_at(kNsPerSecond), 999'980);
}

TEST(Oscillator, TimeOfIsTheFirstNanosecondAtWhichTheCountIsReached) {
  kernel::KeyedStream draw(1, 0, kernel::kPurposeTest);
  for (int n = 0; n < 5000; ++n) {
    Oscillator clock(32768, static_cast<std::int32_t>(draw.below(60'000)) - 30'000);
    clock.set(static_cast<kernel::TimeNs>(draw.next_u64() % kNsPerDay),
              static_cast<std::int64_t>(draw.next_u64() >> 20));
    const std::int64_t value =
        clock.segment().count + 1 + static_cast<std::int64_t>(draw.next_u64() % (1u << 31));
    const kernel::TimeNs t = clock.time_of(value);
    ASSERT_EQ(clock.count_at(t), value);
    ASSERT_EQ(clock.count_at(t - 1), value - 1);
  }
}

TEST(Oscillator, ARateChangeKeepsThePhase) {
  Oscillator clock(32768, 0);
  for (int n = 1; n <= 1000; ++n) clock.set_deviation(n * 12'345'678LL, 0);
  EXPECT_EQ(clock.count_at(kNsPerDay), 86400LL * 32768);
}

TEST(Oscillator, ReachesTheUnreachableNever) {
  const Oscillator clock(32768, 0);
  EXPECT_EQ(clock.time_of(INT64_MAX), kernel::kNever);
  EXPECT_EQ(clock.time_of(INT64_MIN), 0);
}

TEST(Rtc, RemembersEveryStretchForTheExpectedRows) {
  Rtc rtc({.offset_ppb = 2000}, 1'000'000);  // at 25 degrees
  rtc.set(10 * kNsPerSecond, 5'000'000);
  rtc.set_temperature(20 * kNsPerSecond, 40);
  ASSERT_EQ(rtc.history().size(), 3u);
  EXPECT_TRUE(rtc.history()[1].set);
  EXPECT_EQ(rtc.history()[1].count_before, 1'000'000 + 327'680);
  EXPECT_FALSE(rtc.history()[2].set);
  EXPECT_EQ(rtc.ticks_at(0), 1'000'000);
  EXPECT_EQ(rtc.ticks_at(10 * kNsPerSecond - 1), 1'000'000 + 327'680);
  EXPECT_EQ(rtc.ticks_at(10 * kNsPerSecond), 5'000'000);
}

TEST(Rtc, SaysWhenItLastCameToACount) {
  Rtc rtc({}, 1000 * Rtc::kRateHz);
  const auto second = [&rtc](std::int64_t shown_s, std::int64_t until_s) {
    return rtc.last_reached(shown_s * Rtc::kRateHz, until_s * kernel::kNsPerSecond) /
           kernel::kNsPerSecond;
  };
  EXPECT_EQ(second(1060, 100), 60);
  EXPECT_EQ(second(990, 100), 0) << "it began beyond";
  rtc.set(100 * kernel::kNsPerSecond, 1040 * Rtc::kRateHz);  // passes 1060 again
  EXPECT_EQ(second(1060, 110), 60) << "not yet";
  EXPECT_EQ(second(1060, 200), 120);
  rtc.jump(200 * kernel::kNsPerSecond, 9000 * Rtc::kRateHz);  // jumps over
  EXPECT_EQ(second(5000, 300), 200);
  EXPECT_EQ(second(9010, 300), 210);
}

// -0.034 ppm/K^2: 15 K off the turnover cost 7.65 ppm of an uncompensated tuning fork.
TEST(Rtc, TemperatureSlowsAnUncompensatedCrystal) {
  Rtc rtc({}, 0);
  rtc.set_temperature(0, 40);
  const double ppm = (static_cast<double>(rtc.ticks_at(kNsPerDay)) / (86400.0 * 32768) - 1) * 1e6;
  EXPECT_NEAR(ppm, -7.65, 0.01);
}

// What changes at one instant is one stretch; what does not change the rate is none.
TEST(Rtc, AStretchOfNoLengthIsNone) {
  Rtc rtc({.offset_ppb = 700}, 1'000);
  rtc.set_temperature(0, 60);
  rtc.trim(0, 5'000);
  rtc.age(0, -40);
  ASSERT_EQ(rtc.history().size(), 1u);
  EXPECT_EQ(rtc.history().front().law.rate, Rtc::kRateHz * (1'000'000'000 + rtc.deviation_ppb()));
  rtc.trim(kNsPerSecond, 5'000);
  EXPECT_EQ(rtc.history().size(), 1u);
  rtc.trim(kNsPerSecond, 6'000);
  ASSERT_EQ(rtc.history().size(), 2u);
  EXPECT_EQ(rtc.history().back().law.from_ns, kNsPerSecond);
  rtc.lose(2 * kNsPerSecond);
  EXPECT_EQ(
      rtc.history().back().law.rate,
      Rtc::kRateHz * (1'000'000'000 + 700 - 40 - 34 * 35 * 35));  // the trim goes with the battery
}

// A normal law of the sigma asked for; nobody is scrapped.
TEST(Tolerance, DrawnCrystalsSpreadAsAsked) {
  for (const double sigma_ppm : {2.0, 20.0}) {
    constexpr std::uint32_t kMeters = 4000;
    double squares = 0;
    double sum = 0;
    unsigned beyond_two = 0;
    for (std::uint32_t meter = 0; meter < kMeters; ++meter) {
      const double ppm =
          models::draw_device_tolerance(1, meter, {.clock_ppm = sigma_ppm}).rtc.offset_ppb * 1e-3;
      sum += ppm;
      squares += ppm * ppm;
      if (std::abs(ppm) > 2 * sigma_ppm) ++beyond_two;
    }
    EXPECT_NEAR(std::sqrt(squares / kMeters), sigma_ppm, 0.05 * sigma_ppm);
    EXPECT_NEAR(sum / kMeters, 0, 0.05 * sigma_ppm);
    EXPECT_NEAR(beyond_two, 0.0455 * kMeters, 45);
  }
}

TEST(PulseOutput, SpreadsThePulsesOverTheSpan) {
  PulseOutput output;
  EXPECT_EQ(output.last_pulse(0), kernel::kNever);
  output.lay(0, 4, 250, 1000);
  EXPECT_EQ(output.count_at(249), 0u);
  EXPECT_EQ(output.count_at(250), 1u);
  EXPECT_EQ(output.count_at(999), 3u);
  EXPECT_EQ(output.last_pulse(999), 750);
  EXPECT_EQ(output.next_pulse(750), 1000);
  EXPECT_EQ(output.count_at(5000), 4u);
  EXPECT_EQ(output.next_pulse(1000), kernel::kNever);
}

TEST(PulseOutput, ANewSpanLosesNoPulseAndAnOutageDoes) {
  PulseOutput output;
  output.lay(0, 10, 100, 1000);
  output.lay(500, 3, 100, 300);
  EXPECT_EQ(output.count_at(500), 10u);
  EXPECT_EQ(output.last_pulse(550), 500);
  output.stop(600);
  EXPECT_EQ(output.count_at(10'000), 11u);
  EXPECT_EQ(output.last_pulse(10'000), 600);
}

TEST(PulseOutput, EveryNextPulseRaisesTheCountByOne) {
  PulseOutput output;
  output.lay(17, 997, 400, 1'000'003);
  std::uint64_t expected = 0;
  for (kernel::TimeNs t = output.next_pulse(17); t != kernel::kNever; t = output.next_pulse(t)) {
    ASSERT_EQ(output.count_at(t), ++expected);
    ASSERT_EQ(output.count_at(t - 1), expected - 1);
  }
  EXPECT_EQ(expected, 997u);
}

TEST(Supply, RidesThroughADipAndWarnsBeforeItEnds) {
  Supply supply;
  EXPECT_EQ(supply.on_mains(0, 1.0), Supply::Event::kNone);
  EXPECT_EQ(supply.on_deadline(), Supply::Event::kBoot);
  supply.on_mains(kNsPerSecond, 0.1);
  EXPECT_TRUE(supply.running());
  EXPECT_EQ(supply.on_mains(kNsPerSecond + 5 * kNsPerMs, 1.0), Supply::Event::kNone);
  EXPECT_EQ(supply.deadline(), kernel::kNever);

  supply.on_mains(2 * kNsPerSecond, 0.1);
  EXPECT_EQ(supply.deadline(), 2 * kNsPerSecond + 10 * kNsPerMs);
  EXPECT_EQ(supply.on_deadline(), Supply::Event::kFailing);
  EXPECT_EQ(supply.deadline(), 2 * kNsPerSecond + 30 * kNsPerMs);
  EXPECT_EQ(supply.on_mains(2 * kNsPerSecond + 20 * kNsPerMs, 1.0), Supply::Event::kRestored);

  supply.on_mains(3 * kNsPerSecond, 0);
  supply.on_deadline();
  EXPECT_EQ(supply.on_deadline(), Supply::Event::kOff);
  EXPECT_FALSE(supply.running());
}

TEST(Supply, KeepsGoingThroughASagAboveItsDropOut) {
  Supply supply;
  supply.on_mains(0, 1.0);
  supply.on_deadline();
  supply.on_mains(kNsPerSecond, 0.5);
  EXPECT_EQ(supply.state(), Supply::State::kGood);
}

TEST(MainsInput, OrdersWhatWasAnnouncedInAnyOrder) {
  models::MainsInput mains;
  mains.sag(50, 70, 0.6);
  mains.power(0, true);
  mains.power(60, false);
  std::vector<kernel::TimeNs> times;
  std::vector<double> factors;
  while (mains.next() != kernel::kNever) {
    times.push_back(mains.take().at);
    factors.push_back(mains.factor());
  }
  EXPECT_EQ(times, (std::vector<kernel::TimeNs>{0, 50, 60, 70}));
  EXPECT_EQ(factors, (std::vector<double>{1, 0.6, 0, 0}));
}

TEST(BufferPool, BuffersComeZeroedAreBoundedAndReturn) {
  models::BufferPool pool(2048);
  models::BufferAccount account(pool);
  std::uint8_t* buffer = account.take();
  buffer[7] = 42;
  account.give(buffer);
  account.give(buffer);  // twice
  EXPECT_EQ(account.bad_gives(), 1u);
  EXPECT_EQ(account.take()[7], 0);
  for (std::size_t n = 1; n < models::BufferAccount::kLimit; ++n)
    EXPECT_NE(account.take(), nullptr);
  EXPECT_EQ(account.take(), nullptr);
  EXPECT_EQ(pool.in_use(), models::BufferAccount::kLimit);
  account.give_all();
  EXPECT_EQ(pool.in_use(), 0u);
}

TEST(Oscillator, CountsBeforeItsSegmentAsIfItHadAlwaysRun) {
  models::Oscillator clock(1'000'000, 0);
  clock.set(5'000'000, 0);
  EXPECT_EQ(clock.count_near(5'000'000), 0);
  EXPECT_EQ(clock.count_near(6'500'500), 1500);
  EXPECT_EQ(clock.count_near(4'999'999), -1);
  EXPECT_EQ(clock.count_near(4'999'000), -1);
  EXPECT_EQ(clock.count_near(4'998'999), -2);
  EXPECT_EQ(clock.count_near(0), -5000);
}

}  // namespace
