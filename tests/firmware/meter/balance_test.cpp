// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Differential current: threshold and time, told at the end of an interval, seen on the glass.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <complex>
#include <cstddef>

#include "protocol/cosem/classes/data.hpp"
#include "sim/glass/glass.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

using meter::fw::LogId;
using rigs::MeterFixture;
using testing::ElementsAre;
using testing::IsEmpty;
using Phasor = std::complex<double>;  // A, rms

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr std::int64_t kInterval_s = 900;
constexpr std::uint32_t kSecond = 5;  // windows

// A window in which the phases draw this and that much comes back through the neutral.
meter_sums window_of(const std::vector<Phasor>& phases, Phasor back) {
  constexpr double kCountsPerAmpere = 8388608.0 / (METER_ADC_I_FULL_SCALE_MA / 1000.0);
  meter_sums sums = rigs::make_sums({240, 1}, {}, static_cast<std::uint32_t>(phases.size()));
  const auto fill = [&](Phasor amperes, meter_element_sums& element, meter_harmonic& fundamental) {
    const Phasor counts = kCountsPerAmpere * amperes;
    element.ii = sums.n_samples * std::norm(counts);
    fundamental.i_re = static_cast<float>(std::sqrt(2.0) * counts.real());
    fundamental.i_im = static_cast<float>(std::sqrt(2.0) * counts.imag());
  };
  for (std::size_t k = 0; k < phases.size(); ++k) {
    fill(phases[k], sums.element[k], sums.own_fundamental[k]);
  }
  fill(back, sums.own_neutral, sums.own_fundamental[phases.size()]);
  sums.neutral = {1, sizeof(meter_element_sums), offsetof(meter_sums, own_neutral)};
  sums.harmonics = {sums.n_elements + 1, sizeof(meter_harmonic),
                    offsetof(meter_sums, own_fundamental)};
  return sums;
}

struct Site : MeterFixture {
  explicit Site(const meter_firmware* under_test = meter_ad11a_firmware(),
                std::uint8_t codes = METER_CODES_IDIS)
      : MeterFixture(kStart, provision_with(codes), under_test) {}
  static meter_provision provision_with(std::uint8_t codes) {
    meter_provision provision = rigs::make_provision();
    provision.event_codes = codes;
    return provision;
  }
  void interval(const meter_sums& window, std::uint32_t seconds) {
    sums(window, kSecond * seconds);
    run_to(kStart + ++intervals * kInterval_s);
  }
  std::vector<std::uint8_t> told() const { return event_codes(LogId::fraud_events); }
  bool lit() {
    firmware->on_display(instance());
    return sim::glass::read(segments).has("I1<>I2");
  }
  std::int64_t intervals = 0;
};

TEST(Balance, HalfAMinuteOfDifferenceIsFraudAtTheEndOfItsInterval) {
  Site site;
  const meter_sums stolen = window_of({10}, 7);
  site.interval(stolen, 29);
  EXPECT_THAT(site.told(), IsEmpty());
  EXPECT_FALSE(site.lit());
  site.interval(stolen, 31);
  EXPECT_THAT(site.told(), ElementsAre(234));
  EXPECT_EQ(site.rows(LogId::fraud_events)[0].head.utc_s, kStart + 2 * kInterval_s);
  EXPECT_TRUE(site.lit());
  site.interval(stolen, 800);
  EXPECT_THAT(site.told(), ElementsAre(234)) << "once";
  rigs::TestClient client(site, rigs::management_client(site.provision, 1));
  ASSERT_TRUE(client.connect() && client.associate());
  const auto alarms = rigs::unsigned_in(
      client, {protocol::cosem::classes::Data::kId, protocol::cosem::obis(0, 0, 97, 98, 0), 2});
  EXPECT_EQ(alarms & (1u << 26 | 1u << 13), 1u << 26 | 1u << 13);
  client.disconnect();
  site.power_off(true);
  site.power_on(METER_BOOT_POWER);
  site.run_for_us(5 * rigs::kSecond_us);
  EXPECT_TRUE(site.lit()) << "the verdict outlives the supply";
  site.interval(window_of({10}, 10), 800);
  EXPECT_THAT(site.told(), ElementsAre(234, 235));
  EXPECT_FALSE(site.lit());
}

TEST(Balance, TheDifferenceIsOverHalfAnAmpereAndATenth) {
  const struct {
    double phase;
    Phasor back;
    bool fraud;
  } cases[] = {{1, 0.55, false}, {1, 0.45, true},  {10, 9.05, false},      {10, 8.95, true},
               {9, 10.2, true},  {0, 0.45, false}, {10, {10, 0.9}, false}, {10, {10, 1.1}, true},
               {0, 0.55, true},  {80, 73, false},  {80, {79, -9.5}, true}};
  for (const auto& one : cases) {
    Site site;
    site.interval(window_of({one.phase}, one.back), 60);
    EXPECT_EQ(site.told().size(), one.fraud ? 1u : 0u) << one.phase << " A, back " << one.back;
  }
}

// Three phases come back as their sum, in whatever order they turn.
TEST(Balance, ThreePhasesAreWeighedWithTheirAngles) {
  for (const double turn : {1.0, -1.0}) {
    const Phasor second = std::polar(1.0, turn * 2 * M_PI / 3);
    const auto phases = [&](double a, double b, double c) {
      return std::vector<Phasor>{a, b * second, c * second * second};
    };
    const auto back = [&](double a, double b, double c) { return a + (b + c * second) * second; };
    Site site(meter_ad13a_firmware());
    site.interval(window_of(phases(10, 10, 10), back(10, 10, 10)), 60);
    site.interval(window_of(phases(12, 3, 0), back(12, 3, 0)), 60);
    EXPECT_THAT(site.told(), IsEmpty());
    site.interval(window_of(phases(10, 10, 4), back(10, 10, 10)), 60);
    EXPECT_THAT(site.told(), ElementsAre(234));
    site.interval(window_of(phases(12, 3, 0), back(3, 12, 0)), 60);
    EXPECT_THAT(site.told(), ElementsAre(234));
    site.interval(window_of(phases(0, 0, 0), 0), 60);
    EXPECT_THAT(site.told(), ElementsAre(234, 235));
  }
}

// The companion has no code for it.
TEST(Balance, WhereACountryHasNoCodeItIsOnTheGlassOnly) {
  Site site(meter_ad11a_firmware(), METER_CODES_PRIME);
  site.interval(window_of({10}, 5), 60);
  EXPECT_THAT(site.told(), IsEmpty());
  EXPECT_TRUE(site.lit());
}

}  // namespace
