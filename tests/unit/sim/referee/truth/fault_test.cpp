// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "meter/dsp/window_sums.hpp"
#include "models/core/afe/feed.hpp"
#include "models/core/load/household.hpp"
#include "sim/referee/truth/truth.hpp"
#include "tests/unit/sim/referee/truth/constant_load.hpp"

// A meter reduced to its arithmetic, with faults to seed: truth must tell which register is wrong.
namespace {

using namespace sim::run;
using models::Afe;
using models::AfeTolerance;
using models::ElectricalFeed;
using models::HomeLoad;
using models::MainsSchedule;
using models::SupplyPoint;
using protocol::cosem::QuantityIndex;

constexpr kernel::TimeNs kQuarter = 15 * kernel::kNsPerMinute;
constexpr double kCountsPerVolt = 8388608 / 500.0;
constexpr double kCountsPerAmpere = 8388608 / 177.0;

struct Faults {
  double phase_deg = 0;  // left over after calibration
  double gain = 1;
  bool swap_quadrants = false;  // R1 and R4
  bool creep = false;           // counts whatever is there
};

// Perfectly calibrated for its drawn tolerances but for the faults.
class SimpleMeter : public models::WindowSink {
 public:
  SimpleMeter(const AfeTolerance& tolerance, const Faults& faults)
      : tolerance_(tolerance), faults_(faults) {}

  void on_sums(const meter_sums& sums, std::uint32_t n_repeats) override {
    const models::PhaseTolerance& t = tolerance_.phase[0];
    const double n = sums.n_samples;
    const double scale =
        faults_.gain / (n * kCountsPerVolt * kCountsPerAmpere * t.gain_v * t.gain_i);
    const double a = (t.phase_deg - faults_.phase_deg) * 3.14159265358979 / 180;
    const double p0 = sums.element[0].vi * scale, q0 = sums.element[0].vq * scale;
    double p = p0 * std::cos(a) - q0 * std::sin(a);
    double q = q0 * std::cos(a) + p0 * std::sin(a);
    if (!faults_.creep && std::abs(p) < 2.2) p = 0;  // 0.48 of the starting current
    if (!faults_.creep && std::abs(q) < 2.7) q = 0;
    const double hours = n_repeats * (sums.length_q16 / 65536.0) / 6400 / 3600;
    registers_[p >= 0 ? kActiveImport : kActiveExport] += std::abs(p) * hours;
    const QuantityIndex r =
        p0 >= 0 ? (q >= 0 ? kReactiveQ1 : kReactiveQ4) : (q >= 0 ? kReactiveQ2 : kReactiveQ3);
    registers_[r] += std::abs(q) * hours;
  }
  void on_samples(const meter_window& window) override {
    on_sums(meter::dsp::window_sums(window), 1);
  }
  // As the profile shows them: whole units.
  RegisterValues registers() const {
    RegisterValues whole = registers_;
    if (faults_.swap_quadrants) std::swap(whole[kReactiveQ1], whole[kReactiveQ4]);
    for (double& x : whole) x = std::floor(x);
    return whole;
  }

