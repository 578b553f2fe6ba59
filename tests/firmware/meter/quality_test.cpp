// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Sags and swells by Urms(1/2), their thresholds, counters and log; the mean voltage.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstddef>
#include <limits>

#include "meter/dsp/half_cycles.hpp"
#include "meter/fw/quality/variations.hpp"
#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/stored_setups.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::cosem::obis;
using protocol::cosem::Obis;
using rigs::make_sums;
using rigs::MeterFixture;
using testing::ElementsAre;
using testing::ElementsAreArray;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr Obis kSag = obis(1, 0, 12, 31, 0), kSwell = obis(1, 0, 12, 35, 0);

struct Bench : MeterFixture {
  explicit Bench(const meter_firmware* under_test = meter_ad11a_firmware())
      : MeterFixture(kStart, rigs::make_provision(), under_test) {}

  // Windows of one voltage.
  void volts(double voltage_v, std::uint32_t windows) {
    sums(make_sums({voltage_v, 0, 0, 50}, {}, firmware->n_elements), windows);
  }
  // One window with a voltage a half cycle.
  void halves(const std::array<double, meter::dsp::kMostHalfCycles>& voltages) {
    struct {
      meter_sums sums;
      meter_half_cycle halves[meter::dsp::kMostHalfCycles];
    } window{make_sums({240, 0, 0, 50}), {}};
    const double volt = 8388608.0 / (METER_ADC_V_FULL_SCALE_MV / 1000.0);
    for (std::uint32_t k = 0; k < voltages.size(); ++k) {
      const double counts = voltages[k] * volt;
      window.halves[k] = {0, k * (64u << 16), 64, 0, 64 * counts * counts, 0};
    }
    window.sums.half_cycles = {meter::dsp::kMostHalfCycles, sizeof(meter_half_cycle),
                               static_cast<std::uint32_t>(reinterpret_cast<char*>(window.halves) -
                                                          reinterpret_cast<char*>(&window))};
    sums(window.sums, 1);
  }
  std::int64_t read(const Obis& name, bool data = false) {
    rigs::TestClient reader(*this, rigs::reading_client(provision));
    if (!reader.connect() || !reader.associate()) return -9999;
    const auto value = reader.get({data ? classes::Data::kId : classes::Register::kId, name, 2});
    return value ? axdr::Cursor(*value).number() : -9998;
  }
  bool set(const Obis& name, std::uint16_t value) {
    rigs::TestClient manager(*this, rigs::management_client(provision, management_counter));
    if (!manager.connect() || !manager.associate()) return false;
    const bool done =
        manager.set({classes::Register::kId, name, 2},
                    rigs::encoded([&](auto& out) { axdr::put_long_unsigned(value, out); }));
    management_counter += 100;
    return done;
  }
  // Magnitude (V) and duration (ms) of the newest entry.
  std::pair<double, std::uint32_t> newest() const {
    const auto entries = rows(LogId::quality_events);
    if (entries.empty()) return {};
    return {0.1 * entries.back().values[0], entries.back().values[1]};
  }
};

TEST(Quality, ASagOfWholeWindowsIsToldWithItsDepthAndLength) {
  Bench meter;
  meter.volts(240, 100);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre());
  meter.volts(150, 10);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76));
  meter.volts(240, 100);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85));
  EXPECT_NEAR(meter.newest().first, 150, 0.11);
  EXPECT_NEAR(meter.newest().second, 2000, 20);  // a cycle that is half of it belongs to it
  meter.volts(280, 3);
  meter.volts(240, 1);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85, 79, 85));
  EXPECT_EQ(meter.read(obis(1, 0, 32, 32, 0), true), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 32, 36, 0), true), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 12, 36, 0), true), 1);
  EXPECT_NEAR(0.1 * static_cast<double>(meter.read(obis(1, 0, 32, 38, 0))), 280, 0.11);
  EXPECT_NEAR(0.1 * static_cast<double>(meter.read(obis(1, 0, 32, 34, 0))), 150, 0.11);
  EXPECT_NEAR(0.1 * static_cast<double>(meter.read(obis(1, 0, 12, 34, 0))), 280, 0.11);
  EXPECT_NEAR(static_cast<double>(meter.read(obis(1, 0, 32, 33, 0))), 2000, 20);
}

