// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Measured quantities as a client reads them: sums and samples of windows in, registers out.
#include <gtest/gtest.h>

#include <cmath>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/measured.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::obis;
using protocol::cosem::Obis;
using rigs::make_sums;
using rigs::MeterFixture;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr std::uint32_t kHour = 5 * 3600;  // windows

struct Bench : MeterFixture {
  explicit Bench(const meter_firmware* under_test = meter_ad13a_firmware())
      : MeterFixture(kStart, rigs::make_provision(), under_test) {}

  std::int64_t read(const Obis& name) {
    rigs::TestClient reader(*this, rigs::reading_client(provision));
    if (!reader.connect() || !reader.associate()) return -9999;
    const auto value = reader.get({classes::Register::kId, name, classes::Register::kValue});
    if (!value) return -9998;
    return protocol::axdr::Cursor(*value).number();
  }
  // Sine waves and their orders, percent of the fundamental, in all three phases of a right-turning
  // system; the current is behind by 30 degrees.
  void samples(double frequency_hz, double third_percent, double order_40_percent) {
    const double length = 64'000 / frequency_hz;
    meter_sums sums = make_sums({240, 10, 30, frequency_hz}, {}, 3);
    sums.length_q16 = static_cast<std::uint32_t>(std::lround(length * 65536));
    this->sums(sums, 1);
    const auto n = static_cast<int>(std::ceil(length));
    for (int phase = 0; phase < 3; ++phase) {
      for (const bool of_current : {false, true}) {
        auto& counts = last_window[static_cast<std::size_t>(phase + (of_current ? 3 : 0))];
        counts.clear();
        for (int k = -static_cast<int>(METER_WINDOW_LEAD); k < n; ++k) {
          const double angle =
              2 * M_PI * 10 * k / length - 2 * M_PI * phase / 3 - (of_current ? M_PI / 6 : 0);
          const double wave = std::cos(angle) + third_percent / 100 * std::cos(3 * angle + 1) +
                              order_40_percent / 100 * std::cos(40 * angle);
          counts.push_back(static_cast<std::int32_t>(
              std::lround((of_current ? 670'000 : 5'600'000) * wave + 15'000)));
        }
      }
    }
  }
};

TEST(Measured, EachPhaseKeepsItsOwnEnergyWhateverTheOthersDo) {
  Bench meter;
  meter_sums sums = make_sums({240, 10, 30, 50}, {}, 3);
  sums.element[2].vi *= -1;  // one phase feeds back, capacitively
  sums.element[2].vq *= -1;
  meter.sums(sums, kHour);
  const auto expect_registers = [&meter] {
    EXPECT_NEAR(meter.read(obis(1, 0, 1, 8, 0)), 2078, 1);  // one phase of three is left
    for (const unsigned phase : {0u, 1u}) {
      EXPECT_NEAR(meter.read(obis(1, 0, 21 + 20 * phase, 8, 0)), 2078, 1);
      EXPECT_EQ(meter.read(obis(1, 0, 22 + 20 * phase, 8, 0)), 0);
      EXPECT_NEAR(meter.read(obis(1, 0, 23 + 20 * phase, 8, 0)), 1200, 1);
      EXPECT_EQ(meter.read(obis(1, 0, 24 + 20 * phase, 8, 0)), 0);
    }
    EXPECT_EQ(meter.read(obis(1, 0, 61, 8, 0)), 0);
    EXPECT_NEAR(meter.read(obis(1, 0, 62, 8, 0)), 2078, 1);
    EXPECT_NEAR(meter.read(obis(1, 0, 64, 8, 0)), 1200, 1);
  };
  expect_registers();
  EXPECT_NEAR(meter.read(obis(1, 0, 41, 7, 0)), 2078, 1);
  EXPECT_NEAR(meter.read(obis(1, 0, 62, 7, 0)), 2078, 1);
  EXPECT_NEAR(meter.read(obis(1, 0, 73, 7, 0)), -866, 1);  // power factor of L3
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  expect_registers();
  meter.power_off(true);
  meter.retained.fill(0xEE);  // the battery is empty: what the dying supply left in flash
  meter.power_on(METER_BOOT_POWER);
  expect_registers();
}

TEST(Measured, TotalsAreTheSumsOfTheirPartsWithTheirRests) {
  Bench meter(meter_ad11a_firmware());
  // 0.6 varh each in quadrants I and II, 0.7 in III and IV: neither shows, their sums do.
  const double apparent_va = 240 * 10.0;
  const auto windows = [&](double varh) {
    return static_cast<std::uint32_t>(std::lround(varh / (apparent_va / 2) * kHour));
  };
  for (const double phase_deg : {30.0, 150.0})
    meter.sums(make_sums({240, 10, phase_deg}), windows(0.6));
  for (const double phase_deg : {-150.0, -30.0}) {
    meter.sums(make_sums({240, 10, phase_deg}), windows(0.7));
  }
  for (const unsigned c : {5u, 6u, 7u, 8u}) EXPECT_EQ(meter.read(obis(1, 0, c, 8, 0)), 0) << c;
  EXPECT_EQ(meter.read(obis(1, 0, 3, 8, 0)), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 4, 8, 0)), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 1, 8, 0)), 2);  // 2.25 Wh each way
  EXPECT_EQ(meter.read(obis(1, 0, 2, 8, 0)), 2);
  EXPECT_EQ(meter.read(obis(1, 0, 15, 8, 0)), 4);
}

