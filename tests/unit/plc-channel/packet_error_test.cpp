// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/phy/packet_error.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/rigs/plc/line.hpp"

namespace {

using plc::PacketErrorTable;
using plc::Scheme;
using plc_test::errors;

constexpr std::array<Scheme, 6> kAll = {Scheme::dbpsk,   Scheme::dqpsk,   Scheme::d8psk,
                                        Scheme::dbpsk_f, Scheme::dqpsk_f, Scheme::d8psk_f};

double linear(double db) { return std::pow(10, db / 10); }
unsigned symbols(std::size_t octets, Scheme scheme) {
  return protocol::prime::payload_symbols(octets, scheme);
}

TEST(PacketError, UncodedBitErrorsMeetTheirClosedForms) {
  // Es/N0 for 1e-3 and 1e-5.
  EXPECT_NEAR(plc::dpsk_bit_error(1, linear(7.93)), 1e-3, 2e-5);
  EXPECT_NEAR(plc::dpsk_bit_error(1, linear(10.34)), 1e-5, 1e-6);
  EXPECT_NEAR(plc::dpsk_bit_error(2, linear(12.21)), 1e-3, 2e-5);
  EXPECT_NEAR(plc::dpsk_bit_error(2, linear(14.97)), 1e-5, 1e-6);
  EXPECT_NEAR(plc::dpsk_bit_error(3, linear(17.64)), 1e-3, 2e-5);
  EXPECT_NEAR(plc::dpsk_bit_error(3, linear(20.59)), 1e-5, 1e-6);
}

TEST(PacketError, FallsWithSnrAndRisesWithLength) {
  for (const Scheme scheme : kAll) {
    for (unsigned n : {1u, 8u, 63u}) {
      double last = 1.1;
      for (double db = -25; db < 45; db += 0.1) {
        const double error = errors().payload_error(scheme, db, n);
        ASSERT_GE(error, 0);
        ASSERT_LE(error, 1);
        ASSERT_LE(error, last + 1e-12) << db;
        ASSERT_LE(error, errors().payload_error(scheme, db, n + 1) + 1e-12);
        last = error;
      }
      EXPECT_GT(errors().payload_error(scheme, -10, n), 0.99);
      EXPECT_LT(errors().payload_error(scheme, 30, n), 1e-6);
    }
  }
}

// Averages at which a maker's rate control still stays in a scheme: there packets of 128 octets
// must come through mostly, and 3 dB below nearly never.
TEST(PacketError, MakersThresholdsFallOnTheSlope) {
  const std::array<std::pair<Scheme, double>, 3> kThresholds = {
      {{Scheme::dbpsk_f, 3.5}, {Scheme::dqpsk_f, 5.75}, {Scheme::d8psk_f, 9.5}}};
  for (const auto& [scheme, db] : kThresholds) {
    const unsigned n = symbols(128, scheme);
    EXPECT_LT(errors().payload_error(scheme, db, n), 0.4);
    EXPECT_LT(errors().payload_error(scheme, db + 2, n), 0.01);
    EXPECT_GT(errors().payload_error(scheme, db - 3, n), 0.9);
  }
}

TEST(PacketError, MoreBitsNeedMoreSignal) {
  for (double db = 2; db < 14; db += 0.5) {
    const auto error = [&](Scheme scheme) {
      return errors().payload_error(scheme, db, symbols(128, scheme));
    };
    EXPECT_LE(error(Scheme::dbpsk_f), error(Scheme::dqpsk_f) + 1e-9);
    EXPECT_LE(error(Scheme::dqpsk_f), error(Scheme::d8psk_f) + 1e-9);
    EXPECT_LE(error(Scheme::dbpsk_f), error(Scheme::dbpsk) + 1e-9);
  }
}

TEST(PacketError, PreambleIsFoundWhereTheHeaderIsNotRead) {
  for (double db = -4; db < 10; db += 0.25) {
    EXPECT_LE(errors().sync_miss(db), errors().header_error(db) + 1e-9);
  }
  EXPECT_GT(errors().sync_miss(-12), 0.5);
  EXPECT_LT(errors().header_error(4), 1e-3);
}

TEST(PacketError, FrameErrorPutsThePartsTogether) {
  const double db = 2.25;
  const double through = (1 - errors().sync_miss(db)) * (1 - errors().header_error(db)) *
                         (1 - errors().payload_error(Scheme::dbpsk_f, db, 5));
  EXPECT_NEAR(errors().frame_error(Scheme::dbpsk_f, db, 5), 1 - through, 1e-6);
}

TEST(PacketError, ImplementationLossShiftsTheCurves) {
  const PacketErrorTable worse = plc::closed_form_packet_errors(1);
  EXPECT_NEAR(worse.payload_error(Scheme::dbpsk_f, 4, 20),
              errors().payload_error(Scheme::dbpsk_f, 3, 20), 1e-6);
}

}  // namespace