TEST(Quality, HalfCyclesShowWhatAWindowDoesNot) {
  Bench meter;
  meter.volts(240, 10);
  std::array<double, meter::dsp::kMostHalfCycles> voltages;
  voltages.fill(240);
  voltages[7] = voltages[8] = voltages[9] = 120;
  meter.halves(voltages);  // its rms is 226 V
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85));
  EXPECT_NEAR(meter.newest().first, 120, 0.11);
  EXPECT_EQ(meter.newest().second, 40u);  // cycles from the one that ends with it
  // Back within the hysteresis only: it goes on.
  voltages.fill(240);
  voltages[3] = voltages[4] = 200;
  for (std::size_t k = 5; k < 15; ++k) voltages[k] = 218;
  meter.halves(voltages);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85, 76, 85));
  EXPECT_EQ(meter.newest().second, 110u);
}

TEST(Quality, ASagEndsInTheWindowBehindIt) {
  Bench meter;
  meter.volts(240, 1);
  std::array<double, meter::dsp::kMostHalfCycles> voltages;
  voltages.fill(240);
  voltages[18] = voltages[19] = 120;
  meter.halves(voltages);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76));
  meter.volts(240, 1);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85));
  EXPECT_EQ(meter.newest().second, 30u);
}

TEST(Quality, ThresholdsAreSetAndHoldTogether) {
  Bench meter;
  EXPECT_EQ(meter.read(kSag), 2160);
  EXPECT_EQ(meter.read(kSwell), 2640);
  ASSERT_TRUE(meter.set(kSag, 2300));
  EXPECT_FALSE(meter.set(kSag, 2620)) << "with the hysteresis above that of a swell";
  EXPECT_FALSE(meter.set(kSwell, 2300));
  EXPECT_EQ(meter.read(kSag), 2300);
  meter.volts(225, 5);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76));
}

TEST(Quality, WhatIsShorterThanItsTimeIsNotTold) {
  Bench meter;
  ASSERT_TRUE(meter.set(obis(1, 0, 12, 43, 0), 2));
  meter.volts(150, 9);
  meter.volts(240, 1);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre());
  meter.volts(150, 11);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76));
  meter.volts(240, 1);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85));
  EXPECT_EQ(meter.read(obis(1, 0, 32, 32, 0), true), 1);
}

TEST(Quality, ASwellEndsOnlyBelowTheHysteresis) {
  Bench meter;
  meter.volts(240, 1);
  meter.volts(270, 5);
  meter.volts(262, 5);  // below 264 V, above 259.2 V
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(79));
  meter.volts(258, 2);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(79, 85));
  EXPECT_NEAR(meter.newest().second, 2000, 20);
}

TEST(Quality, SagsAndSwellsHaveTimesOfTheirOwn) {
  for (const bool sags_wait : {true, false}) {
    Bench meter;
    ASSERT_TRUE(meter.set(obis(1, 0, 12, sags_wait ? 43 : 44, 0), 3));
    meter.volts(150, 10);
    meter.volts(240, 2);
    meter.volts(280, 10);
    meter.volts(240, 2);
    EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(sags_wait ? 79 : 76, 85));
  }
}

// A Variations of its own over the meter's memory, that is told each voltage to the last bit.
struct Exact : MeterFixture {
  Exact() : MeterFixture(kStart) {
    core.parameters.open(core.hal);
    core.journal.open(core.hal, rigs::stored_setups(core.hal, provision.capture_period_s));
    core.identity = provision;
    core.provisioned = true;
    core.reading.duration_us = 200'000;
  }
  // Two half cycles, so that the second ends a cycle, of the square of tenths of a volt or of the
  // next number beside it.
  void take(int dv, double beside = 0) {
    double v2 = 0.01 * dv * dv;
    if (beside != 0) v2 = std::nextafter(v2, beside * std::numeric_limits<double>::infinity());
    take_half(v2);
    take_half(v2);
  }
  void take_windows(double v, std::uint32_t n) {
    core.reading.element[0].voltage2_v2 = v * v;
    variations.take_sums(core, meter_sums{}, n);
  }
  void take_half(double v2) {
    struct {
      meter_sums sums;
      meter_half_cycle half;
    } window{};
    const double volt = meter::fw::volts_per_count(core.calibration_now().element[0]);
    window.half.n_samples = 64;
    window.half.vv = v2 / (volt * volt) * 64;
    const auto made = [&] { return window.half.vv / 64 * (volt * volt); };
    while (made() > v2) window.half.vv = std::nextafter(window.half.vv, 0);
    while (made() < v2) window.half.vv = std::nextafter(window.half.vv, 2 * window.half.vv);
    ASSERT_EQ(made(), v2);
    const auto offset = reinterpret_cast<char*>(&window.half) - reinterpret_cast<char*>(&window);
    window.sums.half_cycles = {1, sizeof window.half, static_cast<std::uint32_t>(offset)};
    variations.take_sums(core, window.sums, 1);
  }
  meter::fw::Core core{&hal};
  meter::fw::Variations variations;
};

