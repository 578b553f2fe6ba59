// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "plc-channel/medium/medium.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "tests/rigs/plc/line.hpp"

namespace {

using plc::FrameKind;
using plc::Outcome;
using plc::Scheme;
using plc::StationId;
using plc_test::data_frame;
using plc_test::kMs;
using plc_test::Line;
using plc_test::Octets;
using plc_test::quiet;
using plc_test::quiet_with;
using plc_test::straight_line;

namespace prime = protocol::prime;

class Log final : public plc::Observer {
 public:
  void on_sending(const plc::Sending& s) override { kinds.push_back(s.kind); }
  void on_sent(const plc::Sending&) override { ++sent; }
  void on_received(const plc::Sending&, StationId at, Outcome outcome, double) override {
    ++outcomes[{at, outcome}];
  }
  void on_watch_lost(StationId, kernel::TimeNs) override {}
  int count(StationId at, Outcome outcome) { return outcomes[{at, outcome}]; }
  std::vector<FrameKind> kinds;
  int sent = 0;
  std::map<std::pair<StationId, Outcome>, int> outcomes;
};

TEST(Medium, FrameArrivesWholeAtItsEnd) {
  Line line(straight_line(3, 30), quiet());
  const Octets frame = data_frame(7, 100);
  line.agenda.run_until(5 * kMs);
  ASSERT_TRUE(line.modem(0).send(frame, Scheme::dqpsk_f, 0));
  const kernel::TimeNs air = prime::airtime_us(frame.size(), Scheme::dqpsk_f) * 1000;
  line.agenda.run_until(5 * kMs + air - 1);
  EXPECT_TRUE(line.at(1).frames.empty());
  line.agenda.run_until(kernel::kNsPerSecond);
  for (StationId s = 1; s <= 3; ++s) {
    ASSERT_EQ(line.at(s).frames.size(), 1u);
    const plc_test::Heard& heard = line.at(s).frames[0];
    EXPECT_EQ(heard.mpdu, frame);
    EXPECT_EQ(heard.at, 5 * kMs + air);
    EXPECT_EQ(heard.start, 5 * kMs);
    EXPECT_NEAR(heard.snr_cdb, 100 * line.channel.mean_snr_db(0, s), 1);
  }
  EXPECT_TRUE(line.at(0).frames.empty());
}

TEST(Medium, FilterIsAskedForTheFirstEightOctets) {
  Line line(straight_line(2, 30), quiet());
  const auto lnid_rule = [](std::uint64_t lnid) {
    return prime::FilterRule{std::uint64_t{0x3FFF} << 2, lnid << 2};
  };
  const std::array<prime::FilterRule, 2> rules = {lnid_rule(9), lnid_rule(0x3FFF)};
  line.modem(1).set_filter(rules);
  line.modem(2).set_filter({});
  for (const std::uint16_t lnid : {7, 9, 0x3FFF, 8}) {
    ASSERT_TRUE(line.modem(0).send(data_frame(lnid, 20), Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 100 * kMs);
  }
  EXPECT_EQ(line.at(1).frames.size(), 2u);
  EXPECT_TRUE(line.at(2).frames.empty());
}

TEST(Medium, SendsOneFrameAtATimeThatFits) {
  Line line(straight_line(2, 30), quiet());
  const Octets longest(prime::max_mpdu_octets(Scheme::dbpsk_f), 1);
  Octets too_long = longest;
  too_long.push_back(1);
  EXPECT_FALSE(line.modem(1).send(too_long, Scheme::dbpsk_f, 0));
  EXPECT_FALSE(line.modem(1).send({}, Scheme::dbpsk_f, 0));
  EXPECT_FALSE(line.modem(1).send(longest, static_cast<Scheme>(3), 0));
  EXPECT_TRUE(line.modem(1).send(longest, Scheme::dbpsk_f, 0));
  EXPECT_TRUE(line.modem(1).busy());
  EXPECT_FALSE(line.modem(1).send(longest, Scheme::dbpsk_f, 0));
  line.agenda.run_until(prime::airtime_us(longest.size(), Scheme::dbpsk_f) * 1000);
  EXPECT_FALSE(line.modem(1).busy());
  EXPECT_TRUE(line.modem(1).send(longest, Scheme::dbpsk_f, 0));
  EXPECT_EQ(line.medium.counters().refused, 4u);
}

TEST(Medium, CarrierIsSeenOnlyAfterTheTurnaround) {
  Line line(straight_line(2, 30), quiet());
  const kernel::TimeNs turnaround = plc::MediumConfig{}.turnaround_ns;
  ASSERT_TRUE(line.modem(1).send(data_frame(7, 50), Scheme::dbpsk_f, 0));
  line.agenda.run_until(turnaround - 1);
  EXPECT_FALSE(line.modem(2).busy());
  line.agenda.run_until(turnaround);
  EXPECT_TRUE(line.modem(2).busy());
  EXPECT_TRUE(line.modem(0).busy());
}

// Both sensed the line idle in the same slot: neither frame comes through where both are strong.
TEST(Medium, SameSlotFramesCollide) {
  Line line(straight_line(4, 30), quiet());
  Log log;
  line.medium.set_observer(&log);
  for (int n = 0; n < 50; ++n) {
    ASSERT_FALSE(line.modem(1).busy());
    ASSERT_TRUE(line.modem(1).send(data_frame(7, 60), Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 1 * kMs);
    ASSERT_FALSE(line.modem(3).busy());
    ASSERT_TRUE(line.modem(3).send(data_frame(8, 60), Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 200 * kMs);
  }
  // Half way between them.
  EXPECT_LT(log.count(2, Outcome::ok), 5);
  EXPECT_GT(log.count(2, Outcome::collision) + log.count(2, Outcome::deaf), 90);
  EXPECT_EQ(log.count(2, Outcome::noise), 0);
  // Who sends does not hear.
  EXPECT_EQ(log.count(1, Outcome::deaf), 50);
  EXPECT_EQ(log.count(3, Outcome::deaf), 50);
}

// The ends of a long line do not hear each other; in the middle their frames meet.
TEST(Medium, HiddenStationsMeetInTheMiddle) {
  const plc::Feeder feeder = straight_line(21, 40);
  Line line(feeder, quiet_with(feeder, 1, 11, 10));
  ASSERT_LT(line.channel.mean_snr_db(1, 21), 0);
  ASSERT_TRUE(line.modem(1).send(data_frame(7, 200), Scheme::dbpsk_f, 0));
  line.agenda.run_until(20 * kMs);
  EXPECT_FALSE(line.modem(21).busy());
  EXPECT_TRUE(line.modem(11).busy());
  Log log;
  line.medium.set_observer(&log);
  ASSERT_TRUE(line.modem(21).send(data_frame(8, 100), Scheme::dbpsk_f, 0));
  line.agenda.run_until(kernel::kNsPerSecond);
  // Locked to the first one, which the second may have damaged.
  EXPECT_EQ(log.count(11, Outcome::deaf), 1);
  const double difference = line.channel.mean_snr_db(1, 11) - line.channel.mean_snr_db(21, 11);
  EXPECT_EQ(log.count(11, Outcome::collision), difference < 2 ? 1 : 0);
}

// 10 dB stronger at the receiver: it comes through although the other one is on the air.
TEST(Medium, StrongerFrameIsCaptured) {
  const plc::Feeder feeder = straight_line(12, 40);
  Line line(feeder, quiet());
  const StationId receiver = 2;
  const double difference =
      line.channel.mean_snr_db(1, receiver) - line.channel.mean_snr_db(12, receiver);
  ASSERT_GT(difference, 10);
  int captured = 0;
  for (int n = 0; n < 20; ++n) {
    ASSERT_TRUE(line.modem(1).send(data_frame(7, 60), Scheme::dbpsk_f, 0));
    ASSERT_TRUE(line.modem(12).send(data_frame(8, 60), Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 200 * kMs);
  }
  for (const plc_test::Heard& heard : line.at(receiver).frames) {
    captured += heard.mpdu == data_frame(7, 60);
  }
  EXPECT_EQ(captured, 20);
}

TEST(Medium, ShortOverlapHurtsLess) {
  // A disturbance that makes symbols fail now and then, over most of the frame or its end.
  const plc::Feeder feeder = straight_line(6, 40);
  int whole[2] = {0, 0};
  for (int late = 0; late < 2; ++late) {
    Line line(feeder, quiet_with(feeder, 5, 4, 5.5));
    for (int n = 0; n < 200; ++n) {
      const kernel::TimeNs start = line.agenda.now();
      ASSERT_TRUE(line.modem(5).send(data_frame(7, 150), Scheme::dbpsk_f, 0));
      line.agenda.run_until(start + (late ? 55 : 8) * kMs);
      ASSERT_TRUE(line.modem(1).send(data_frame(8, 100), Scheme::dbpsk_f, 0));
      line.agenda.run_until(start + 300 * kMs);
    }
    for (const auto& heard : line.at(4).frames) whole[late] += heard.mpdu == data_frame(7, 150);
  }
  EXPECT_GT(whole[1], whole[0] + 20);
}

TEST(Medium, DamagedPayloadArrivesWithWrongOctetsAndFailsItsChecks) {
  const plc::Feeder feeder = straight_line(2, 40);
  Line line(feeder, quiet_with(feeder, 0, 1, 3.0));
  Log log;
  line.medium.set_observer(&log);
  const Octets frame = data_frame(7, 200);
  const int n_frames = 400;
  for (int n = 0; n < n_frames; ++n) {
    ASSERT_TRUE(line.modem(0).send(frame, Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 200 * kMs);
  }
  int damaged = 0;
  for (const plc_test::Heard& heard : line.at(1).frames) {
    ASSERT_EQ(heard.mpdu.size(), frame.size());
    // What travels in the header of the PPDU has a checksum of its own.
    EXPECT_TRUE(
        std::equal(frame.begin(), frame.begin() + prime::kHeaderMpduOctets, heard.mpdu.begin()));
    if (heard.mpdu == frame) continue;
    ++damaged;
    EXPECT_FALSE(prime::decode_gpdu(heard.mpdu, prime::NetworkSeed(prime::Sna{})));
  }
  // As often as the table says.
  const double expected =
      plc_test::errors().payload_error(Scheme::dbpsk_f, line.channel.mean_snr_db(0, 1),
                                       prime::payload_symbols(frame.size(), Scheme::dbpsk_f));
  EXPECT_NEAR(damaged, expected * n_frames, 5 * std::sqrt(expected * n_frames));
  EXPECT_GT(damaged, 10);
  EXPECT_EQ(log.count(1, Outcome::noise) - damaged,
            n_frames - static_cast<int>(line.at(1).frames.size()));
}

TEST(Medium, ModemWithoutSupplyNeitherHearsNorSends) {
  Line line(straight_line(2, 30), quiet());
  line.modem(1).power(false);
  EXPECT_FALSE(line.modem(1).send(data_frame(7, 20), Scheme::dbpsk_f, 0));
  ASSERT_TRUE(line.modem(0).send(data_frame(7, 20), Scheme::dbpsk_f, 0));
  line.agenda.run_until(5 * kMs);
  line.modem(1).power(true);
  line.hear_all(1);
  line.agenda.run_until(100 * kMs);
  EXPECT_TRUE(line.at(1).frames.empty()) << "its preamble was before";
  EXPECT_EQ(line.at(2).frames.size(), 1u);
  // And its filter is forgotten.
  line.modem(1).power(false);
  line.modem(1).power(true);
  ASSERT_TRUE(line.modem(0).send(data_frame(7, 20), Scheme::dbpsk_f, 0));
  line.agenda.run_until(200 * kMs);
  EXPECT_TRUE(line.at(1).frames.empty());
}

TEST(Medium, FrameOfADyingSenderArrivesNowhere) {
  Line line(straight_line(2, 30), quiet());
  Log log;
  line.medium.set_observer(&log);
  ASSERT_TRUE(line.modem(1).send(data_frame(7, 100), Scheme::dbpsk_f, 0));
  line.agenda.run_until(10 * kMs);
  line.modem(1).power(false);
  EXPECT_FALSE(line.modem(2).busy());
  line.agenda.run_until(kernel::kNsPerSecond);
  EXPECT_TRUE(line.at(2).frames.empty());
  EXPECT_EQ(line.medium.counters().truncated, 1u);
  EXPECT_EQ(line.medium.counters().of(FrameKind::data).airtime_ns, 10 * kMs);
  EXPECT_EQ(log.sent, 1);
}

TEST(Medium, KindsAreReadFromTheHeaders) {
  const auto control = [](std::uint16_t type) {
    Octets content(8, 0);
    prime::Packet packet;
    packet.control = true;
    packet.lcid = type;
    packet.payload = content;
    Octets octets(content.size() + prime::kGpduOverhead);
    protocol::Writer out(octets);
    EXPECT_TRUE(prime::encode_gpdu({false, 0}, packet, prime::NetworkSeed(prime::Sna{}), out));
    return octets;
  };
  Line line(straight_line(2, 30), quiet());
  Log log;
  line.medium.set_observer(&log);
  const auto send = [&](const Octets& frame) {
    ASSERT_TRUE(line.modem(1).send(frame, Scheme::dbpsk_f, 0));
    line.agenda.run_until(line.agenda.now() + 200 * kMs);
  };
  for (std::uint16_t type = 1; type <= 10; ++type) send(control(type));
  Octets pnpdu(prime::kPromotionNeededOctets);
  protocol::Writer out(pnpdu);
  ASSERT_TRUE(prime::encode(prime::PromotionNeeded{}, out));
  send(pnpdu);
  send(data_frame(7, 30, 1));
  send(data_frame(7, 30, 2));
  send(data_frame(7, 30, 1));
  send({0xFF, 0xFF});
  const std::vector<FrameKind> expected = {
      FrameKind::reg,   FrameKind::con,  FrameKind::pro,  FrameKind::bsi,        FrameKind::fra,
      FrameKind::cfp,   FrameKind::alv,  FrameKind::mul,  FrameKind::prm,        FrameKind::sec,
      FrameKind::pnpdu, FrameKind::data, FrameKind::data, FrameKind::data_again, FrameKind::other};
  EXPECT_EQ(log.kinds, expected);
  const plc::MediumCounters counters = line.medium.counters();
  EXPECT_EQ(counters.of(FrameKind::reg).frames, 1u);
  EXPECT_EQ(counters.of(FrameKind::data).outcomes[static_cast<std::size_t>(Outcome::ok)], 4u);
}

// Traffic of many stations, twice: the same octets at the same times.
TEST(Medium, SameSeedSameTraffic) {
  const auto run = [](std::uint64_t seed) {
    plc::FeederConfig feeder_config;
    feeder_config.n_service_points = 30;
    plc::MediumConfig config;
    config.seed = seed;
    Line line(plc::make_feeder(feeder_config), plc::ChannelConfig{}, config);
    std::uint32_t state = 1;
    for (int n = 0; n < 600; ++n) {
      state = state * 1664525u + 1013904223u;
      const StationId from = (state >> 8) % 31;
      if (!line.modem(from).busy()) {
        line.modem(from).send(data_frame(7, 20 + (state >> 16) % 100), Scheme::dbpsk_f, 0);
      }
      line.agenda.run_until(line.agenda.now() + 20 * kMs);
    }
    std::vector<std::pair<kernel::TimeNs, Octets>> all;
    for (StationId s = 0; s <= 30; ++s) {
      for (const auto& heard : line.at(s).frames) all.push_back({heard.at, heard.mpdu});
    }
    return all;
  };
  const auto first = run(1);
  EXPECT_GT(first.size(), 1000u);
  EXPECT_EQ(first, run(1));
  EXPECT_NE(first, run(2));
}

}  // namespace