 private:
  AfeTolerance tolerance_;
  Faults faults_;
  RegisterValues registers_{};
};

RegisterValues difference(const RegisterValues& to, const RegisterValues& from) {
  RegisterValues d{};
  for (std::size_t r = 0; r < kQuantities; ++r) d[r] = to[r] - from[r];
  return d;
}

// Bits of every register that was wrong in a row, and in the day.
struct Verdict {
  std::uint32_t rows = 0;
  std::uint32_t day = 0;
};
Verdict judge(const models::LoadSource& load, const Faults& faults, std::uint32_t meter_number = 3,
              models::FeedTier tier = models::FeedTier::fleet, int n_rows = 96) {
  const MainsSchedule mains({}, 25 * kernel::kNsPerHour);
  const SupplyPoint supply(mains, load, models::draw_supply(1, meter_number, 1));
  const AfeTolerance tolerance = models::draw_tolerance(1, meter_number);
  const Afe afe(1, meter_number, 1, tolerance);
  ElectricalFeed feed(supply, afe, tier);
  feed.set_relay(2 * kQuarter + 123456789, false);
  feed.set_relay(3 * kQuarter + 5, true);
  TruthMeter truth(supply, feed.changes());
  SimpleMeter meter(tolerance, faults);
  Verdict verdict;
  Truth last{};
  RegisterValues before{};
  for (int row = 1; row <= n_rows; ++row) {
    feed.advance(row * kQuarter, meter);
    const Truth now = truth.advance(row * kQuarter);
    verdict.rows |= wrong_registers(now - last, difference(meter.registers(), before));
    last = now;
    before = meter.registers();
  }
  verdict.day = wrong_registers(last, meter.registers());
  return verdict;
}

constexpr std::uint32_t bit(QuantityIndex r) { return 1u << r; }

HomeLoad at_power_factor(double apparent_va, double phi_deg) {
  const double phi = phi_deg * 3.14159265358979 / 180;
  return {apparent_va * std::cos(phi), apparent_va * std::sin(phi), 0, true};
}

TEST(Faults, AGoodMeterIsRightInEveryRowOfEveryHome) {
  models::HouseholdConfig config;
  config.pv_share = 0.5;
  config.place.start_utc_s = 1717200000;  // a Saturday in June
  for (std::uint32_t home = 0; home < 12; ++home) {
    const models::Household household(config, home);
    const Verdict verdict = judge(household, {}, home);
    EXPECT_EQ(verdict.rows, 0u) << "home " << home;
    EXPECT_EQ(verdict.day, 0u) << "home " << home;
  }
}

TEST(Faults, AGoodMeterIsRightInDetailToo) {
  models::HouseholdConfig config;
  config.pv_share = 1;
  config.place.start_utc_s = 1717236000;
  const models::Household household(config, 2);
  const Verdict verdict = judge(household, {}, 2, models::FeedTier::detailed, 8);
  EXPECT_EQ(verdict.rows, 0u);
  EXPECT_EQ(verdict.day, 0u);
}

TEST(Faults, AGoodMeterIsRightAtEveryAngle) {
  for (int phi_deg = 0; phi_deg < 360; phi_deg += 15) {
    const ConstantLoad load(at_power_factor(2300, phi_deg));
    const Verdict verdict = judge(load, {}, 5, models::FeedTier::fleet, 24);
    EXPECT_EQ(verdict.rows | verdict.day, 0u) << phi_deg;
  }
}

// Law 6 takes reactive power to 2 % of 0.25 S, 0.29 degrees at unity power factor.
TEST(Faults, ThreeTenthsOfADegreeShowInTheReactiveEnergyOfAHeater) {
  const ConstantLoad heater(at_power_factor(11500, 0));
  for (const double phase_deg : {0.3, -0.3}) {
    EXPECT_NE(judge(heater, {.phase_deg = phase_deg}).day & (1u << kQuantities), 0u);
  }
  EXPECT_EQ(judge(heater, {.phase_deg = 0.1}).day, 0u);
}

// At PF 0.5 they are 0.907 % of P, inside the 1 % of class 1; 0.4 degrees are 1.21 % and show.
TEST(Faults, APhaseErrorShowsInTheActiveEnergyAtHalfPowerFactor) {
  const ConstantLoad motor(at_power_factor(11500, 60));
  EXPECT_EQ(judge(motor, {.phase_deg = 0.3}).rows & bit(kActiveImport), 0u);
  for (const double phase_deg : {0.4, -0.4}) {
    const Verdict verdict = judge(motor, {.phase_deg = phase_deg});
    EXPECT_NE(verdict.rows & bit(kActiveImport), 0u);
    EXPECT_NE(verdict.day & bit(kActiveImport), 0u);
  }
}

TEST(Faults, AGainErrorOfOneAndAHalfPercentShows) {
  const ConstantLoad load(at_power_factor(4600, 20));
  EXPECT_NE(judge(load, {.gain = 1.015}).day & bit(kActiveImport), 0u);
  EXPECT_NE(judge(load, {.gain = 0.985}).day & bit(kActiveImport), 0u);
  EXPECT_EQ(judge(load, {.gain = 1.005}).day, 0u);
}

TEST(Faults, ASwappedQuadrantShowsInBothItsRegisters) {
  models::HouseholdConfig config;
  const models::Household household(config, 4);
  const Verdict verdict = judge(household, {.swap_quadrants = true}, 4);
  EXPECT_NE(verdict.rows & bit(kReactiveQ1), 0u);
  EXPECT_NE(verdict.rows & bit(kReactiveQ4), 0u);
  EXPECT_EQ(verdict.rows & bit(kActiveImport), 0u);
}

TEST(Faults, CreepShows) {
  const ConstantLoad nearly_nothing({1, 0, 0, true});  // 4.3 mA
  EXPECT_EQ(judge(nearly_nothing, {}).day, 0u);
  EXPECT_NE(judge(nearly_nothing, {.creep = true}).day & bit(kActiveImport), 0u);
}

TEST(Faults, ALostRowAndADoubledRowShow) {
  const MainsSchedule mains({}, kernel::kNsPerHour);
  const ConstantLoad load(at_power_factor(2300, 25));
  const SupplyPoint supply(mains, load);
  const models::ChangeLog log;
  TruthMeter truth(supply, log);
  const Truth row = truth.advance(kQuarter);
  RegisterValues registered{};
  EXPECT_FALSE(row_is_right(row, registered));
  for (std::size_t r = 0; r < kQuantities; ++r) registered[r] = std::floor(row.exact[r]);
  EXPECT_TRUE(row_is_right(row, registered));
  EXPECT_TRUE(row_is_right(row, registered));
  for (double& x : registered) x *= 2;
  EXPECT_FALSE(row_is_right(row, registered));
}

}  // namespace
