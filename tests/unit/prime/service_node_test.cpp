// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Search, registration, keep-alive and connection of a service node against a scripted base node.
#include "tests/unit/prime/rig.hpp"

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

TEST(Connection, CarriesTheSerialAndANodesLcid) {
  Rig rig;
  rig.register_at_base();
  rig.run_for(5 * kSecond);
  const auto requests = rig.sent(ControlType::con);
  ASSERT_EQ(requests.size(), 1u);
  const Result<Con> con = decode_con(requests[0].payload);
  ASSERT_TRUE(con.ok());
  EXPECT_GE(con->lcid, kFirstNodeLcid);
  EXPECT_TRUE(con->arq);
  EXPECT_EQ(con->type, ConnectionType::iec_432);
  const Result<Bytes> id = decode_establish_request(con->data);
  ASSERT_TRUE(id.ok());
  EXPECT_EQ(std::string(id->begin(), id->end()), kSerial);
}

TEST(Connection, IsAskedForThreeTimesAndAgainLaterWithAnotherNumber) {
  Rig rig;
  rig.register_at_base();
  static_cast<void>(rig.sent());
  rig.run_for(150 * kSecond);
  const auto requests = rig.sent(ControlType::con);
  ASSERT_GE(requests.size(), kMaxCtlReTx + 1);
  const auto lcid_of = [&](std::size_t i) { return decode_con(requests[i].payload)->lcid; };
  EXPECT_EQ(lcid_of(0), lcid_of(2));
  EXPECT_NE(lcid_of(2), lcid_of(3));
  EXPECT_GE(requests[3].at_us - requests[2].at_us, 60 * kSecond);
  EXPECT_TRUE(rig.connected.empty());
}

TEST(Connection, OpensWithTheAllottedAddressAndCarriesDataBothWays) {
  Rig rig;
  rig.connect();
  EXPECT_EQ(rig.connected, (std::vector<std::uint16_t>{kAddress}));
  EXPECT_EQ(rig.node.address_432(), kAddress);
  // ARQ 0 with FLUSH, a single segment, LPDU for LSAP 1 from 2.
  ASSERT_TRUE(rig.data(hex("40 00 90 01 02 C001C1")));
  EXPECT_EQ(rig.received, (std::vector<Rig::Lsdu>{{1, 2, hex("C001C1"), false}}));
  rig.run_for(100'000);
  static_cast<void>(rig.sent());
  ASSERT_TRUE(rig.node.send(1, 2, hex("C401C100"), 77));
  rig.run_for(kSecond);
  const auto packets = rig.sent();
  ASSERT_EQ(packets.size(), 1u);  // the acknowledgement rides along
  EXPECT_EQ(packets[0].packet.lcid, rig.lcid);
  EXPECT_EQ(packets[0].packet.lnid, kLnid);
  EXPECT_EQ(packets[0].payload, hex("C0 84 01 00 90 02 01 C401C100"));
  EXPECT_EQ(packets[0].scheme, Scheme::d8psk_f);  // heard with 20 dB
  EXPECT_TRUE(rig.outcomes.empty());
  ASSERT_TRUE(rig.data(hex("81 01")));
  EXPECT_EQ(rig.outcomes, (std::vector<std::pair<std::uint32_t, bool>>{{77, true}}));
  EXPECT_EQ(rig.free.size(), 6u);
  EXPECT_EQ(rig.node.pib(Pib::tx_data_packets), 1u);
  EXPECT_EQ(rig.node.pib(Pib::rx_data_packets), 1u);
}

TEST(Connection, WithoutAnAnswerTheAcknowledgementGoesAlone) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  ASSERT_TRUE(rig.data(hex("40 00 90 01 02 C001C1")));
  rig.run_for(200'000);
  EXPECT_TRUE(rig.sent().empty());
  rig.run_for(kSecond);
  const auto packets = rig.sent();
  ASSERT_EQ(packets.size(), 1u);
  EXPECT_EQ(packets[0].payload, hex("80 84 01"));
}

TEST(Connection, TriesGoSlowerAndFiveInVainCloseIt) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  ASSERT_TRUE(rig.node.send(1, 2, Octets(900, 0x33), 5));
  rig.run_for(60 * kSecond);
  auto packets = rig.sent();
  std::vector<Scheme> schemes;
  for (const SentPacket& one : packets) {
    if (!one.packet.control && (one.payload[0] & 0x3F) == 0) schemes.push_back(one.scheme);
  }
  ASSERT_EQ(schemes.size(), kArqMaxTxCount);
  EXPECT_EQ(schemes.front(), Scheme::d8psk_f);
  EXPECT_EQ(schemes.back(), Scheme::dbpsk_f);
  EXPECT_EQ(rig.outcomes, (std::vector<std::pair<std::uint32_t, bool>>{{5, false}}));
  EXPECT_EQ(rig.disconnected, 1);
  EXPECT_EQ(rig.free.size(), 6u);
  // It says so, and opens another one.
  std::vector<Con> cons;
  for (const SentPacket& one : packets) {
    if (one.packet.control) cons.push_back(*decode_con(one.payload));
  }
  ASSERT_GE(cons.size(), 2u);
  EXPECT_TRUE(cons[0].close);
  EXPECT_EQ(cons[0].lcid, rig.lcid);
  EXPECT_FALSE(cons[1].close);
  EXPECT_NE(cons[1].lcid, rig.lcid);
}

