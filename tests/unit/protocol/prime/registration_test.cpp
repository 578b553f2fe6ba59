// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Search, registration and keep-alive of a service node against a scripted base node.
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime {
namespace {

using namespace test;

TEST(Search, ListensAtLeastTwentyFourSecondsBeforeItChooses) {
  Rig rig;
  rig.node.start();
  EXPECT_TRUE(rig.modem.searching);
  rig.beacon_heard(rig.base);
  rig.run_until(kMinSwitchSearchUs - 1);
  EXPECT_TRUE(rig.sent().empty());
  rig.run_until(32 * kSecond + kSecond);
  const auto requests = rig.sent(ControlType::reg);
  ASSERT_EQ(requests.size(), 1u);
  EXPECT_FALSE(rig.modem.searching);
  EXPECT_TRUE(rig.modem.watched);
  EXPECT_EQ(requests[0].header, (GenericHeader{false, 0}));
  EXPECT_EQ(requests[0].packet.sid, kBaseSid);
  EXPECT_EQ(requests[0].packet.lnid, kBroadcastLnid);
  const Result<Reg> reg = decode_reg(requests[0].payload);
  ASSERT_TRUE(reg.ok());
  EXPECT_EQ(reg->eui48, kNode);
  EXPECT_EQ(reg->capabilities, kCanSwitch | kCanPrm | kCanArq);
  EXPECT_EQ(rig.pnpdus, 0u);
}

TEST(Search, WithoutABeaconItSaysSoTwiceInFiveSecondsAtMost) {
  Rig rig;
  rig.node.start();
  rig.run_until(kMinSwitchSearchUs - 1);
  EXPECT_TRUE(rig.modem.sent.empty());
  rig.run_until(74 * kSecond);
  ASSERT_GE(rig.modem.sent.size(), 12u);
  for (std::size_t i = 2; i < rig.modem.sent.size(); ++i) {
    EXPECT_GE(rig.modem.sent[i].at_us - rig.modem.sent[i - 2].at_us, kPromotionPduPeriodUs);
  }
  static_cast<void>(rig.sent());
  EXPECT_EQ(rig.pnpdus, rig.modem.sent.size());
  // Nobody there for an hour: it asks less often.
  const std::size_t before = rig.modem.sent.size();
  rig.run_for(3'600 * kSecond);
  EXPECT_LE(rig.modem.sent.size() - before, 260u);
  rig.beacon_heard(rig.base);
  rig.run_for(10 * kSecond);
  EXPECT_EQ(rig.sent(ControlType::reg).size(), 1u);
}

TEST(Search, TakesTheCheapestPathAndLeavesTheUnhearable) {
  const auto chosen = [](std::initializer_list<std::pair<Beacon, std::int32_t>> sources) {
    Rig rig;
    rig.node.start();
    for (const auto& [beacon, snr_cdb] : sources) rig.beacon_heard(beacon, snr_cdb);
    rig.run_for(33 * kSecond);
    const auto requests = rig.sent(ControlType::reg);
    return requests.empty() ? -1 : int{requests[0].packet.sid};
  };
  Beacon base, one, two;
  base.sna = one.sna = two.sna = kSna;
  one.sid = 1, one.level = 1, one.up_cost = one.down_cost = 1;
  two.sid = 2, two.level = 1, two.up_cost = two.down_cost = 4;
  EXPECT_EQ(chosen({{base, 2'000}, {one, 2'000}}), 0);
  EXPECT_EQ(chosen({{base, 500}, {one, 2'000}}), 1);  // 4 against 1 + 1
  EXPECT_EQ(chosen({{base, 500}, {two, 2'000}}), 0);  // 4 against 4 + 1
  EXPECT_EQ(chosen({{base, 300}, {two, 2'000}}), 2);  // too weak to hold
  EXPECT_EQ(chosen({{one, 1'400}, {two, 3'000}}), 1);
  EXPECT_EQ(chosen({{base, 100}}), -1);
}

TEST(Search, WhomNobodyAnswersCriesLessAndLess) {
  Rig rig;
  rig.node.start();
  rig.run_until(6 * 3'600 * kSecond);
  const auto& sent = rig.modem.sent;
  ASSERT_GT(sent.size(), 24u + 5 * 16);
  const auto pause_s = [&](std::size_t i) {  // behind cry i, counted from 1
    return static_cast<double>(sent[i].at_us - sent[i - 1].at_us) / 1e6;
  };
  const auto expect_pauses = [&](std::size_t first, std::size_t last, double from_s) {
    for (std::size_t i = first; i <= last; ++i) {
      EXPECT_GT(pause_s(i), from_s - 0.2) << i;  // channel access takes longer or shorter
      EXPECT_LT(pause_s(i), from_s + 1.2) << i;
    }
  };
  expect_pauses(1, 23, 2.5);
  expect_pauses(24, 39, 15);
  expect_pauses(40, 55, 30);
  expect_pauses(56, 71, 60);
  expect_pauses(72, 87, 120);
  expect_pauses(88, sent.size() - 1, 240);
}

TEST(Search, APoorSwitchIsBetterThanNoneAfterAWhile) {
  Rig rig;
  rig.node.start();
  rig.beacon_heard(rig.base, 380, 20, 10);
  rig.run_until(60 * kSecond);
  EXPECT_TRUE(rig.sent(ControlType::reg).empty());
  rig.run_until(120 * kSecond);
  EXPECT_FALSE(rig.sent(ControlType::reg).empty());
}

TEST(Registration, ThreeRequestsThenAnotherSwitch) {
  Rig rig;
  rig.node.start();
  Beacon other = rig.base;
  other.sid = 3, other.level = 1, other.up_cost = other.down_cost = 2;
  rig.beacon_heard(rig.base);
  rig.run_for(33 * kSecond);
  rig.run_for(60 * kSecond);
  const auto requests = rig.sent(ControlType::reg);
  ASSERT_EQ(requests.size(), kMaxCtlReTx);
  for (std::size_t i = 1; i < requests.size(); ++i) {
    EXPECT_GE(requests[i].at_us - requests[i - 1].at_us, kCtlReTxTimerUs - kSecond);
  }
  EXPECT_TRUE(rig.modem.searching);
  rig.beacon_heard(rig.base);
  rig.beacon_heard(other);
  rig.run_for(33 * kSecond);
  const auto next = rig.sent(ControlType::reg);
  ASSERT_FALSE(next.empty());
  EXPECT_EQ(next[0].packet.sid, 3);
  EXPECT_EQ(next[0].header.level, 1);
}

TEST(Registration, ResponseIsAcknowledgedAndAgainWhenItComesAgain) {
  Rig rig;
  rig.register_at_base();
  auto acks = rig.sent(ControlType::reg);
  ASSERT_EQ(acks.size(), 1u);
  EXPECT_EQ(acks[0].packet.lnid, kLnid);
  const Result<Reg> ack = decode_reg(acks[0].payload);
  ASSERT_TRUE(ack.ok());
  EXPECT_EQ(reg_message(false, acks[0].packet.lnid, *ack), RegMessage::ack);
  EXPECT_EQ(ack->eui48, kNode);
  Reg again;
  again.time_code = 5;
  again.eui48 = kNode;
  ASSERT_TRUE(rig.down(ControlType::reg, kLnid, again));
  rig.run_for(kSecond);
  EXPECT_EQ(rig.sent(ControlType::reg).size(), 1u);
  EXPECT_EQ(rig.node.counters().registrations, 1u);
}

TEST(Registration, AnswersToOthersAreLeftAlone) {
  Rig rig;
  rig.node.start();
  rig.beacon_heard(rig.base);
  rig.run_for(33 * kSecond);
  Reg reg;
  reg.eui48 = kSna;
  EXPECT_TRUE(rig.down(ControlType::reg, kLnid, reg));  // it has to look
  EXPECT_EQ(rig.node.state(), NodeState::disconnected);
  reg.eui48 = kNode;
  EXPECT_FALSE(rig.arrives(control(true, 1, ControlType::reg, kBaseSid, kLnid, reg)));
  EXPECT_FALSE(rig.arrives(control(true, 0, ControlType::reg, 9, kLnid, reg)));
  EXPECT_FALSE(rig.arrives(control(false, 0, ControlType::reg, kBaseSid, kLnid, reg)));
  // The same frame of another subnetwork passes the modem, but not the checksums.
  EXPECT_TRUE(rig.arrives(control(true, 0, ControlType::reg, kBaseSid, kLnid, reg, kOtherSna)));
  EXPECT_EQ(rig.node.counters().bad_checksum, 1u);
  EXPECT_EQ(rig.node.state(), NodeState::disconnected);
  EXPECT_TRUE(rig.down(ControlType::reg, kLnid, reg));
  EXPECT_EQ(rig.node.state(), NodeState::terminal);
}

TEST(Registration, RejectedMeansSearchingAgain) {
  Rig rig;
  rig.node.start();
  rig.beacon_heard(rig.base);
  rig.run_for(33 * kSecond);
  Reg reject;
  reject.negative = true;
  reject.eui48 = kNode;
  ASSERT_TRUE(rig.down(ControlType::reg, kBroadcastLnid, reject));
  EXPECT_TRUE(rig.modem.searching);
  EXPECT_EQ(rig.node.counters().rejected, 1u);
}

TEST(Registration, UnregisteredByTheBaseNodeItAnswersAndSearches) {
  Rig rig;
  rig.connect();
  Reg leave;
  leave.negative = true;
  leave.eui48 = kNode;
  ASSERT_TRUE(rig.down(ControlType::reg, kLnid, leave));
  rig.run_for(kSecond);
  const auto answers = rig.sent(ControlType::reg);
  ASSERT_FALSE(answers.empty());
  EXPECT_EQ(answers.back().packet.lnid, kLnid);
  EXPECT_TRUE(decode_reg(answers.back().payload)->negative);
  EXPECT_TRUE(rig.modem.searching);
  EXPECT_EQ(rig.disconnected, 1);
  EXPECT_EQ(rig.node.state(), NodeState::disconnected);
}

TEST(KeepAlive, AQuietTerminalHasNoTimerButThat) {
  Rig rig;
  rig.connect();
  rig.run_for(kSecond);
  const std::int64_t due_us = rig.node.deadline_us();
  EXPECT_GT(due_us, rig.modem.now + 900 * kSecond);
  const int senses = rig.modem.senses;
  rig.run_until(due_us - 1);
  EXPECT_EQ(rig.node.deadline_us(), due_us);
  EXPECT_EQ(rig.modem.senses, senses);
  rig.run_until(due_us);
  EXPECT_EQ(rig.node.counters().keep_alive_lost, 1u);
  EXPECT_TRUE(rig.modem.searching);
  EXPECT_EQ(rig.disconnected, 1);
}

TEST(KeepAlive, PollsAreAnsweredCountedAndProlong) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  for (std::uint8_t i = 1; i <= 10; ++i) {
    rig.run_for(100 * kSecond);
    ASSERT_TRUE(rig.down(ControlType::alv, kLnid, Alv{0, i, 2, kNoSid}));  // 128 s
    rig.run_for(kSecond);
    const auto answers = rig.sent(ControlType::alv);
    ASSERT_EQ(answers.size(), 1u);
    EXPECT_EQ(*decode_alv(answers[0].payload),
              (Alv{static_cast<std::uint8_t>(i & 7), static_cast<std::uint8_t>(i & 7), 2, kNoSid}));
  }
  rig.run_for(126 * kSecond);
  EXPECT_EQ(rig.node.state(), NodeState::terminal);
  rig.run_for(3 * kSecond);
  EXPECT_EQ(rig.node.state(), NodeState::disconnected);
}

TEST(Beacons, LostOnesEndTheRegistration) {
  Rig rig;
  rig.connect();
  rig.node.on_beacon_lost();
  EXPECT_EQ(rig.node.state(), NodeState::disconnected);
  EXPECT_FALSE(rig.node.connected());
  EXPECT_TRUE(rig.modem.searching);
  EXPECT_FALSE(rig.modem.watched);
  EXPECT_TRUE(rig.modem.filter.empty());
  EXPECT_EQ(rig.disconnected, 1);
}

TEST(Beacons, NewContentIsFollowedAndAnotherLevelMeansSearching) {
  Rig rig;
  rig.connect();
  HeardBeacon heard;
  rig.base.beacon_slots = 3;
  heard.mpdu = encode(rig.base);
  rig.node.on_beacon(heard);
  EXPECT_EQ(rig.modem.watched->mpdu, heard.mpdu);
  EXPECT_EQ(rig.node.pib(Pib::beacon_slot_count), 3u);
  EXPECT_EQ(rig.node.pib(Pib::scp_length_symbols), kFrameSymbols - 15 - kGuardSymbols);
  rig.base.level = 1;
  heard.mpdu = encode(rig.base);
  rig.node.on_beacon(heard);
  EXPECT_TRUE(rig.modem.searching);
}

}  // namespace
}  // namespace protocol::prime
