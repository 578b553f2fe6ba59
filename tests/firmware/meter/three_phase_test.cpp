// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// AD13A on its hardware: three phases of a home through front end, node and firmware, in both
// tiers.
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <vector>

#include "kernel/det_math.hpp"
#include "meter/fw/measure/calibration.hpp"
#include "meter/fw/quantities/measured.hpp"
#include "meter/fw/store/durable.hpp"
#include "models/core/afe/afe.hpp"
#include "models/core/load/supply_point.hpp"
#include "models/core/meter/factory.hpp"
#include "models/core/meter/meter_node.hpp"
#include "models/core/meter/pulse_eyes.hpp"
#include "protocol/hosted/crypto_openssl/engine.hpp"
#include "sim/referee/truth/measured_truth.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"

namespace {

using kernel::kNsPerHour;
using kernel::kNsPerMinute;

struct HomeWithThreePhases final : models::LoadSource {
  models::HomeLoad at(std::int64_t step) const override {
    // Import and export, inductive and capacitive, minute by minute.
    const double active_w = step % 5 == 4 ? -1500.0 : 900.0 + 400.0 * static_cast<double>(step % 7);
    return {active_w, step % 3 == 0 ? -350.0 : 600.0, 0.2, true};
  }
};

// The built-in firmware, with its platform's table kept for the test to look through.
const meter_hal* platform = nullptr;
meter_firmware watched_firmware() {
  meter_firmware firmware = *meter_ad13a_firmware();
  firmware.init = [](void* instance, const meter_hal* hal) {
    platform = hal;
    meter_ad13a_firmware()->init(instance, hal);
  };
  return firmware;
}

models::SupplyConfig uneven_home() {
  models::SupplyConfig config;
  config.n_phases = 3;
  config.share[0] = 0.5;
  config.share[1] = 0.3;
  config.share[2] = 0.2;
  return config;
}

struct ThreePhaseBench {
  explicit ThreePhaseBench(models::FeedTier tier, std::uint32_t number = 3,
                           double frequency_hz = 50)
      : firmware(watched_firmware()),
        mains({.seed = 7, .frequency_hz = frequency_hz}, kernel::kNsPerDay),
        supply(mains, load, uneven_home()),
        afe(7, number, 3, models::draw_tolerance(7, number)),
        pool(METER_BUFFER_BYTES),
        crypto([](protocol::MutableBytes out) { std::fill(out.begin(), out.end(), 1); }),
        services{agenda, crypto, pool, 7} {
    models::MeterNodeConfig config;
    config.firmware = &firmware;
    config.meter = number;
    config.detailed = tier == models::FeedTier::detailed;
    config.rtc_start_ticks = rigs::utc_s(2026, 2, 10) * METER_RTC_HZ;
    node = std::make_unique<models::MeterNode>(
        services, config, std::make_unique<models::ElectricalFeed>(supply, afe, tier));
  }

  meter::fw::DurableState state() {
    node->catch_up();
    return registered();
  }
  // Of the windows that were delivered so far.
  static meter::fw::DurableState registered() {
    const meter::fw::Hal hal(platform);
    meter::fw::Parameters parameters;
    parameters.open(hal);
    meter::fw::Durable durable;
    durable.open(hal, parameters);
    return durable.state;
  }
  meter::fw::Calibration calibration() const {
    const meter::fw::Hal hal(platform);
    meter::fw::Parameters parameters;
    parameters.open(hal);
    meter::fw::Calibration found;
    parameters.load(hal, meter::fw::BlockKind::calibration, found);
    return found;
  }

