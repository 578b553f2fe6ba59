// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What the production line and the firmware make of a drawn crystal.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>

#include "models/core/meter/factory.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace {

constexpr double kRate_ppb = 0.5 / 86'400 * 1e9;        // IEC 62054-21: at 23 degrees
constexpr double kInfluence_ppb = 0.15 / 86'400 * 1e9;  // a kelvin away from that

struct IdleHome final : models::LoadSource {
  models::HomeLoad at(std::int64_t) const override { return {0, 0, 0, true}; }
};

struct ClockBench {
  explicit ClockBench(std::uint32_t number)
      : mains({.seed = 3}, 5 * kernel::kNsPerDay),
        supply(mains, load, {}),
        afe(3, number, 1, models::draw_tolerance(3, number)),
        pool(METER_BUFFER_BYTES),
        crypto([](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 1); }),
        tolerance(models::draw_device_tolerance(3, number)) {
    models::MeterNodeConfig config;
    config.firmware = meter_ad11a_firmware();
    config.meter = number;
    config.rtc_start_ticks = rigs::utc_s(2026, 2, 10) * METER_RTC_HZ;
    config.tolerance = tolerance;
    node = std::make_unique<models::MeterNode>(
        models::NodeServices{agenda, crypto, pool, 3}, config,
        std::make_unique<models::ElectricalFeed>(supply, afe, models::FeedTier::fleet));
  }
  double fast_ppb() const { return node->board().rtc.clock().deviation_ppb(); }
  // A quarter of an hour after the board came to that temperature.
  double fast_ppb_at(double celsius) {
    node->board().rtc.set_temperature(celsius);
    agenda.run_until(agenda.now() + 901 * kernel::kNsPerSecond);
    return fast_ppb();
  }

  kernel::Agenda agenda;
  IdleHome load;
  models::MainsSchedule mains;
  models::SupplyPoint supply;
  models::Afe afe;
  models::BufferPool pool;
  protocol::crypto::OpensslEngine crypto;
  models::DeviceTolerance tolerance;
  std::unique_ptr<models::MeterNode> node;
};

// Half a second a day is what production line and firmware leave of crystals that are drawn without
// a bound and age by up to 3 ppm; nobody cuts the draw.
TEST(FleetClock, KeepsHalfASecondADayAndItsLimitOverTemperature) {
  constexpr std::uint32_t kMeters = 30;
  unsigned beyond = 0;
  double worst_new_ppb = 0;
  for (std::uint32_t number = 1; number <= kMeters; ++number) {
    ClockBench bench(number);
    if (std::abs(bench.fast_ppb()) > kRate_ppb) ++beyond;
    ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
    bench.node->power(0, true);
    for (const double celsius : {23.0, 25.0, -40.0, -10.0, 45.0, 85.0, 23.0}) {
      const double new_ppb = bench.fast_ppb_at(celsius);
      const double aged_ppb = new_ppb + bench.tolerance.clock_aged_ppb;
      const double limit_ppb = kRate_ppb + kInfluence_ppb * std::abs(celsius - 23);
      EXPECT_LE(std::abs(aged_ppb), limit_ppb) << number << " at " << celsius;
      worst_new_ppb = std::max(worst_new_ppb, std::abs(new_ppb));
    }
  }
  EXPECT_GT(beyond, kMeters / 3) << "as they come from their makers";
  EXPECT_LT(worst_new_ppb, 200) << "new, over the whole range: the points' resolution";
}

