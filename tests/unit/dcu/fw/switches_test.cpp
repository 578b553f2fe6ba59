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

TEST(Links, KeepAlivesTellHowANeighbourIsHeardAndNothingOfItsScheme) {
  ScriptedBase t;
  const std::uint16_t lnid = t.register_meter(1);
  t.connect_meter(lnid, 256);
  for (int i = 0; i < 20; ++i) {
    t.hear_control(ControlType::alv, 0, lnid, prime::Alv{.time_code = 5});
    t.run_for(10 * kSecond);
  }
  EXPECT_EQ(t.view(1).quality_up, 7);
  EXPECT_TRUE(t.said(ControlType::prm).empty());
  // Data in the same scheme does.
  std::array<std::uint8_t, 4> octets{};
  protocol::Writer out(octets);
  prime::encode(prime::ArqHeader{}, out);
  prime::Packet up;
  up.lnid = lnid;
  up.lcid = 256;
  up.payload = out.written();
  t.hear(up);
  t.run_for(kSecond);
  EXPECT_EQ(t.said(ControlType::prm).size(), 1u);
}

}  // namespace