  meter_firmware firmware;
  kernel::Agenda agenda;
  HomeWithThreePhases load;
  models::MainsSchedule mains;
  models::SupplyPoint supply;
  models::Afe afe;
  models::BufferPool pool;
  protocol::crypto::OpensslEngine crypto;
  models::NodeServices services;
  std::unique_ptr<models::MeterNode> node;
};

double wh(const meter::fw::EnergyRegister& energy) { return energy.wh + energy.rest_uj / 3.6e9; }

// What stood at the terminals, window by window: the meter sums the phases of each window and
// registers by the sign of the sum.
struct Truth {
  double import_wh = 0, export_wh = 0, reactive_plus_varh = 0, reactive_minus_varh = 0;
};
Truth integrate(const ThreePhaseBench& bench, kernel::TimeNs from, kernel::TimeNs to) {
  Truth truth;
  models::SwitchState on;
  on.apply({0, models::ElectricalChange::Kind::power, 1});
  for (std::int64_t k = 0; k + 1 < bench.mains.n_steps(); ++k) {
    const models::MainsStep& step = bench.mains.step(k);
    const models::ElectricalState state = bench.supply.state(k, on);
    for (std::int32_t w = 0; w < step.n_windows; ++w) {
      const kernel::TimeNs start = step.start_ns + w * step.window_ns;
      if (start < from || start + step.window_ns > to) continue;
      const double hours = static_cast<double>(step.window_ns) / static_cast<double>(kNsPerHour);
      const double p = models::active_power_w(state) * hours;
      const double q = models::reactive_power_var(state) * hours;
      (p < 0 ? truth.export_wh : truth.import_wh) += std::abs(p);
      (q < 0 ? truth.reactive_minus_varh : truth.reactive_plus_varh) += std::abs(q);
    }
  }
  return truth;
}

class ThreePhases : public testing::TestWithParam<models::FeedTier> {};

TEST_P(ThreePhases, BenchFindsTheConstantsOfEachPhase) {
  ThreePhaseBench bench(GetParam());
  ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
  const meter::fw::Calibration found = bench.calibration();
  for (std::size_t p = 0; p < 3; ++p) {
    const models::PhaseTolerance& real = bench.afe.tolerance().phase[p];
    EXPECT_NEAR(found.element[p].voltage_gain * real.gain_v, 1, 2.5e-5) << p;
    EXPECT_NEAR(found.element[p].current_gain * real.gain_i, 1, 2.5e-5) << p;
    const double phase_rad = std::atan2(found.element[p].phase_sin, found.element[p].phase_cos);
    EXPECT_NEAR(std::abs(phase_rad), std::abs(real.phase_deg) * 3.14159265 / 180, 1e-3) << p;
  }
  // Three boards of one meter are three different boards.
  EXPECT_GT(std::abs(found.element[0].current_gain - found.element[1].current_gain), 1e-5);
  EXPECT_GT(std::abs(found.element[1].current_gain - found.element[2].current_gain), 1e-5);
}

// The bench sees as many windows with a sample too many as the meter will: a fleet off the line is
// right to 0.005 % at PF 1 and 0.5, before anything drifts.
TEST(Fleet, CalibrationLeavesNoErrorOfItsOwn) {
  double sum = 0;
  unsigned elements = 0;
  for (std::uint32_t number = 1; number <= 20; ++number) {
    ThreePhaseBench bench(models::FeedTier::fleet, number);
    ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
    const meter::fw::Calibration found = bench.calibration();
    for (std::size_t p = 0; p < 3; ++p, ++elements) {
      const models::PhaseTolerance& real = bench.afe.tolerance().phase[p];
      const meter::fw::ElementCalibration& element = found.element[p];
      const double error =
          element.voltage_gain * real.gain_v * element.current_gain * real.gain_i - 1;
      EXPECT_NEAR(error, 0, 5e-5) << number << ", " << bench.afe.tolerance().adc_ppm << " ppm";
      const double phase_rad = std::atan2(element.phase_sin, element.phase_cos);
      const double at_half =  // tan 60 deg
          std::sqrt(3.0) * (std::abs(phase_rad) - std::abs(real.phase_deg) * kernel::kPi / 180);
      EXPECT_NEAR(at_half, 0, 5e-5) << number;
      sum += error;
    }
  }
  EXPECT_NEAR(sum / elements, 0, 1e-5);
}

TEST_P(ThreePhases, RegistersHoldTheSumOfThePhases) {
  ThreePhaseBench bench(GetParam());
  ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
  bench.node->power(0, true);
  const bool detailed = GetParam() == models::FeedTier::detailed;
  const kernel::TimeNs until = detailed ? 20 * kNsPerMinute : 6 * kNsPerHour;
  bench.agenda.run_until(until);
  const meter::fw::DurableState state = bench.state();
  const Truth truth = integrate(bench, 500 * kernel::kNsPerMs, until);
  ASSERT_GT(truth.export_wh, 50);
  ASSERT_GT(truth.reactive_minus_varh, 10);
  using namespace meter::fw;
  // Class B allows 1 %, class 2 reactive 2 %: a calibrated meter is far inside.
  EXPECT_NEAR(wh(state.energy[kActiveImport]) / truth.import_wh, 1, 0.002);
  EXPECT_NEAR(wh(state.energy[kActiveExport]) / truth.export_wh, 1, 0.002);
  const double plus = wh(state.energy[kReactiveQ1]) + wh(state.energy[kReactiveQ2]);
  const double minus = wh(state.energy[kReactiveQ3]) + wh(state.energy[kReactiveQ4]);
  EXPECT_NEAR(plus / truth.reactive_plus_varh, 1, 0.005);
  EXPECT_NEAR(minus / truth.reactive_minus_varh, 1, 0.005);
}

// The meter's own energy, spread evenly over its window, crosses watt-hours; each has its pulse a
// window later, in the fleet too while somebody watches.
TEST_P(ThreePhases, EachPulseComesAWindowBehindItsWattHour) {
  ThreePhaseBench bench(GetParam());
  ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
  bench.node->power(0, true);
  const kernel::TimeNs from = 80 * kernel::kNsPerSecond;
  const kernel::TimeNs to = from + 5 * kNsPerMinute;
  constexpr kernel::TimeNs kLate = 400 * kernel::kNsPerMs;
  constexpr std::int64_t kPulse_uj = 3'600'000'000;
  models::PulseEyes eyes(bench.agenda, *bench.node);
  eyes.watch(from, to);
  const auto of_active = [](const meter::fw::DurableState& state) {
    std::int64_t sum_uj = 0;
    for (const auto k : {meter::fw::kActiveImport, meter::fw::kActiveExport}) {
      sum_uj += state.energy[k].wh * kPulse_uj + state.energy[k].rest_uj;
    }
    return sum_uj;
  };
  kernel::TimeNs at = bench.mains.boundary_from(from);
  bench.agenda.run_until(at);
  meter::fw::DurableState before = bench.registered();
  std::vector<kernel::TimeNs> crossed;
  while (at < to - kLate) {
    const kernel::TimeNs window_ns = bench.mains.step(bench.mains.step_at(at)).window_ns;
    bench.agenda.run_until(at + window_ns);
    const meter::fw::DurableState now = bench.registered();
    const std::int64_t added_uj = of_active(now) - of_active(before);
    ASSERT_GT(added_uj, 0) << "a window was not delivered when it ended";
    const std::int64_t rest_uj = before.pulse_rest_uj[METER_PULSE_ACTIVE];
    for (std::int64_t n = 1; n * kPulse_uj <= rest_uj + added_uj; ++n) {
      const double share =
          static_cast<double>(n * kPulse_uj - rest_uj) / static_cast<double>(added_uj);
      crossed.push_back(at + std::llround(share * static_cast<double>(window_ns)));
    }
    before = now;
    at += window_ns;
  }
  bench.agenda.run_until(to + kernel::kNsPerSecond);
  ASSERT_GT(crossed.size(), 80u);
  std::vector<kernel::TimeNs> seen = eyes.seen().seen[METER_PULSE_ACTIVE];
  // Those of the window before.
  std::erase_if(seen, [&](kernel::TimeNs pulse) { return pulse <= crossed.front(); });
  ASSERT_GE(seen.size(), crossed.size());
  for (std::size_t k = 0; k < crossed.size(); ++k) {
    EXPECT_GT(seen[k] - crossed[k], 0) << k;
    EXPECT_LE(seen[k] - crossed[k], kLate) << k;
  }
}

// Angles, distortion and frequency are made of the last window's samples, which either tier has;
// against the phasors they were made of, by what judges whole runs.
TEST_P(ThreePhases, QuantitiesOfSamplesAreThoseOfTheTerminals) {
  using protocol::cosem::kMeasured;
  using protocol::cosem::Measured;
  for (const double frequency_hz : {49.5, 50.0, 50.5}) {
    ThreePhaseBench bench(GetParam(), 3, frequency_hz);
    ASSERT_TRUE(models::manufacture(*bench.node, rigs::make_provision(), bench.afe));
    bench.node->power(0, true);
    const kernel::TimeNs until = 3 * kNsPerMinute + 31 * kernel::kNsPerSecond;
    bench.agenda.run_until(until);
    bench.node->catch_up();
    const std::int64_t index = bench.mains.step_at(until);
    const models::MainsStep& step = bench.mains.step(index);
    const models::ElectricalState state = bench.supply.state(index, {});
    const double window_s = static_cast<double>(step.window_ns) * 1e-9;
    meter::fw::Core core(platform);
    core.n_elements = 3;
    core.calibration = bench.calibration();
    core.reading.length_q16 = static_cast<std::uint32_t>(std::lround(
        window_s * METER_ADC_RATE_HZ * 65536 * (1 + 1e-6 * bench.afe.tolerance().adc_ppm)));
    int judged = 0;
    for (const Measured family :
         {Measured::frequency, Measured::voltage_angle, Measured::current_angle,
          Measured::voltage_thd, Measured::current_thd, Measured::highest_thd,
          Measured::neutral_current, Measured::difference_current}) {
      const auto& facts = kMeasured[static_cast<std::size_t>(family)];
      for (std::uint8_t k = 0; k < facts.n; ++k) {
        const auto truth = sim::run::measured_truth(family, k, state, 10 / window_s);
        ASSERT_TRUE(truth.has_value());
        const double unit = std::pow(10.0, facts.scaler);
        const double shown = meter::fw::measured_value(core, family, k) * unit;
        EXPECT_NEAR(shown, truth->value, truth->tolerance + unit)
            << static_cast<int>(family) << '/' << int{k} << " at " << frequency_hz << " Hz";
        ++judged;
      }
    }
    EXPECT_EQ(judged, 16);
    for (const bool of_current : {false, true}) {
      const auto spectrum = meter::fw::spectrum_of(core, 1, of_current);
      for (unsigned order = 1; order <= spectrum.size(); ++order) {
        const auto truth = sim::run::order_truth(order, of_current, 1, state);
        EXPECT_NEAR(spectrum[order - 1] * 0.01, truth->value, truth->tolerance + 0.01) << order;
      }
    }
  }
}

TEST_P(ThreePhases, AMissingElementIsNotTakenForAWindow) {
  ThreePhaseBench bench(GetParam());
  meter_sums sums = rigs::make_sums({230.0, 5.0}, {}, 1);
  const meter_reference reference{230.0, 5.0, 1150.0, 0.0, 0.0};
  ASSERT_TRUE(bench.node->provision(rigs::make_provision()));
  EXPECT_FALSE(bench.node->calibrate(METER_CALIBRATE_GAIN, sums, reference));
}

INSTANTIATE_TEST_SUITE_P(Tiers, ThreePhases,
                         testing::Values(models::FeedTier::fleet, models::FeedTier::detailed),
                         [](const auto& tier) {
                           return tier.param == models::FeedTier::fleet ? "Fleet" : "Detailed";
                         });

}  // namespace
