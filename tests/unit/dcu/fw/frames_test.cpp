// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "protocol/prime/pib.hpp"
#include "tests/rigs/base_node/scripted.hpp"

namespace {

using namespace dcu::fw;
using fake::Down;
using fake::kSecond;
using fake::ScriptedBase;
namespace prime = protocol::prime;
using prime::ControlType;

TEST(Registration, ANodeBecomesTerminalWithItsAcknowledgement) {
  ScriptedBase t;
  t.hear_control(ControlType::reg, 0, prime::kBroadcastLnid, t.reg(1));
  EXPECT_EQ(t.view(1).state, NodeState::registering);
  EXPECT_EQ(t.base.registered(), 0u);
  t.run_for(kSecond);
  const auto answers = t.said(ControlType::reg);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].packet.sid, 0);
  t.hear_control(ControlType::reg, 0, answers[0].packet.lnid, t.reg(1));
  EXPECT_EQ(t.view(1).state, NodeState::terminal);
  EXPECT_EQ(t.view(1).registrations, 1);
  EXPECT_EQ(t.base.registered(), 1u);
  t.run_for(20 * kSecond);
  EXPECT_TRUE(t.said(ControlType::reg).empty());
}

TEST(Registration, ALostAnswerIsRepeatedWithTheSameLnid) {
  ScriptedBase t;
  t.hear_control(ControlType::reg, 0, prime::kBroadcastLnid, t.reg(1));
  t.run_for(kSecond);
  t.hear_control(ControlType::reg, 0, prime::kBroadcastLnid, t.reg(1));  // it heard nothing
  t.run_for(16 * kSecond);
  const auto answers = t.said(ControlType::reg);
  ASSERT_EQ(answers.size(), 3u);  // two requests, one timeout
  for (const Down& answer : answers) EXPECT_EQ(answer.packet.lnid, answers[0].packet.lnid);
}

TEST(Registration, WithoutAcknowledgementThePlaceIsFreeAgain) {
  ScriptedBase t;
  t.hear_control(ControlType::reg, 0, prime::kBroadcastLnid, t.reg(1));
  t.run_for(prime::kCtlReTxTimerUs * (prime::kMaxCtlReTx + 1) + kSecond);
  EXPECT_EQ(t.said(ControlType::reg).size(), 1u + prime::kMaxCtlReTx);
  EXPECT_EQ(t.view(1).state, NodeState::disconnected);
  EXPECT_EQ(t.base.counters().registrations, 0u);
  t.run_for(100 * kSecond);
  EXPECT_TRUE(t.modem.sent.empty());
}

TEST(Registration, AFullBaseNodeRejects) {
  ScriptedBase t;
  for (unsigned i = 0; i < 20; ++i) t.register_meter(i);
  EXPECT_EQ(t.base.registered(), 20u);
  t.hear_control(ControlType::reg, 0, prime::kBroadcastLnid, t.reg(20));
  t.run_for(kSecond);
  const auto answers = t.said(ControlType::reg);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_EQ(answers[0].packet.lnid, prime::kBroadcastLnid);
  const auto reject = prime::decode_reg(answers[0].payload);
  EXPECT_TRUE(reject->negative);
  EXPECT_EQ(reject->eui48, t.eui(20));
  EXPECT_EQ(t.base.counters().rejected, 1u);
}

TEST(Registration, AnUnregisteredNodeLeavesAndIsAnswered) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  prime::Reg unregister = t.reg(1);
  unregister.negative = true;
  t.hear_control(ControlType::reg, 0, lnid, unregister);
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::unregistered);
  t.run_for(kSecond);
  EXPECT_EQ(t.said(ControlType::reg).size(), 1u);
  EXPECT_EQ(t.base.registered(), 0u);
}

TEST(Registration, ARestartedMeterJoinsAnewWithAnotherLnid) {
  ScriptedBase t;
  const std::uint16_t first = t.register_meter(1);
  const Address address = t.connect_meter(first, 256);
  const SendHandle handle = t.base.send(address, 1, 3, fake::Down{}.payload);
  ASSERT_NE(handle, kNotSent);
  const std::uint16_t second = t.register_meter(1);
  EXPECT_NE(first, second);
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::rejoined);
  EXPECT_THAT(t.outcomes, testing::ElementsAre(std::pair{handle, false}));
  EXPECT_EQ(t.view(1).registrations, 2);
  EXPECT_EQ(t.base.send(address, 1, 3, {}), kNotSent);  // not connected yet
}

TEST(Registration, WhoIsNotKnownIsTold) {
  ScriptedBase t;
  prime::Alv alv;
  t.hear_control(ControlType::alv, 0, 77, alv);
  t.hear_control(ControlType::alv, 0, 77, alv);
  t.run_for(kSecond);
  const auto answers = t.said(ControlType::reg);
  ASSERT_EQ(answers.size(), 2u);
  EXPECT_EQ(answers[0].packet.lnid, 77);
  EXPECT_TRUE(prime::decode_reg(answers[0].payload)->negative);
  EXPECT_EQ(t.base.counters().stray, 2u);
}

