// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Promotion, and what a switch repeats.
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime {
namespace {

using namespace test;

Octets data_packet(bool down, std::uint8_t level, std::uint8_t sid, std::uint16_t lnid) {
  const Octets payload = hex("00 00 90 01 02 AABBCC");
  Packet packet;
  packet.lcid = 300;
  packet.sid = sid;
  packet.lnid = lnid;
  packet.payload = payload;
  return gpdu({down, level}, packet);
}

TEST(Promotion, ATerminalIgnoresAFewRequestsThenAsksForIt) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Rig rig(seed);
    rig.connect();
    static_cast<void>(rig.sent());
    for (unsigned i = 0; i <= kMaxPrnIgnore; ++i) {
      ASSERT_TRUE(rig.arrives(promotion_needed(), 800));
      rig.run_for(kSecond);
    }
    const auto requests = rig.sent(ControlType::pro);
    ASSERT_EQ(requests.size(), 1u);
    const Result<Pro> pro = decode_pro(requests[0].payload);
    ASSERT_TRUE(pro.ok());
    EXPECT_TRUE(pro->long_form);
    EXPECT_EQ(pro->nsid, kNoSid);
    EXPECT_EQ(pro->needed_by, kNewcomer);
    EXPECT_EQ(pro->quality, snr_code(800));
    EXPECT_EQ(pro->up_cost, hop_cost(Scheme::d8psk_f));
  }
}

TEST(Promotion, NotForAnotherSubnetworkNorForWhomItHardlyHears) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  for (int i = 0; i < 10; ++i) {
    rig.arrives(promotion_needed(kOtherSna), 2'000);
    rig.arrives(promotion_needed(), 300);
    rig.run_for(kSecond);
  }
  EXPECT_TRUE(rig.sent(ControlType::pro).empty());
}

TEST(Promotion, RefusedItRests) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  for (int i = 0; i < 4; ++i) rig.arrives(promotion_needed(), 2'000);
  rig.run_for(kSecond);
  ASSERT_EQ(rig.sent(ControlType::pro).size(), 1u);
  Pro reject;
  reject.negative = true;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, reject));
  for (int i = 0; i < 20; ++i) {
    rig.arrives(promotion_needed(), 2'000);
    rig.run_for(2 * kSecond);
  }
  EXPECT_TRUE(rig.sent(ControlType::pro).empty());
}

TEST(Promotion, WithItsBeaconSlotItSendsBeacons) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  Pro pro;
  pro.time_code = 5;
  pro.nsid = kLsid;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, pro));
  rig.run_for(kSecond);
  auto acks = rig.sent(ControlType::pro);
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(decode_pro(acks[0].payload)->nsid, kLsid);
  EXPECT_FALSE(decode_pro(acks[0].payload)->negative);
  EXPECT_FALSE(rig.modem.plan);  // not before it has a slot
  const Bsi bsi{2, 1, 3};
  ASSERT_TRUE(rig.down(ControlType::bsi, kLnid, bsi));
  rig.run_for(kSecond);
  acks = rig.sent(ControlType::bsi);
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(*decode_bsi(acks[0].payload), bsi);
  EXPECT_FALSE(rig.modem.plan);  // the frame has one slot only, so far
  rig.base.beacon_slots = 2;
  HeardBeacon heard;
  heard.mpdu = encode(rig.base);
  rig.node.on_beacon(heard);
  ASSERT_TRUE(rig.modem.plan);
  EXPECT_FALSE(rig.modem.plan->own_time);
  EXPECT_EQ(rig.modem.plan->sequence_offset, 3u);
  const Result<Beacon> beacon = decode_beacon(rig.modem.plan->mpdu);
  ASSERT_TRUE(beacon.ok());
  Beacon expected = rig.base;
  expected.sid = kLsid;
  expected.slot = 1;
  expected.level = 1;
  expected.frequency_code = 2;
  expected.up_cost = expected.down_cost = hop_cost(Scheme::d8psk_f);
  EXPECT_EQ(*beacon, expected);
  EXPECT_EQ(rig.node.state(), NodeState::switching);
  EXPECT_EQ(rig.node.pib(Pib::lsid), kLsid);
}

TEST(Promotion, ASwitchTellsItsSidInTheKeepAlive) {
  Rig rig;
  rig.promote();
  ASSERT_TRUE(rig.down(ControlType::alv, kLnid, Alv{0, 1, 5, kNoSid}));
  rig.run_for(kSecond);
  EXPECT_EQ(decode_alv(rig.sent(ControlType::alv).at(0).payload)->ssid, kLsid);
}

TEST(Demotion, ByTheBaseNodeIsAnswered) {
  Rig rig;
  rig.promote();
  Pro demotion;
  demotion.negative = true;
  demotion.nsid = kLsid;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, demotion));
  rig.run_for(kSecond);
  const auto answers = rig.sent(ControlType::pro);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(decode_pro(answers[0].payload)->negative);
  EXPECT_EQ(rig.node.state(), NodeState::terminal);
  EXPECT_FALSE(rig.modem.plan);
  EXPECT_FALSE(rig.arrives(data_packet(true, 0, kLsid, 7)));
  EXPECT_TRUE(rig.node.connected());  // its own connection stays
}