// The duty of twenty years from what two days show: asleep, on the mains, and what is erased.
TEST(TwentyYears, BatteryAndFlashLast) {
  constexpr double kYears = 20, kHours = kYears * 8766;
  constexpr double kAsleep_h =
      kYears * 12 * 8 + 8766;  // an outage of 8 h a month; a year on a shelf
  ClockBench bench(1);
  ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
  const models::Battery& cell = bench.node->board().battery.cell();
  const auto spent_over_two_days = [&] {
    const double before = cell.charge(bench.agenda.now());
    bench.agenda.run_until(bench.agenda.now() + 2 * kernel::kNsPerDay);
    return before - cell.charge(bench.agenda.now());
  };
  bench.node->power(0, true);
  const double on_mains = spent_over_two_days() / 48;
  const auto erased = [&] {
    std::uint32_t most = 0;
    for (std::uint32_t page = 0; page < METER_FLASH_PAGES; ++page) {
      most = std::max(most, bench.node->flash().erases(page));
    }
    return most;
  };
  const std::uint32_t pages_erased = erased();
  bench.node->power(bench.agenda.now(), false);
  const double asleep = spent_over_two_days() / 48;
  EXPECT_GT(asleep, 2 * on_mains) << "or nothing feeds the sleep";
  const double spent = on_mains * (kHours - kAsleep_h) + asleep * kAsleep_h;
  EXPECT_LT(spent, 0.5) << "of the charge; the rest is for warm places";
  EXPECT_LT(2 * asleep * kAsleep_h, spent) << "its self-discharge decides";
  constexpr double kEndurance = 100'000;
  EXPECT_LT(pages_erased * kYears * 365.25 / 2, kEndurance);
}

// A trim of another temperature is worse than as much as the RTC can do.
TEST(FleetClock, ACrystalBeyondTheRangeOfTheTrimIsTrimmedAsFarAsItGoes) {
  rigs::FakePlatform board(meter_ad11a_firmware());
  meter::fw::Crystal crystal;
  ASSERT_TRUE(crystal.add(2300, 290'000));
  ASSERT_TRUE(crystal.add(3500, -290'000));
  ASSERT_TRUE(crystal.add(4700, 290'000));
  const meter::fw::Hal hal(&board.hal);
  meter::fw::Clock clock;
  for (const auto& [celsius, trim_ppm] :
       {std::pair{35, 290.0}, {60, -500.0}, {35, 290.0}, {-10, -500.0}, {47, -290.0}}) {
    board.centi_celsius = 100 * celsius;
    clock.trim(hal, crystal);
    EXPECT_NEAR(board.rtc_ppm, trim_ppm, 0.01) << celsius;
  }
}

TEST(FleetClock, IsTrimmedAsleepToo) {
  rigs::MeterFixture meter(rigs::utc_s(2026, 2, 10));
  const meter_sums none{};
  const meter_reference reference{0, 0, 0, 0, 5'000};
  ASSERT_EQ(meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_CLOCK, &none, &reference),
            0);
  meter.firmware->on_power(meter.instance(), METER_POWER_FAILING);
  meter.firmware->on_power(meter.instance(), METER_POWER_BATTERY);
  EXPECT_NEAR(meter.rtc_ppm, -5, 0.01) << "at 25 degrees";
  meter.centi_celsius = -2000;
  meter.run_for_us(3601 * rigs::kSecond_us);
  EXPECT_NEAR(meter.rtc_ppm, -5 + 1e-3 * 34 * 45 * 45, 0.01);
}

// What the production line saw once is all there is: a crystal that ages is not trimmed again.
TEST(FleetClock, OnePointOrTwoMoveTheUsualParabola) {
  meter::fw::Crystal crystal;
  EXPECT_TRUE(crystal.add(2300, 5'000));
  EXPECT_FALSE(crystal.add(2900, 5'000)) << "too near";
  EXPECT_FALSE(crystal.add(6000, 400'000)) << "no crystal";
  EXPECT_NEAR(crystal.fast_ppb(2300), 5'000, 1);
  EXPECT_NEAR(crystal.fast_ppb(2500), 5'136, 1);
  EXPECT_NEAR(crystal.fast_ppb(-4000), 5'136 - 34 * 65 * 65, 1);
  EXPECT_TRUE(crystal.add(6000, 5'136 - 34 * 35 * 35 + 3'700));
  EXPECT_NEAR(crystal.fast_ppb(2300), 5'000, 5);
  EXPECT_NEAR(crystal.fast_ppb(-1400), 5'136 - 34 * 39 * 39 - 3'700, 20);
  EXPECT_TRUE(crystal.add(-2000, -60'000));
  EXPECT_FALSE(crystal.add(4000, 0)) << "three are enough";
  EXPECT_NEAR(crystal.fast_ppb(-2000), -60'000, 5);
}

}  // namespace
