// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Metrology through the firmware's table: sums in, registers and pulses out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "meter/fw/store/durable.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace {

using meter::fw::DurableState;
using rigs::FrontEnd;
using rigs::make_sums;
using rigs::MeterFixture;
using rigs::Terminal;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);

// The registers as they stand in battery-backed memory.
DurableState durable_of(const rigs::FakePlatform& meter) {
  meter::fw::Durable durable;
  const meter::fw::Hal hal(&meter.hal);
  meter::fw::Parameters parameters;
  parameters.open(hal);
  durable.open(hal, parameters);
  return durable.state;
}
double energy_wh(const meter::fw::EnergyRegister& energy) {
  return energy.wh + energy.rest_uj / 3.6e9;
}

// A production line: three points of the bench, then store.
void calibrate(MeterFixture& meter, const FrontEnd& front_end, std::uint32_t n_elements = 1) {
  const auto step = [&](meter_calibration_step which, const Terminal& t) {
    const double phi = t.phase_deg * M_PI / 180.0;
    const double s = t.voltage_v * t.current_a;
    const meter_reference reference{t.voltage_v, t.current_a, s * std::cos(phi), s * std::sin(phi),
                                    0};
    const meter_sums sums = make_sums(t, front_end, n_elements);
    ASSERT_EQ(meter.firmware->calibrate(meter.instance(), which, &sums, &reference), 0);
  };
  step(METER_CALIBRATE_GAIN, {240.0, 5.0, 0.0, 50.0});
  step(METER_CALIBRATE_PHASE, {240.0, 5.0, 60.0, 50.0});
  step(METER_CALIBRATE_OFFSET, {240.0, 0.0, 0.0, 50.0});
  ASSERT_EQ(meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_STORE, nullptr, nullptr),
            0);
}

TEST(Metrology, AnHourOfOneKilowattIsAKilowattHour) {
  MeterFixture meter(kStart);
  meter.sums(make_sums({250.0, 4.0}), 5 * 3600);
  const DurableState state = durable_of(meter);
  EXPECT_NEAR(energy_wh(state.energy[meter::fw::kActiveImport]), 1000.0, 1e-6);
  EXPECT_EQ(state.energy[meter::fw::kActiveExport].wh, 0u);
}

TEST(Metrology, WindowLengthCountsNotSampleCount) {
  MeterFixture meter(kStart);
  // 49.7 Hz: 10 cycles take 201.2 ms in 1287.7 sample periods, of which 1288 were taken.
  const meter_sums sums = make_sums({230.0, 10.0, 0.0, 49.7});
  meter.sums(sums, 1000);
  const double expected_wh = 2300.0 * (10.0 / 49.7) * 1000 / 3600.0;
  EXPECT_NEAR(energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]), expected_wh,
              expected_wh * 1e-6);
}

TEST(Metrology, RepeatedSumsEqualSingleOnesExactly) {
  MeterFixture together(kStart);
  MeterFixture singly(kStart);
  const Terminal points[] = {{241.3, 3.337, 17.0, 50.03},  {229.9, 0.211, 171.0, 49.91},
                             {238.0, 47.11, -93.0, 50.2},  {240.0, 0.012, 10.0, 50.0},
                             {235.1, 1.009, -33.3, 50.01}, {240.7, 0.0, 0.0, 49.99}};
  std::uint32_t n = 1;
  for (const Terminal& point : points) {
    n = n * 5 + 3;
    const meter_sums sums = make_sums(point);
    together.sums(sums, n);
    for (std::uint32_t k = 0; k < n; ++k) singly.sums(sums, 1);
  }
  DurableState a = durable_of(together);
  DurableState b = durable_of(singly);
  a.sequence = b.sequence = 0;  // writes differ in number, nothing else may
  EXPECT_EQ(std::memcmp(&a, &b, sizeof a), 0);
  EXPECT_EQ(together.pulses, singly.pulses);
}