TEST(KeepAlive, PollsAreSpreadOverTheWindowAndSilenceEndsTheRegistration) {
  Config config;
  config.alive_time_code = 2;  // 128 s
  ScriptedBase t(config);
  const std::uint16_t lnid = t.register_meter(1);
  const std::int64_t from = t.modem.now;
  unsigned polls = 0;
  while (t.modem.now < from + 1280 * kSecond) {
    t.run_for(kSecond);
    for (const Down& poll : t.said(ControlType::alv)) {
      EXPECT_EQ(poll.packet.lnid, lnid);
      const auto alv = prime::decode_alv(poll.payload);
      EXPECT_EQ(alv->sent, ++polls & 7u);
      EXPECT_EQ(alv->received, (polls - 1) & 7u);
      t.hear_control(ControlType::alv, 0, lnid, prime::Alv{});
    }
  }
  EXPECT_GE(polls, 30u);
  EXPECT_LE(polls, 36u);
  EXPECT_EQ(t.view(1).polls, polls);
  EXPECT_EQ(t.view(1).answers, polls);

  t.run_for(120 * kSecond);
  EXPECT_EQ(t.view(1).state, NodeState::terminal);
  t.run_for(60 * kSecond);
  EXPECT_EQ(t.view(1).state, NodeState::disconnected);
  EXPECT_EQ(t.base.counters().dropped_silent, 1u);
  EXPECT_EQ(t.base.deadline_us(), kNoDeadline);  // nobody there: no timers
}

TEST(Connection, AnAddressIsAllottedOnceAndRepeatedWhenTheAnswerWasLost) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  const Address address = t.connect_meter(lnid, 256);
  EXPECT_EQ(t.connect_meter(lnid, 256), address);
  EXPECT_EQ(t.joined.size(), 1u);
  EXPECT_TRUE(t.left.empty());
  const NodeView view = t.view(1);
  EXPECT_TRUE(view.connected);
  EXPECT_EQ(std::string(view.identifier.begin(), view.identifier.end()), "1912345678");
}

TEST(Connection, AnotherLcidIsAnotherConnection) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  t.connect_meter(lnid, 257);
  EXPECT_EQ(t.joined.size(), 2u);
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::rejoined);
}

TEST(Connection, OtherTypesAndDataWithoutConnectionAreClosed) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.hear_con(lnid, 300, 0, prime::ConnectionType::ipv4);
  t.run_for(kSecond);
  auto answers = t.said(ControlType::con);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(prime::decode_con(answers[0].payload)->close);
  EXPECT_EQ(prime::decode_con(answers[0].payload)->lcid, 300);

  prime::Packet stale;
  stale.sid = 0;
  stale.lnid = lnid;
  stale.lcid = 301;
  const std::uint8_t nonsense[] = {0, 0, 1, 2};
  stale.payload = nonsense;
  t.hear(stale);
  t.run_for(kSecond);
  answers = t.said(ControlType::con);
  ASSERT_FALSE(answers.empty());
  EXPECT_EQ(prime::decode_con(answers.back().payload)->lcid, 301);
  EXPECT_TRUE(t.joined.empty());
}

TEST(Connection, ACloseIsAnsweredAndTold) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  const Address address = t.connect_meter(lnid, 256);
  prime::Con close;
  close.close = true;
  close.lcid = 256;
  t.hear_control(ControlType::con, 0, lnid, close);
  t.run_for(kSecond);
  EXPECT_EQ(t.said(ControlType::con).size(), 1u);
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::closed);
  EXPECT_EQ(t.left[0].address, address);
  EXPECT_EQ(t.view(1).state, NodeState::terminal);
}

TEST(Data, WhatIsNeverAcknowledgedFailsAndClosesTheConnection) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  const Address address = t.connect_meter(lnid, 256);
  const std::vector<std::uint8_t> lsdu(500, 7);
  const SendHandle first = t.base.send(address, 1, 3, lsdu);
  const SendHandle second = t.base.send(address, 1, 3, lsdu);
  EXPECT_EQ(t.base.backlog(address), 2u);
  t.run_for(120 * kSecond);
  EXPECT_THAT(t.outcomes, testing::ElementsAre(std::pair{first, false}, std::pair{second, false}));
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::undeliverable);
  EXPECT_GT(t.base.counters().retransmitted, 0u);
}

TEST(Data, RefusedWithoutConnectionTooLongOrWithoutMemory) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  EXPECT_EQ(t.base.send(5, 1, 3, {}), kNotSent);
  const Address address = t.connect_meter(lnid, 256);
  const std::vector<std::uint8_t> longest(kMaxLsdu, 1);
  const std::vector<std::uint8_t> longer(kMaxLsdu + 1, 1);
  EXPECT_EQ(t.base.send(address, 1, 3, longer), kNotSent);
  EXPECT_FALSE(t.base.broadcast(1, 3, longer));
  unsigned taken = 0;
  while (t.base.send(address, 1, 3, longest) != kNotSent) ++taken;
  EXPECT_EQ(taken, 6u);  // a quarter of the eight buffers is for what comes in
}

TEST(Data, EachSegmentOfABroadcastGoesOutTwice) {
  ScriptedBase t;
  const std::vector<std::uint8_t> lsdu(600, 9);
  ASSERT_TRUE(t.base.broadcast(1, 3, lsdu));
  t.run_for(10 * kSecond);
  const auto sent = t.said(std::nullopt);
  ASSERT_EQ(sent.size(), 6u);
  std::array<std::uint8_t, 2048> memory;
  prime::Reassembler whole;
  whole.use(memory);
  for (std::size_t i = 0; i < sent.size(); i += 2) {
    const Down& down = sent[i];
    EXPECT_EQ(sent[i + 1].payload, down.payload);
    EXPECT_EQ(down.packet.lnid, prime::kBroadcastLnid);
    EXPECT_EQ(down.packet.lcid, prime::k432BroadcastLcid);
    EXPECT_TRUE(
        whole.add(*prime::decode_sar(down.payload[0]), protocol::Bytes(down.payload).subspan(1)));
  }
  ASSERT_TRUE(whole.complete());
  EXPECT_THAT(prime::decode_lpdu(whole.sdu())->lsdu, testing::ElementsAreArray(lsdu));
}

}  // namespace