TEST(Demotion, OfItsOwnAccordTheAnswerIsNotAnswered) {
  Rig rig;
  rig.promote();
  rig.node.demote();
  rig.run_for(kSecond);
  ASSERT_EQ(rig.sent(ControlType::pro).size(), 1u);
  EXPECT_EQ(rig.node.state(), NodeState::terminal);
  Pro demotion;
  demotion.negative = true;
  demotion.nsid = kLsid;
  ASSERT_TRUE(rig.down(ControlType::pro, kLnid, demotion));
  rig.run_for(kSecond);
  EXPECT_TRUE(rig.sent(ControlType::pro).empty());
}

TEST(Switching, DownAndUpWithTheLevelChangedAndNothingElse) {
  Rig rig;
  rig.promote();
  const std::size_t before = rig.modem.sent.size();
  ASSERT_TRUE(rig.arrives(data_packet(true, 0, kLsid, 7)));
  rig.run_for(kSecond);
  ASSERT_TRUE(rig.arrives(data_packet(false, 1, kLsid, 7)));
  rig.run_for(kSecond);
  ASSERT_EQ(rig.modem.sent.size(), before + 2);
  EXPECT_EQ(rig.modem.sent[before].mpdu, data_packet(true, 1, kLsid, 7));
  EXPECT_EQ(rig.modem.sent[before + 1].mpdu, data_packet(false, 0, kLsid, 7));
  EXPECT_EQ(rig.node.counters().repeated_down, 1u);
  EXPECT_EQ(rig.node.counters().repeated_up, 1u);
}

TEST(Switching, ANewcomersRequestGoesUp) {
  Rig rig;
  rig.promote();
  const std::size_t before = rig.modem.sent.size();
  Reg reg;
  reg.eui48 = kNewcomer;
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::reg, kLsid, kBroadcastLnid, reg)));
  rig.run_for(kSecond);
  ASSERT_EQ(rig.modem.sent.size(), before + 1);
  EXPECT_EQ(rig.modem.sent[before].mpdu,
            control(false, 0, ControlType::reg, kLsid, kBroadcastLnid, reg));
}

TEST(Switching, WhatIsOnAnotherLevelOrOfAnotherSwitchStaysWhereItIs) {
  Rig rig;
  rig.promote();
  const std::size_t before = rig.modem.sent.size();
  rig.arrives(data_packet(true, 1, kLsid, 7));   // another switch's repetition
  rig.arrives(data_packet(false, 0, kLsid, 7));  // the same, upwards
  rig.arrives(data_packet(false, 2, kLsid, 7));
  rig.arrives(data_packet(true, 0, 6, 7));
  rig.arrives(data_packet(false, 1, 6, 7));
  rig.run_for(kSecond);
  EXPECT_EQ(rig.modem.sent.size(), before);
}

TEST(Switching, ABroadcastIsTakenAndRepeatedOnce) {
  Rig rig;
  rig.promote();
  const std::size_t before = rig.modem.sent.size();
  ASSERT_TRUE(rig.broadcast(hex("00 90 00 01 0F0102")));
  rig.run_for(kSecond);
  EXPECT_EQ(rig.received.size(), 1u);
  ASSERT_EQ(rig.modem.sent.size(), before + 1);
  EXPECT_EQ(decode_gpdu(rig.modem.sent[before].mpdu, NetworkSeed(kSna))->header,
            (GenericHeader{true, 1}));
  EXPECT_EQ(rig.modem.sent[before].scheme, Scheme::dbpsk_f);
}

TEST(Switching, SwitchesBelowAreLearntAndForgotten) {
  Rig rig;
  rig.promote();
  EXPECT_FALSE(rig.arrives(data_packet(true, 0, 9, 3)));
  Pro ack;
  ack.nsid = 9;
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::pro, kLsid, 7, ack)));
  rig.run_for(kSecond);
  const std::size_t before = rig.modem.sent.size();
  ASSERT_TRUE(rig.arrives(data_packet(true, 0, 9, 3)));
  rig.run_for(kSecond);
  ASSERT_TRUE(rig.arrives(data_packet(false, 1, 9, 3)));
  rig.run_for(kSecond);
  EXPECT_EQ(rig.modem.sent.size(), before + 2);
  ack.negative = true;
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::pro, kLsid, 7, ack)));
  EXPECT_FALSE(rig.arrives(data_packet(true, 0, 9, 3)));
  // Its keep-alive tells it again.
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::alv, kLsid, 7, Alv{1, 1, 5, 9})));
  EXPECT_TRUE(rig.arrives(data_packet(true, 0, 9, 3)));
}

