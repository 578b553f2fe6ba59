// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "protocol/prime/pib.hpp"
#include "tests/unit/base_node/scripted.hpp"

namespace {

using namespace dcu::fw;
using fake::Down;
using fake::ScriptedBase;
namespace prime = protocol::prime;
using prime::ControlType;

constexpr std::int64_t kSecond = 1'000'000;

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

TEST(Switches, APromotedTerminalServesNodesAndALostOneTakesThemAlong) {
  Config config;
  config.alive_time_code = 2;
  ScriptedBase t(config);
  const std::uint16_t lnid = t.register_meter(1);
  const std::uint8_t lsid = t.promote_meter(lnid, 50);
  EXPECT_EQ(t.view(1).state, NodeState::switching);
  EXPECT_EQ(t.view(1).lsid, lsid);
  EXPECT_EQ(t.base.beacon_slots(), 2u);
  EXPECT_EQ(prime::decode_beacon(t.modem.plan.mpdu)->beacon_slots, 2);

  const std::uint16_t child = t.register_meter(50, lsid);
  const Address address = t.connect_meter(child, 256, lsid);
  EXPECT_EQ(t.view(50).level, 1);
  EXPECT_EQ(t.view(50).sid, lsid);
  EXPECT_EQ(t.view(1).children, 1);
  ASSERT_NE(t.base.send(address, 1, 3, {}), kNotSent);
  t.run_for(kSecond);
  const auto data = t.said(std::nullopt);
  ASSERT_FALSE(data.empty());
  EXPECT_EQ(data[0].packet.sid, lsid);

  prime::Reg unregister = t.reg(1);
  unregister.negative = true;
  t.hear_control(ControlType::reg, 0, lnid, unregister);
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::switch_lost);
  EXPECT_EQ(t.base.registered(), 0u);
  t.run_for(20 * kSecond);
  EXPECT_EQ(t.base.beacon_slots(), 1u);
}

TEST(Switches, TheFrameChangeIsAnnouncedBeforeTheSlotIsUsed) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  prime::Pro request;
  request.long_form = true;
  request.needed_by = t.eui(50);
  t.hear_control(ControlType::pro, 0, lnid, request);
  t.run_for(12 * kSecond);
  std::int64_t changed_at = 0;
  unsigned announced = 0;
  prime::Fra fra;
  for (const Down& down : t.said(ControlType::fra)) {
    fra = *prime::decode_fra(down.payload);
    EXPECT_EQ(fra.beacon_slots, 2);
    EXPECT_EQ(down.packet.lnid, prime::kBroadcastLnid);
    changed_at = down.at_us;
    ++announced;
  }
  EXPECT_EQ(announced, 3u);
  EXPECT_EQ(t.base.beacon_slots(), 2u);
  // The first frame with that SEQ after the last announcement has it.
  std::int64_t frame = (changed_at - t.modem.plan.epoch_us) / prime::kFrameUs;
  while (frame % prime::kSuperframe != fra.sequence) ++frame;
  EXPECT_LE(t.modem.plan.epoch_us + frame * prime::kFrameUs, t.modem.now);
}

TEST(Switches, UnfitCandidatesAndServedNodesAreRefused) {
  Config config;
  config.max_switch_level = 1;
  ScriptedBase t(config);
  const std::uint16_t lnid = t.register_meter(1);
  t.register_meter(2);
  prime::Pro request;
  request.long_form = true;
  request.needed_by = t.eui(2);  // just registered itself
  t.hear_control(ControlType::pro, 0, lnid, request);
  t.run_for(10 * kSecond);
  auto answers = t.said(ControlType::pro);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(prime::decode_pro(answers[0].payload)->negative);

  const std::uint8_t lsid = t.promote_meter(lnid, 50);
  const std::uint16_t child = t.register_meter(50, lsid);
  request.needed_by = t.eui(60);
  t.hear_control(ControlType::pro, lsid, child, request);  // a second level of switches
  t.run_for(10 * kSecond);
  answers = t.said(ControlType::pro);
  ASSERT_EQ(answers.size(), 1u);
  EXPECT_TRUE(prime::decode_pro(answers[0].payload)->negative);
  EXPECT_EQ(answers[0].packet.sid, lsid);
}