TEST(Metrology, QuadrantsGoToTheirRegisters) {
  const struct {
    double phase_deg;
    protocol::cosem::QuantityIndex active, reactive;
  } cases[] = {{30.0, meter::fw::kActiveImport, meter::fw::kReactiveQ1},
               {150.0, meter::fw::kActiveExport, meter::fw::kReactiveQ2},
               {-150.0, meter::fw::kActiveExport, meter::fw::kReactiveQ3},
               {-30.0, meter::fw::kActiveImport, meter::fw::kReactiveQ4}};
  for (const auto& c : cases) {
    MeterFixture meter(kStart);
    meter.sums(make_sums({240.0, 10.0, c.phase_deg, 50.0}), 5 * 3600);
    const DurableState state = durable_of(meter);
    for (std::size_t q = 0; q < meter::fw::kQuantities; ++q) {
      const double expected = q == c.active     ? 2400.0 * std::sqrt(3.0) / 2
                              : q == c.reactive ? 1200.0
                                                : 0.0;
      EXPECT_NEAR(energy_wh(state.energy[q]), expected, 1e-3) << c.phase_deg << " quantity " << q;
    }
  }
}

TEST(Metrology, ReactivePowerHoldsWhenTheMainsIsOffNominal) {
  for (const double frequency_hz : {49.0, 49.5, 50.5, 51.0}) {
    MeterFixture meter(kStart);
    meter.sums(make_sums({240.0, 5.0, 30.0, frequency_hz}), 10000);
    const double hours = 10000 * 10 / frequency_hz / 3600.0;
    EXPECT_NEAR(energy_wh(durable_of(meter).energy[meter::fw::kReactiveQ1]) / (600.0 * hours), 1.0,
                1e-6)
        << frequency_hz;
  }
}

// EN 50470-3: nothing below, certainly counting at the starting current, in both directions.
TEST(Metrology, CreepsBelowHalfTheStartingCurrentAndStartsAtIt) {
  const auto registered_wh = [](const Terminal& t, protocol::cosem::QuantityIndex quantity) {
    MeterFixture meter(kStart);
    meter.sums(make_sums(t), 5 * 3600);
    return energy_wh(durable_of(meter).energy[quantity]);
  };
  for (const double voltage_v : {0.7 * 240, 240.0, 1.15 * 240}) {
    EXPECT_EQ(registered_wh({voltage_v, 0.0099}, meter::fw::kActiveImport), 0.0) << voltage_v;
    EXPECT_EQ(registered_wh({voltage_v, 0.0099, 180.0}, meter::fw::kActiveExport), 0.0);
    EXPECT_EQ(registered_wh({voltage_v, 0.0124, 90.0}, meter::fw::kReactiveQ1), 0.0) << voltage_v;
    EXPECT_NEAR(registered_wh({voltage_v, 0.020}, meter::fw::kActiveImport), voltage_v * 0.020,
                0.01);
    EXPECT_NEAR(registered_wh({voltage_v, 0.020, 180.0}, meter::fw::kActiveExport),
                voltage_v * 0.020, 0.01);
    EXPECT_NEAR(registered_wh({voltage_v, 0.025, 90.0}, meter::fw::kReactiveQ1), voltage_v * 0.025,
                0.01);
  }
}

TEST(Metrology, CalibrationRemovesGainPhaseAndOffset) {
  const FrontEnd off{0.0093, -0.0471, 0.87, 0.0031, 0.021};
  const Terminal loads[] = {{240.0, 0.25, 0.0, 50.0},
                            {240.0, 5.0, 60.0, 50.0},
                            {216.0, 100.0, -36.9, 50.0},
                            {264.0, 1.0, 180.0, 50.0},
                            {240.0, 20.0, 240.0, 49.8}};
  for (const Terminal& t : loads) {
    MeterFixture raw(kStart);
    MeterFixture calibrated(kStart);
    calibrate(calibrated, off);
    const double phi = t.phase_deg * M_PI / 180.0;
    const double hours = 3600 * 10 / t.frequency_hz / 3600.0;
    const double truth_wh = t.voltage_v * t.current_a * std::cos(phi) * hours;
    const auto active_wh = [&](MeterFixture& meter) {
      meter.sums(make_sums(t, off), 3600);
      const DurableState state = durable_of(meter);
      return energy_wh(state.energy[meter::fw::kActiveImport]) -
             energy_wh(state.energy[meter::fw::kActiveExport]);
    };
    // The phase point still has the crosstalk in it: 0.02 W of 600 W.
    EXPECT_NEAR(active_wh(calibrated) / truth_wh, 1.0, 5e-5) << t.current_a;
    EXPECT_GT(std::abs(active_wh(raw) / truth_wh - 1.0), 0.005) << t.current_a;
  }
}