TEST(Switching, ASwitchBelowThatFellSilentIsForgotten) {
  Rig rig;
  rig.promote();
  Pro ack;
  for (const std::uint8_t sid : {9, 10}) {
    ack.nsid = sid;
    ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::pro, kLsid, sid, ack)));
  }
  for (int i = 0; i < 7; ++i) {  // the window is 1024 s; only 9 says something in it
    rig.run_for(500 * kSecond);
    ASSERT_TRUE(rig.arrives(data_packet(false, 1, 9, 3)));
    rig.run_for(kSecond);
    ASSERT_TRUE(rig.down(ControlType::alv, kLnid, Alv{0, 1, 5, kNoSid}));
  }
  EXPECT_TRUE(rig.arrives(data_packet(true, 0, 9, 3)));
  EXPECT_FALSE(rig.arrives(data_packet(true, 0, 10, 3)));
}

TEST(Switching, MoreSwitchesBelowThanRulesAreStillServed) {
  Rig rig;
  rig.promote();
  for (std::uint8_t sid = 20; sid < 60; ++sid) {
    Pro ack;
    ack.nsid = sid;
    ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::pro, kLsid, sid, ack)));
    rig.run_for(kSecond);
  }
  EXPECT_LE(rig.modem.filter.size(), kMaxFilterRules);
  const std::uint32_t before = rig.node.counters().repeated_down;
  for (std::uint8_t sid = 20; sid < 60; ++sid) {
    ASSERT_TRUE(rig.arrives(data_packet(true, 0, sid, 3)));
    rig.run_for(kSecond);
  }
  EXPECT_EQ(rig.node.counters().repeated_down, before + 40);
}

TEST(Switching, AReportFromBelowIsForTheSwitchAndSetsTheScheme) {
  Rig rig;
  rig.promote();
  const std::size_t before = rig.modem.sent.size();
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::prm, kLsid, 7, Prm{false, false, 6})));
  rig.run_for(kSecond);
  ASSERT_EQ(rig.modem.sent.size(), before + 1);
  const auto answers = rig.sent(ControlType::prm);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].header, (GenericHeader{true, 1}));
  EXPECT_EQ(answers[0].packet.lnid, 7);
  ASSERT_TRUE(rig.arrives(data_packet(true, 0, kLsid, 7), 2'000, Scheme::d8psk_f));
  rig.run_for(kSecond);
  EXPECT_EQ(rig.modem.sent.back().scheme, Scheme::d8psk_f);
  ASSERT_TRUE(rig.arrives(data_packet(true, 0, kLsid, 8), 2'000, Scheme::d8psk_f));  // never heard
  rig.run_for(kSecond);
  EXPECT_EQ(rig.modem.sent.back().scheme, Scheme::dbpsk_f);
}

TEST(Switching, KeepAlivesFromBelowAreNoReasonToTellOfAScheme) {
  Rig rig;
  rig.promote();
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_TRUE(
        rig.arrives(control(false, 1, ControlType::alv, kLsid, 7, Alv{0, 1, 5, kNoSid}), 2'500));
    rig.run_for(10 * kSecond);
  }
  EXPECT_TRUE(rig.sent(ControlType::prm).empty());
  ASSERT_TRUE(rig.arrives(data_packet(false, 1, kLsid, 7), 2'500));  // data is
  rig.run_for(kSecond);
  EXPECT_EQ(rig.sent(ControlType::prm).size(), 1u);
}

// Noise at the far end does not show in what the switch hears of it: the sender's retransmissions,
// which are slower, must reach the last hop as such.
TEST(Switching, RepeatsNoFasterThanItWasTold) {
  Rig rig;
  rig.promote();
  ASSERT_TRUE(rig.arrives(control(false, 1, ControlType::prm, kLsid, 7, Prm{false, false, 6})));
  rig.run_for(kSecond);
  for (const Scheme scheme : {Scheme::d8psk_f, Scheme::dqpsk_f, Scheme::dbpsk_f}) {
    ASSERT_TRUE(rig.arrives(data_packet(true, 0, kLsid, 7), 2'000, scheme));
    rig.run_for(kSecond);
    EXPECT_EQ(rig.modem.sent.back().scheme, scheme);
  }
}

TEST(Switching, AFullQueueDropsAndCounts) {
  Rig rig;
  rig.promote();
  for (std::size_t i = 0; i < meter::fw::prime::kTransmitPlaces + 3; ++i) {
    ASSERT_TRUE(rig.arrives(data_packet(true, 0, kLsid, static_cast<std::uint16_t>(i + 1))));
  }
  EXPECT_EQ(rig.node.counters().repeat_dropped, 3u);
  rig.run_for(5 * kSecond);
  EXPECT_EQ(rig.node.counters().repeated_down, meter::fw::prime::kTransmitPlaces);
}

TEST(Switching, EndsWithTheBeaconsOfItsOwnSwitch) {
  Rig rig;
  rig.promote();
  ASSERT_TRUE(rig.modem.plan);
  rig.node.on_beacon_lost();
  EXPECT_FALSE(rig.modem.plan);
  EXPECT_EQ(rig.node.pib(Pib::lsid), kNoSid);
}

}  // namespace
}  // namespace protocol::prime
