// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/channel/channel.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <vector>

#include "tests/rigs/plc/line.hpp"
#include "tests/unit/plc-channel/links.hpp"

namespace {

using plc::Channel;
using plc::ChannelConfig;
using plc::FeederConfig;
using plc::kFrequencies;
using plc::StationId;
using plc_test::Links;
using plc_test::quiet;

constexpr unsigned kMiddle = kFrequencies / 2;

TEST(Channel, FrequenciesSpanTheBand) {
  EXPECT_DOUBLE_EQ(plc::frequency_hz(0), 41'992.1875);
  EXPECT_DOUBLE_EQ(plc::frequency_hz(kFrequencies - 1), 88'867.1875);
}

// Passive network: the transfer impedance is the same both ways, at every frequency and pair.
TEST(Channel, TransferIsReciprocal) {
  FeederConfig config;
  config.n_service_points = 40;
  config.three_phase.assign(40, false);
  config.three_phase[7] = config.three_phase[20] = true;
  const Channel channel(plc::make_feeder(config), {});
  const Links links(channel);
  for (StationId a = 0; a < 40; a += 7) {
    for (StationId b = 1; b < 40; b += 6) {
      if (a == b) continue;
      for (unsigned n = 0; n < kFrequencies; ++n) {
        EXPECT_NEAR(links.transfer_ohm(a, b, n) / links.transfer_ohm(b, a, n), 1, 1e-9)
            << a << ' ' << b;
      }
    }
  }
}

// One meter on one phase of one cable, solved by hand: transformer, cable and drop as chains of
// two-ports in the modes of the symmetrical cable.
TEST(Channel, OneMeterAsByHand) {
  const plc::Feeder feeder = plc_test::straight_line(1, 100);
  const ChannelConfig config = quiet();
  const Channel channel(feeder, config);
  using C = std::complex<double>;
  const C j(0, 1);
  const double pi = 3.14159265358979323846;
  const double f = plc::frequency_hz(kMiddle);
  const double w = 2 * pi * f;
  const auto load = plc::draw_premises(config, 0, 1)[0];
  const auto per_metre = [&](const plc::CableType& cable, C& z, C& y) {
    const double depth = std::sqrt(2 * 2.82e-8 / (w * 4e-7 * pi)) * 1e3;
    z = C(cable.resistance_ohm_per_km * (cable.conductor_radius_mm / (2 * depth) + 0.25),
          w * cable.inductance_mh_per_km * 1e-3) *
        1e-3;
    y = w * cable.capacitance_nf_per_km * 1e-12 * C(cable.loss_tangent, 1);
  };
  // Drop: impedance of the premises seen through it, and how much of the bus voltage arrives.
  C z, y;
  per_metre(feeder.cables[2], z, y);
  z *= 2;
  y /= 2;
  const C gd = std::sqrt(z * y) * feeder.stations[1].drop_m, zd = std::sqrt(z / y);
  const C zl(load.resistance_ohm, load.reactance_ohm * f / 65'430);
  const C a = std::cosh(gd) + zd * std::sinh(gd) / zl;
  const C zin =
      (std::cosh(gd) + zd * std::sinh(gd) / zl) == C(0)
          ? C(0)
          : (zl * std::cosh(gd) + zd * std::sinh(gd)) / (std::cosh(gd) + zl / zd * std::sinh(gd));
  // Main cable: 3 x 3 admittances from its two modes.
  per_metre(feeder.cables[0], z, y);
  const auto ports = [&](double kz, double ky, C& own, C& mutual) {
    const C g = std::sqrt(kz * z * ky * y) * 100.0, z0 = std::sqrt(kz * z / (ky * y));
    own = std::cosh(g) / (z0 * std::sinh(g));
    mutual = 1.0 / (z0 * std::sinh(g));
  };
  C od, md, oc, mc;
  ports(1, 1, od, md);
  ports(4, 0.25, oc, mc);
  const double xt = 0.04 * 400 * 400 / 400e3 * f / 50;
  const C yt = 1.0 / C(0.3 * xt, xt);
  // In modes the transformer is the same for both; the single-phase load couples them at the end.
  // Base injects a third into each phase: common mode only, 1/sqrt(3) in the modal amplitude.
  const auto mode = [&](C own, C mutual) {  // end open: z11, z21, z22
    const C y11 = own + yt, y22 = own, det = y11 * y22 - mutual * mutual;
    return std::array<C, 3>{y22 / det, mutual / det, y11 / det};
  };
  const auto zdm = mode(od, md);
  const auto zcm = mode(oc, mc);
  // Thevenin of phase 1 at the end, then the load of the drop.
  const C open = zcm[1] / 3.0;                         // one ampere from the base
  const C source = (2.0 * zdm[2] + zcm[2]) / 3.0;      // seen at the end on one phase
  const C expected = open * zin / (zin + source) / a;  // at the meter
  EXPECT_NEAR(Links(channel).transfer_ohm(0, 1, kMiddle), std::abs(expected),
              1e-9 * std::abs(expected));
}

TEST(Channel, AttenuationGrowsWithDistanceAsMeasuredOnCableNetworks) {
  // 40 to 100 dB/km end to end in cable networks of this band; here over several seeds.
  double sum = 0;
  int n = 0;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    FeederConfig config;
    config.seed = seed;
    ChannelConfig channel_config;
    channel_config.seed = seed;
    const Channel channel(plc::make_feeder(config), channel_config);
    const Links links(channel);
    double near_db = 0, far_db = 0, near_m = 0, far_m = 0;
    int n_near = 0, n_far = 0;
    for (StationId s = 1; s < channel.n_stations(); ++s) {
      const double d = channel.feeder().stations[s].distance_m;
      const double gain = links.gain_db(0, s, kMiddle);
      EXPECT_LT(gain, 0);
      if (d < 120) near_db += gain, near_m += d, ++n_near;
      if (d > 220) far_db += gain, far_m += d, ++n_far;
    }
    if (n_near < 3 || n_far < 3) continue;
    const double slope =
        (near_db / n_near - far_db / n_far) / (far_m / n_far - near_m / n_near) * 1000;
    sum += slope;
    ++n;
    EXPECT_GT(slope, 20) << seed;
    EXPECT_LT(slope, 200) << seed;
  }
  ASSERT_GT(n, 4);
  EXPECT_GT(sum / n, 50);
  EXPECT_LT(sum / n, 130);
}

TEST(Channel, AccessImpedanceLiesWhereItIsMeasured) {
  const Channel channel(plc::make_feeder({}), {});
  const Links links(channel);
  std::vector<double> ohm;
  for (StationId s = 1; s < channel.n_stations(); ++s) {
    ohm.push_back(links.access_impedance_ohm(s, kMiddle));
  }
  std::sort(ohm.begin(), ohm.end());
  EXPECT_GT(ohm.front(), 1);
  EXPECT_LT(ohm[ohm.size() / 2], 20);
  EXPECT_LT(links.access_impedance_ohm(plc::kBaseStation, kMiddle), 5);
}

TEST(Channel, OtherPhaseIsReachedButWorse) {
  plc::Feeder feeder = plc_test::straight_line(6, 40);
  const Channel same(feeder, quiet());
  feeder.stations[6].phases = 2;
  const Channel other(feeder, quiet());
  EXPECT_LT(other.mean_snr_db(5, 6), same.mean_snr_db(5, 6) - 3);
  EXPECT_GT(other.mean_snr_db(5, 6), 0);
}

TEST(Channel, EffectiveSnrOfAFlatBandIsThatOfEachSubcarrier) {
  std::array<double, kFrequencies> flat;
  for (const double db : {-10.0, 0.0, 3.0, 25.0}) {
    flat.fill(db);
    EXPECT_NEAR(plc::effective_snr_db(flat), db, 1e-3);
  }
}

TEST(Channel, EffectiveSnrLiesBetweenWorstAndMeanAndMovesWithTheWhole) {
  std::array<double, kFrequencies> ramp;
  for (unsigned n = 0; n < kFrequencies; ++n) ramp[n] = n;
  const double snr = plc::effective_snr_db(ramp);
  EXPECT_GT(snr, 0);
  EXPECT_LT(snr, 6);
  for (double& db : ramp) db += 7;
  EXPECT_NEAR(plc::effective_snr_db(ramp), snr + 7, 1e-3);
}

TEST(Channel, LevelTakesThreeDecibelsAStep) {
  const Channel channel(plc::make_feeder({}), {});
  const double full = channel.snr_db(0, 5, 0, 0);
  EXPECT_NEAR(channel.snr_db(0, 5, 0, 2), full - 6, 1e-9);
}

TEST(Noise, IsConstantWithinAQuarterOfAnHourAndKnownInAnyOrder) {
  const Channel forwards(plc::make_feeder({}), {});
  const Channel backwards(plc::make_feeder({}), {});
  std::vector<float> levels;
  for (int e = 0; e < 200; ++e) {
    levels.push_back(forwards.noise(3, e * plc::kNoiseEpochNs).level_db);
    EXPECT_EQ(forwards.noise(3, (e + 1) * plc::kNoiseEpochNs - 1).level_db, levels.back());
  }
  for (int e = 199; e >= 0; --e) {
    EXPECT_EQ(backwards.noise(3, e * plc::kNoiseEpochNs).level_db,
              levels[static_cast<std::size_t>(e)]);
  }
  EXPECT_NE(levels[0], levels[1]);
}

TEST(Noise, EveningIsLouderAndInterferersMakeAHeavyTail) {
  const Channel channel(plc::make_feeder({}), {});
  double night = 0, evening = 0;
  int loud = 0, all = 0;
  for (int day = 0; day < 20; ++day) {
    for (StationId s = 1; s <= 60; ++s) {
      const kernel::TimeNs midnight = day * kernel::kNsPerDay;
      night += channel.noise(s, midnight + 8 * kernel::kNsPerHour).level_db;
      evening += channel.noise(s, midnight + 20 * kernel::kNsPerHour).level_db;
      double own = channel.noise(s, midnight + 2 * kernel::kNsPerHour).level_db;
      loud += channel.noise(s, midnight + 14 * kernel::kNsPerHour).level_db > own + 8;
      ++all;
    }
  }
  EXPECT_NEAR((evening - night) / (20 * 60), 3, 0.5);
  EXPECT_GT(loud, all / 200);
  EXPECT_LT(loud, all / 8);
}

TEST(Noise, NominalLevelIsHooijens) {
  // 10^(-5.64 - 3.95e-5 f) W/kHz over 50 ohm: 48 dBuV in 200 Hz at 65 kHz.
  const plc::NoiseModel model({}, 1, 0, 2);
  const double in_200_hz = model.nominal_dbuv(65'000) + 10 * std::log10(200 / 488.28125);
  EXPECT_NEAR(in_200_hz, 48, 0.5);
}

}  // namespace