// Forty boards with the tolerances of shunt, divider and filters; class 1 is left ten times over.
TEST(Metrology, EveryDrawnBoardIsCalibrated) {
  std::uint32_t state = 20260210;
  const auto draw = [&](double bound) {
    state = state * 1664525u + 1013904223u;
    return bound * (static_cast<double>(state >> 8) / 8388608.0 - 1.0);
  };
  for (int board = 0; board < 40; ++board) {
    const FrontEnd off{draw(0.02), draw(0.06), draw(1.5), 0.002 + draw(0.002), draw(0.05)};
    MeterFixture meter(kStart);
    calibrate(meter, off);
    DurableState before = durable_of(meter);
    for (const double phase_deg : {0.0, 60.0, -37.0, 120.0, 180.0, 270.0 - 60.0}) {
      const Terminal t{240.0 + draw(20.0), 2.0 + draw(1.9), phase_deg, 50.0 + draw(0.5)};
      meter.sums(make_sums(t, off), 20'000);
      const DurableState after = durable_of(meter);
      const double hours = 20'000 * 10 / t.frequency_hz / 3600.0;
      const double apparent_wh = t.voltage_v * t.current_a * hours;
      double active_wh = 0, reactive_wh = 0;
      const double sign[] = {1, -1, 1, 1, -1, -1};
      for (std::size_t q = 0; q < meter::fw::kQuantities; ++q) {
        const double gained = energy_wh(after.energy[q]) - energy_wh(before.energy[q]);
        (q < 2 ? active_wh : reactive_wh) += sign[q] * gained;
      }
      const double phi = phase_deg * M_PI / 180.0;
      EXPECT_NEAR(active_wh, apparent_wh * std::cos(phi), 0.001 * apparent_wh) << board;
      EXPECT_NEAR(reactive_wh, apparent_wh * std::sin(phi), 0.001 * apparent_wh) << board;
      before = after;
    }
  }
}

TEST(Metrology, CalibrationSurvivesTheSupply) {
  const FrontEnd off{0.01, 0.03, -0.5, 0.0, 0.0};
  MeterFixture meter(kStart);
  calibrate(meter, off);
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  const double before = energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]);
  meter.sums(make_sums({240.0, 5.0, 60.0, 50.0}, off), 18000);
  EXPECT_NEAR(energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]) - before, 600.0, 0.01);
}

// A bench with a climatic chamber: one point more, at another temperature.
TEST(Metrology, WhatTheFrontEndDriftsByIsCompensatedOnceTheBenchHasShownIt) {
  const auto front_end_at = [](double celsius) {
    const double kelvin = celsius - 23;
    return FrontEnd{0.009 + 120e-6 * kelvin, -0.03 + 140e-6 * kelvin, 0.2 + 1e-3 * kelvin, 0, 0};
  };
  const auto active_wh = [&](MeterFixture& meter, double celsius) {
    meter.centi_celsius = static_cast<std::int32_t>(celsius * 100);
    const double before = energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]);
    meter.sums(make_sums({240.0, 5.0, 60.0, 50.0}, front_end_at(celsius)), 18000);
    return energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]) - before;
  };
  for (const bool shown : {false, true}) {
    MeterFixture meter(kStart);
    meter.centi_celsius = 2300;
    if (shown) {
      calibrate(meter, front_end_at(23));
      const meter_reference reference{240.0, 5.0, 600.0, 600.0 * std::sqrt(3.0), 0};
      const auto at = [&](double celsius) {
        meter.centi_celsius = static_cast<std::int32_t>(celsius * 100);
        const meter_sums sums = make_sums({240.0, 5.0, 60.0, 50.0}, front_end_at(celsius));
        return meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_TEMPERATURE, &sums,
                                         &reference);
      };
      EXPECT_EQ(at(30), -1);  // too near to tell drift from noise
      EXPECT_EQ(at(60), 0);
      ASSERT_EQ(
          meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_STORE, nullptr, nullptr), 0);
      meter.power_off(true);
      meter.power_on(METER_BOOT_POWER);
    } else {
      calibrate(meter, front_end_at(23));
    }
    for (const double celsius : {-40.0, 85.0}) {
      const double error = active_wh(meter, celsius) / 600.0 - 1;
      if (shown) {
        EXPECT_NEAR(error, 0, 1e-4) << celsius;
      } else {
        EXPECT_GT(std::abs(error), 0.01) << celsius;
      }
    }
    EXPECT_NEAR(active_wh(meter, 23) / 600.0 - 1, 0, 1e-5);
  }
}

