// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Connection, data, broadcasts and rates of a service node against a scripted base node.
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime {
namespace {

using namespace test;

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

TEST(Rates, KeepAlivesAreNoReasonToTellTheSwitchOfItsScheme) {
  Rig rig;
  rig.connect();
  static_cast<void>(rig.sent());
  for (unsigned i = 0; i < 20; ++i) {
    ASSERT_TRUE(rig.down(ControlType::alv, kLnid, Alv{0, 1, 5, kNoSid}));
    rig.run_for(10 * kSecond);
  }
  EXPECT_TRUE(rig.sent(ControlType::prm).empty());
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