TEST(Connection, ClosedByTheBaseNodeItAnswersOnceAndComesBack) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  ASSERT_TRUE(rig.node.send(1, 2, hex("0102"), 5));
  Con close;
  close.close = true;
  close.lcid = rig.lcid;
  ASSERT_TRUE(rig.down(ControlType::con, kLnid, close));
  ASSERT_TRUE(rig.down(ControlType::con, kLnid, close));  // two ends must not answer for ever
  EXPECT_EQ(rig.disconnected, 1);
  EXPECT_EQ(rig.outcomes.size(), 1u);
  rig.run_for(20 * kSecond);
  const auto cons = rig.sent(ControlType::con);
  ASSERT_EQ(cons.size(), 2u);
  EXPECT_TRUE(decode_con(cons[0].payload)->close);
  EXPECT_FALSE(decode_con(cons[1].payload)->close);
  EXPECT_NE(decode_con(cons[1].payload)->lcid, rig.lcid);
}

TEST(Connection, DataOfAConnectionThatIsGoneIsToldSo) {
  Rig rig;
  rig.connect();
  rig.run_for(kSecond);
  static_cast<void>(rig.sent());
  rig.lcid = static_cast<std::uint16_t>(kFirstNodeLcid + ((rig.lcid + 1) & 0xFF));
  ASSERT_TRUE(rig.data(hex("40 00 90 01 02 C001C1")));
  EXPECT_TRUE(rig.received.empty());
  rig.run_for(kSecond);
  const auto cons = rig.sent(ControlType::con);
  ASSERT_EQ(cons.size(), 1u);
  EXPECT_TRUE(decode_con(cons[0].payload)->close);
  EXPECT_EQ(decode_con(cons[0].payload)->lcid, rig.lcid);
}

TEST(Connection, SendNeedsOneAndRoom) {
  Rig rig;
  EXPECT_FALSE(rig.node.send(1, 2, hex("01"), 1));
  rig.connect();
  EXPECT_FALSE(rig.node.send(1, 2, Octets(kMaxLsduOctets + 1), 1));
  for (std::uint32_t i = 0; i < kMaxQueuedSdus; ++i) {
    EXPECT_TRUE(rig.node.send(1, 2, Octets(kMaxLsduOctets), i));
  }
  EXPECT_FALSE(rig.node.send(1, 2, hex("01"), 9));
  rig.node.stop();
  EXPECT_EQ(rig.outcomes.size(), kMaxQueuedSdus);
  EXPECT_EQ(rig.free.size(), 6u);
  EXPECT_EQ(rig.node.deadline_us(), kNoDeadline);
  Rig poor(1, 0);
  poor.connect();
  EXPECT_FALSE(poor.node.send(1, 2, hex("01"), 1));
}

TEST(Broadcast, ReachesTheOwnerWholeOnceAndWithoutConnection) {
  Rig rig;
  rig.register_at_base();
  ASSERT_TRUE(rig.broadcast(hex("00 90 00 01 0F0102")));
  EXPECT_EQ(rig.received, (std::vector<Rig::Lsdu>{{0, 1, hex("0F0102"), true}}));
  rig.run_for(kSecond);
  ASSERT_TRUE(rig.broadcast(hex("00 90 00 01 0F0102")));  // repeated by another switch
  EXPECT_EQ(rig.received.size(), 1u);
  Octets sdu = hex("90 00 01");
  sdu.resize(700, 0x77);
  for (unsigned i = 0; i < 3; ++i) {
    ASSERT_TRUE(rig.broadcast(segment_octets(sdu, i)));
  }
  ASSERT_EQ(rig.received.size(), 2u);
  EXPECT_EQ(rig.received[1].octets.size(), 697u);
  EXPECT_EQ(rig.free.size(), 6u);
  EXPECT_FALSE(rig.broadcast(hex("00 90 00 01 0F0102"), 1));  // of another level
}

TEST(Broadcast, AnUnfinishedOneGivesItsBufferBack) {
  Rig rig;
  rig.register_at_base();
  const Octets sdu(700, 0x77);
  ASSERT_TRUE(rig.broadcast(segment_octets(sdu, 0)));
  EXPECT_EQ(rig.free.size(), 5u);
  rig.run_for(61 * kSecond);
  EXPECT_EQ(rig.free.size(), 6u);
}

TEST(Rates, TheSwitchIsToldWhenItSendsSlowerThanItMust) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  for (unsigned i = 0; i < 8; ++i) {
    Octets payload = hex("40 00 90 01 02 C001C1");
    payload[0] = static_cast<std::uint8_t>(0x40 | i);
    ASSERT_TRUE(rig.data(payload));
    rig.run_for(kSecond);
  }
  const auto reports = rig.sent(ControlType::prm);
  ASSERT_EQ(reports.size(), 1u);  // not one a frame
  EXPECT_EQ(*decode_prm(reports[0].payload), (Prm{false, false, 7}));
}

TEST(Rates, AReportOfTheSwitchDecidesOurScheme) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  ASSERT_TRUE(rig.down(ControlType::prm, kLnid, Prm{false, false, 1}));
  ASSERT_TRUE(rig.node.send(1, 2, hex("0102"), 5));
  rig.run_for(kSecond);
  const auto packets = rig.sent();
  ASSERT_EQ(packets.size(), 2u);
  EXPECT_TRUE(decode_prm(packets[0].payload)->response);
  EXPECT_EQ(packets[1].scheme, Scheme::dbpsk_f);
}

TEST(ServiceNode, FitsItsMemory) { EXPECT_LT(sizeof(meter::fw::prime::ServiceNode), 6'144u); }

}  // namespace
}  // namespace protocol::prime