TEST(Metrology, ABenchThatMakesNoSenseIsRefused) {
  MeterFixture meter(kStart);
  const meter_reference reference{240.0, 5.0, 1200.0, 0.0, 0.0};
  const meter_sums silent = make_sums({240.0, 0.0});
  const meter_sums wrong_shunt = make_sums({240.0, 50.0});
  const meter_sums reversed = make_sums({240.0, 5.0, 180.0, 50.0});
  for (const meter_sums* sums : {&silent, &wrong_shunt}) {
    EXPECT_EQ(meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_GAIN, sums, &reference),
              -1);
  }
  EXPECT_EQ(
      meter.firmware->calibrate(meter.instance(), METER_CALIBRATE_PHASE, &reversed, &reference),
      -1);
}

TEST(Metrology, PulsesEqualRegistersOverAWatchedDay) {
  MeterFixture meter(kStart);
  meter.consume({238.0, 7.7, 25.0, 50.02}, rigs::kHour_s);
  meter.consume({238.0, 3.1, 205.0, 49.98}, rigs::kHour_s);
  const DurableState state = durable_of(meter);
  const double active_wh = energy_wh(state.energy[meter::fw::kActiveImport]) +
                           energy_wh(state.energy[meter::fw::kActiveExport]);
  EXPECT_EQ(meter.pulses[METER_PULSE_ACTIVE], static_cast<std::uint64_t>(active_wh));
  double reactive_wh = 0;
  for (const auto q : {meter::fw::kReactiveQ1, meter::fw::kReactiveQ2, meter::fw::kReactiveQ3,
                       meter::fw::kReactiveQ4}) {
    reactive_wh += energy_wh(state.energy[q]);
  }
  EXPECT_EQ(meter.pulses[METER_PULSE_REACTIVE], static_cast<std::uint64_t>(reactive_wh));
}

TEST(Metrology, RestsSurviveEveryPowerCut) {
  MeterFixture meter(kStart);
  MeterFixture steady(kStart);
  const meter_sums sums = make_sums({240.0, 0.7, 40.0, 50.0});
  for (int k = 0; k < 200; ++k) {
    meter.sums(sums, 3);
    steady.sums(sums, 3);
    meter.power_off(k % 2 == 0);  // announced or not
    meter.power_on(METER_BOOT_POWER);
  }
  const DurableState a = durable_of(meter);
  const DurableState b = durable_of(steady);
  EXPECT_EQ(std::memcmp(&a.energy, &b.energy, sizeof a.energy), 0);
  EXPECT_EQ(a.pulse_rest_uj, b.pulse_rest_uj);
  EXPECT_EQ(meter.pulses, steady.pulses);
}

// The battery-backed copies are written in turn: a write cut after any octet leaves the one before.
TEST(Metrology, ACutWhileRetainingLosesNothingThatWasThere) {
  MeterFixture meter(kStart);
  const meter_sums sums = make_sums({240.0, 10.0});
  meter.sums(sums, 1);
  const auto before = meter.retained;
  const std::uint32_t rest_before = durable_of(meter).energy[0].rest_uj;
  meter.sums(sums, 1);
  const auto after = meter.retained;
  const std::uint32_t rest_after = durable_of(meter).energy[0].rest_uj;
  ASSERT_NE(rest_before, rest_after);
  for (std::size_t cut = 0; cut <= after.size(); ++cut) {
    meter.retained = before;
    std::copy_n(after.begin(), cut, meter.retained.begin());
    const std::uint32_t rest = durable_of(meter).energy[0].rest_uj;
    EXPECT_TRUE(rest == rest_before || rest == rest_after) << cut;
  }
}