TEST(Quality, AVoltageAtAThresholdIsOnItsGoodSide) {
  Exact meter;
  const auto codes = [&] { return meter.event_codes(LogId::quality_events); };
  meter.take(2160);
  EXPECT_THAT(codes(), ElementsAre());
  meter.take(2160, -1);
  EXPECT_THAT(codes(), ElementsAre(76));
  meter.take(2208, -1);
  EXPECT_THAT(codes(), ElementsAre(76));
  meter.take(2208);
  EXPECT_THAT(codes(), ElementsAre(76, 85));
  meter.take(2640);
  EXPECT_THAT(codes(), ElementsAre(76, 85));
  meter.take(2640, +1);
  EXPECT_THAT(codes(), ElementsAre(76, 85, 79));
  meter.take(2592, +1);
  EXPECT_THAT(codes(), ElementsAre(76, 85, 79));
  meter.take(2592);
  EXPECT_THAT(codes(), ElementsAre(76, 85, 79, 85));
}

TEST(Quality, ASagThatLastsForItsTimeIsTold) {
  Exact meter;
  meter.core.durable.quality.thresholds.sag_s = 1;
  meter.take_windows(240, 1);
  // The cycle that reaches into it is half of each, and a sag; so these last 1.000 s.
  meter.take_windows(100, 5);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76));
}

// What ends while the supply fails waits until it is good: an erase takes longer than is left.
TEST(Quality, NothingIsWrittenWhileTheSupplyFails) {
  Bench meter;
  meter.volts(240, 5);
  meter.volts(150, 5);
  const auto power = [&](meter_power_state state) {
    meter.firmware->on_power(meter.instance(), state);
  };
  power(METER_POWER_FAILING);
  const std::uint64_t before = meter.flash_operations;
  meter.volts(240, 1);
  EXPECT_EQ(meter.flash_operations, before);
  // Another begins and ends in that time, and cannot be told at all.
  meter.volts(120, 1);
  meter.volts(240, 1);
  EXPECT_EQ(meter.flash_operations, before);
  power(METER_POWER_GOOD);
  meter.volts(240, 1);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85));
  EXPECT_NEAR(meter.newest().first, 150, 0.11);
  EXPECT_NEAR(meter.newest().second, 1000, 20);
  EXPECT_EQ(meter.read(obis(1, 0, 32, 32, 0), true), 1);
  meter.volts(240, 5);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(76, 85)) << "once";
}

// Over in the window that is read while the supply fails, or in the one behind it.
TEST(Quality, ADipThatTheSupplyRidesThroughIsToldWhenItIsGood) {
  Bench meter;
  meter.volts(240, 5);
  std::vector<std::uint8_t> told;
  for (const std::size_t first : {10, 17, 18}) {
    meter.firmware->on_power(meter.instance(), METER_POWER_FAILING);
    std::array<double, meter::dsp::kMostHalfCycles> voltages;
    voltages.fill(240);
    voltages[first] = voltages[first + 1] = 0;
    meter.halves(voltages);
    EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAreArray(told));
    meter.firmware->on_power(meter.instance(), METER_POWER_GOOD);
    voltages.fill(240);
    meter.halves(voltages);
    told.insert(told.end(), {76, 85});
    EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAreArray(told));
    EXPECT_EQ(meter.newest().second, 30u);
  }
  EXPECT_EQ(meter.read(obis(1, 0, 32, 32, 0), true), 3);
}