// Vrms Irms, whatever the waveform; on the side that active energy is on; nothing while all creeps.
TEST(Measured, ApparentEnergyIsOfRmsValues) {
  Bench meter(meter_ad11a_firmware());
  meter_sums sums = make_sums({240, 10, 0});
  sums.element[0].ii *= 1.21;  // 46 % of distortion
  meter.sums(sums, kHour);
  EXPECT_NEAR(meter.read(obis(1, 0, 9, 8, 0)), 2640, 1);
  EXPECT_NEAR(meter.read(obis(1, 0, 1, 8, 0)), 2400, 1);
  EXPECT_EQ(meter.read(obis(1, 0, 10, 8, 0)), 0);
  EXPECT_NEAR(meter.read(obis(1, 0, 9, 7, 0)), 2640, 1);
  EXPECT_NEAR(meter.read(obis(1, 0, 13, 7, 0)), 909, 1);
  meter.sums(make_sums({240, 5, 135}), kHour);
  EXPECT_NEAR(meter.read(obis(1, 0, 10, 8, 0)), 1200, 1);
  EXPECT_NEAR(meter.read(obis(1, 0, 13, 7, 0)), -707, 1);
  EXPECT_EQ(meter.read(obis(1, 0, 9, 7, 0)), 0);
  meter.sums(make_sums({240, 0.009}), kHour);
  EXPECT_NEAR(meter.read(obis(1, 0, 9, 8, 0)), 2640, 1);
  EXPECT_EQ(meter.read(obis(1, 0, 13, 7, 0)), 0);
}

TEST(Measured, SamplesOfTheLastWindowShowAnglesFrequencyAndDistortion) {
  for (const double frequency_hz : {49.5, 50.0, 50.5}) {
    Bench meter;
    meter.samples(frequency_hz, 4, 3);
    EXPECT_EQ(meter.read(obis(1, 0, 14, 7, 0)), std::lround(100 * frequency_hz));
    EXPECT_NEAR(meter.read(obis(1, 0, 81, 7, 1)), 1200, 1);
    EXPECT_NEAR(meter.read(obis(1, 0, 81, 7, 2)), 2400, 1);
    for (const unsigned e : {4u, 15u, 26u}) EXPECT_NEAR(meter.read(obis(1, 0, 81, 7, e)), 300, 1);
    for (const unsigned c : {11u, 12u, 31u, 32u, 51u, 72u}) {
      EXPECT_NEAR(meter.read(obis(1, 0, c, 7, 124)), 500, 1) << c;
    }
    rigs::TestClient reader(meter, rigs::reading_client(meter.provision));
    ASSERT_TRUE(reader.connect() && reader.associate());
    const auto value = reader.get(
        {classes::Data::kId, protocol::cosem::spectrum_name(true, 1), classes::Data::kValue});
    ASSERT_TRUE(value.has_value());
    protocol::axdr::Cursor in(*value);
    ASSERT_EQ(in.array(), protocol::cosem::kSpectrumOrders);
    for (unsigned order = 1; order <= protocol::cosem::kSpectrumOrders; ++order) {
      const int expected = order == 1 ? 10'000 : order == 3 ? 400 : order == 40 ? 300 : 0;
      EXPECT_NEAR(static_cast<int>(in.unsigned_number()), expected, 1) << order;
    }
    EXPECT_TRUE(in.at_end());
  }
}

// No samples, no invention; the frequency is then what the window's length says.
TEST(Measured, WithoutSamplesTheyAreZero) {
  Bench meter;
  meter.sums(make_sums({240, 10, 30, 49.8}, {}, 3), 1);
  EXPECT_EQ(meter.read(obis(1, 0, 14, 7, 0)), 4980);
  EXPECT_EQ(meter.read(obis(1, 0, 81, 7, 1)), 0);
  EXPECT_EQ(meter.read(obis(1, 0, 32, 7, 124)), 0);
}

TEST(Measured, ASinglePhaseMeterHasOnlyItsOwn) {
  Bench meter(meter_ad11a_firmware());
  EXPECT_EQ(meter.read(obis(1, 0, 21, 8, 0)), -9998);
  EXPECT_EQ(meter.read(obis(1, 0, 81, 7, 1)), -9998);
  EXPECT_EQ(meter.read(obis(1, 0, 52, 7, 124)), -9998);
  EXPECT_EQ(meter.read(obis(1, 0, 32, 7, 124)), 0);
}

}  // namespace