TEST(Metrology, AnEmptyBatteryFallsBackToTheCheckpoint) {
  MeterFixture meter(kStart);
  meter.sums(make_sums({240.0, 10.0}), 18000);
  meter.power_off(true);
  meter.retained.fill(0xEE);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(durable_of(meter).energy[meter::fw::kActiveImport].wh, 2400u);
  EXPECT_THAT(meter.event_codes(meter::fw::LogId::standard_events).back(), 13);
}

TEST(Metrology, SamplesTakeTheSamePathAsSums) {
  MeterFixture by_samples(kStart);
  MeterFixture by_sums(kStart);
  constexpr std::uint32_t kSamples = 1280;
  std::vector<std::int32_t> v(kSamples + METER_WINDOW_LEAD), i(v.size());
  double vv = 0, ii = 0, vi = 0;
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double angle = 2 * M_PI * (static_cast<double>(k) - METER_WINDOW_LEAD) / 128.0;
    v[k] = static_cast<std::int32_t>(std::lround(5'000'000 * std::sin(angle)));
    i[k] = static_cast<std::int32_t>(std::lround(600'000 * std::sin(angle - M_PI / 6)));
    if (k < METER_WINDOW_LEAD) continue;
    vv += 1.0 * v[k] * v[k];
    ii += 1.0 * i[k] * i[k];
    vi += 1.0 * v[k] * i[k];
  }
  meter_window window{kSamples, 10, 1280u << 16, {}, 0, nullptr};
  window.channel[METER_V1] = v.data() + METER_WINDOW_LEAD;
  window.channel[METER_I1] = i.data() + METER_WINDOW_LEAD;
  meter_sums sums{kSamples, 10, 1280u << 16, 1, {{vv, ii, vi, vi * std::tan(M_PI / 6)}}, {}, {}, {},
                  {},       {}, {},          {}};
  for (int k = 0; k < 5 * 900; ++k) by_samples.firmware->on_samples(by_samples.instance(), &window);
  by_sums.sums(sums, 5 * 900);
  const DurableState a = durable_of(by_samples);
  const DurableState b = durable_of(by_sums);
  EXPECT_GT(a.energy[meter::fw::kActiveImport].wh, 300u);
  EXPECT_NEAR(energy_wh(a.energy[0]), energy_wh(b.energy[0]), 1e-3);
  EXPECT_NEAR(energy_wh(a.energy[2]), energy_wh(b.energy[2]), 1e-3);
}

TEST(Metrology, ThreeElementsAddUp) {
  MeterFixture meter(kStart, rigs::make_provision(), meter_ad13a_firmware());
  const FrontEnd off{0.01, -0.03, 0.4, 0.0, 0.0};
  calibrate(meter, off, 3);
  meter_sums sums = make_sums({240.0, 10.0}, off, 3);
  sums.element[2].vi *= -1.0;  // one phase feeds back
  sums.element[2].vq *= -1.0;
  meter.sums(sums, 5 * 3600);
  EXPECT_NEAR(energy_wh(durable_of(meter).energy[meter::fw::kActiveImport]), 2400.0, 0.1);
  EXPECT_EQ(durable_of(meter).energy[meter::fw::kActiveExport].wh, 0u);
}

TEST(Metrology, SumsOfNoWindowAreIgnored) {
  MeterFixture meter(kStart);
  meter_sums sums = make_sums({240.0, 10.0});
  sums.n_elements = 3;
  meter.sums(sums, 100);
  sums = make_sums({240.0, 10.0});
  sums.n_samples = 0;
  meter.sums(sums, 100);
  sums = make_sums({240.0, 10.0});
  sums.length_q16 = 0;
  meter.sums(sums, 100);
  EXPECT_EQ(energy_wh(durable_of(meter).energy[0]), 0.0);
}

}  // namespace