TEST(Quality, OutagesAreCountedAndLongOnesKept) {
  Bench meter;
  const auto off = [&](std::int64_t seconds) {
    meter.power_off(true);
    meter.run_for_us(seconds * rigs::kSecond_us);
    meter.power_on(METER_BOOT_POWER);
  };
  const auto counted = [&] {
    return std::array{meter.read(obis(0, 0, 96, 7, 0), true),
                      meter.read(obis(0, 0, 96, 7, 5), true), meter.read(obis(0, 0, 96, 7, 15))};
  };
  off(179);
  EXPECT_THAT(counted(), ElementsAre(1, 0, 0));
  off(180);
  EXPECT_THAT(counted(), ElementsAre(2, 1, 180));
  off(250);
  off(3);
  EXPECT_THAT(counted(), ElementsAre(4, 2, 250));
  EXPECT_THAT(meter.event_codes(LogId::quality_events),
              ElementsAre(82, 85, 82, 85, 82, 85, 82, 85));
  EXPECT_EQ(meter.newest(), std::pair(0.0, 3000u));
}

// Nobody knows how long it was; that it was is known.
TEST(Quality, AnOutageThatTookTheClockIsCounted) {
  Bench meter;
  meter.power_off(true);
  meter.rtc_lose();
  meter.run_for_us(400 * rigs::kSecond_us);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(meter.read(obis(0, 0, 96, 7, 0), true), 1);
  EXPECT_EQ(meter.read(obis(0, 0, 96, 7, 5), true), 0);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre());
}

TEST(Quality, EachPhaseIsOneForItself) {
  Bench meter(meter_ad13a_firmware());
  meter_sums sums = make_sums({240, 0, 0, 50}, {}, 3);
  meter.sums(sums, 1);
  const double whole = sums.element[2].vv;
  sums.element[2].vv = 0.25 * whole;
  meter.sums(sums, 5);
  sums.element[2].vv = whole;
  meter.sums(sums, 5);
  EXPECT_THAT(meter.event_codes(LogId::quality_events), ElementsAre(78, 87));
  EXPECT_EQ(meter.read(obis(1, 0, 72, 32, 0), true), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 32, 32, 0), true), 0);
  EXPECT_EQ(meter.read(obis(1, 0, 12, 32, 0), true), 1);
}

TEST(Quality, TheMeanVoltageIsThatOfTheLastWholeInterval) {
  Bench meter;
  const std::int64_t period_s = meter.provision.capture_period_s;
  meter.consume({250, 1, 0, 50}, period_s / 2);
  meter.consume({230, 1, 0, 50}, period_s - period_s / 2);
  meter.run_to(kStart + period_s);
  const double mean_v = std::sqrt((250.0 * 250 + 230.0 * 230) / 2);
  EXPECT_NEAR(0.1 * static_cast<double>(meter.read(obis(1, 0, 32, 24, 0))), mean_v, 0.3);
}

// A wave of any frequency: cut at shares of a sample, a cycle is a cycle.
TEST(Quality, HalfCyclesOfSamplesAreOfTheirVoltage) {
  for (const double frequency_hz : {42.5, 49.37, 50.0, 57.5}) {
    const double length = 64'000 / frequency_hz;
    std::vector<std::int32_t> counts;
    for (int k = 0; k < length; ++k) {
      const double amplitude = k < length / 2 ? 5'000'000 : 2'000'000;
      counts.push_back(
          static_cast<std::int32_t>(std::lround(amplitude * std::cos(2 * M_PI * 10 * k / length))));
    }
    meter_window window{};
    window.n_samples = static_cast<std::uint32_t>(counts.size());
    window.n_cycles = METER_WINDOW_CYCLES;
    window.length_q16 = static_cast<std::uint32_t>(length * 65536);
    window.channel[METER_V1] = counts.data();
    meter::dsp::HalfCycles squares;
    ASSERT_EQ(meter::dsp::half_cycles(window, METER_V1, squares), squares.size());
    for (std::size_t k = 1; k < squares.size(); ++k) {
      if (k == 10 || k == 11) continue;  // half of each, a sample of the other
      const double amplitude = k < 10 ? 5e6 : 2e6;
      const double rms = std::sqrt((squares[k - 1] + squares[k]) / 2);
      EXPECT_NEAR(rms * std::sqrt(2) / amplitude, 1, 0.002) << frequency_hz << " Hz, half " << k;
    }
    EXPECT_EQ(meter::dsp::half_cycles(window, METER_V2, squares), 0u);
  }
}

}  // namespace