TEST(Switches, OneThatNobodyUsesIsDemoted) {
  Config config;
  config.unused_switch_us = 100 * kSecond;
  ScriptedBase t(config);
  const std::uint16_t lnid = t.register_meter(1);
  const std::uint8_t lsid = t.promote_meter(lnid, 50);
  t.run_for(50 * kSecond);
  EXPECT_TRUE(t.said(ControlType::pro).empty());
  t.run_for(60 * kSecond);
  const auto demotions = t.said(ControlType::pro);
  ASSERT_EQ(demotions.size(), 1u);
  const auto demotion = prime::decode_pro(demotions[0].payload);
  EXPECT_TRUE(demotion->negative);
  EXPECT_EQ(demotion->nsid, lsid);
  t.hear_control(ControlType::pro, 0, lnid, *demotion);
  EXPECT_EQ(t.view(1).state, NodeState::terminal);
  t.run_for(20 * kSecond);
  EXPECT_TRUE(t.said(ControlType::pro).empty());  // the answer is not answered
  EXPECT_EQ(t.base.beacon_slots(), 1u);
  EXPECT_EQ(t.base.counters().demotions, 1u);
}

TEST(Forget, TheNodeIsUnregisteredAndItsPlaceEmpty) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  EXPECT_FALSE(t.base.forget(t.eui(2)));
  EXPECT_TRUE(t.base.forget(t.eui(1)));
  ASSERT_EQ(t.left.size(), 1u);
  EXPECT_EQ(t.left[0].why, LeaveReason::forgotten);
  t.run_for(kSecond);
  const auto said = t.said(ControlType::reg);
  ASSERT_EQ(said.size(), 1u);
  EXPECT_EQ(said[0].packet.lnid, lnid);
  EXPECT_EQ(prime::decode_reg(said[0].payload)->eui48, t.eui(1));
  NodeView view;
  EXPECT_FALSE(t.base.find(t.eui(1), view));
}

TEST(Stop, EveryConnectionIsToldAndNothingIsSentAnyMore) {
  ScriptedBase t;
  t.connect_meter(t.register_meter(1), 256);
  t.connect_meter(t.register_meter(2), 256);
  t.base.stop();
  ASSERT_EQ(t.left.size(), 2u);
  EXPECT_EQ(t.left[0].why, LeaveReason::stopped);
  EXPECT_FALSE(t.modem.beaconing);
  EXPECT_EQ(t.base.deadline_us(), kNoDeadline);
  t.base.start();
  t.run_for(10 * kSecond);
  EXPECT_TRUE(t.modem.beaconing);
}

TEST(Start, NoBeaconBeforeThoseOfThePastMustBeMissed) {
  ScriptedBase t(Config{.quiet_frames = 0});
  t.base.stop();
  Config quiet;
  ScriptedBase q(quiet);
  EXPECT_TRUE(q.modem.beaconing);
  EXPECT_GT(q.modem.plan.epoch_us, 1'000'000 + prime::kMissedBeacons * prime::kFrameUs);
}

TEST(Links, ANeighbourOnTheWrongSchemeIsToldHowItIsHeard) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  const Address address = t.connect_meter(lnid, 256);
  std::array<std::uint8_t, 300> octets{};
  prime::Packet up;
  up.lnid = lnid;
  up.lcid = 256;
  protocol::Writer out(octets);
  prime::encode(prime::ArqHeader{}, out);
  up.payload = out.written();
  for (int i = 0; i < 10; ++i) t.hear(up, 0, prime::Scheme::dbpsk_f, 2500);
  t.run_for(kSecond);
  const auto reports = t.said(ControlType::prm);
  ASSERT_EQ(reports.size(), 1u);  // not at every frame
  EXPECT_GE(prime::decode_prm(reports[0].payload)->snr_code, 6);
  EXPECT_EQ(t.view(1).quality_up, 7);
  EXPECT_EQ(t.view(1).quality_down, kUnknownQuality);

  t.hear_control(ControlType::prm, 0, lnid, prime::Prm{.snr_code = 1});
  EXPECT_EQ(t.view(1).quality_down, 1);
  EXPECT_EQ(t.view(1).scheme_down, prime::Scheme::dbpsk_f);
  t.hear_control(ControlType::prm, 0, lnid, prime::Prm{.snr_code = 7});
  EXPECT_EQ(t.view(1).scheme_down, prime::Scheme::d8psk_f);
  ASSERT_NE(t.base.send(address, 1, 3, {}), kNotSent);
  t.modem.sent.clear();
  t.run_for(kSecond);
  const auto data = t.said(std::nullopt);
  ASSERT_FALSE(data.empty());
  EXPECT_EQ(data.back().scheme, prime::Scheme::d8psk_f);
}

}  // namespace
