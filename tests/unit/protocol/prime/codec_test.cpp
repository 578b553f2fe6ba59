// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/prime/llc432.hpp"
#include "tests/rigs/prime/octets.hpp"

namespace protocol::prime {
namespace {

using namespace test;

TEST(Golden, Checksums) {
  for (int i = 0; i < 5; ++i) {
    const std::string n = std::to_string(i);
    const Octets input = vector_octets("crc_input_" + n);
    EXPECT_EQ(Octets{crc8(input)}, vector_octets("crc8_" + n));
    Octets crc(4);
    Writer(crc).u32(crc32(input));
    EXPECT_EQ(crc, vector_octets("crc32_" + n));
  }
}

TEST(Golden, Beacon) {
  const Octets golden = vector_octets("beacon");
  const Result<Beacon> beacon = decode_beacon(golden);
  ASSERT_TRUE(beacon.ok());
  Beacon expected;
  expected.sequence = 5;
  expected.sna = kSna;
  EXPECT_EQ(*beacon, expected);
  EXPECT_EQ(copy(encode(*beacon)), golden);
}

TEST(Golden, PromotionNeeded) {
  const Octets golden = vector_octets("promotion_needed");
  const Result<PromotionNeeded> pdu = decode_promotion_needed(golden);
  ASSERT_TRUE(pdu.ok());
  EXPECT_EQ(pdu->wanted, kSna);
  EXPECT_EQ(pdu->sender, kNode);
  EXPECT_EQ(encoded(*pdu), golden);
}

TEST(Golden, RegistrationRequest) {
  const Octets golden = vector_octets("reg_request");
  const Result<Gpdu> pdu = decode_gpdu(golden, NetworkSeed(kSna));
  ASSERT_TRUE(pdu.ok());
  EXPECT_EQ(pdu->header, (GenericHeader{false, 0}));
  Bytes rest = pdu->packets;
  const Result<Packet> packet = take_packet(rest);
  ASSERT_TRUE(packet.ok());
  EXPECT_TRUE(rest.empty());
  EXPECT_TRUE(packet->control);
  EXPECT_EQ(packet->lcid, static_cast<std::uint16_t>(ControlType::reg));
  EXPECT_EQ(packet->priority, kControlPriority);
  EXPECT_EQ(packet->sid, kBaseSid);
  EXPECT_EQ(packet->lnid, kBroadcastLnid);
  const Result<Reg> reg = decode_reg(packet->payload);
  ASSERT_TRUE(reg.ok());
  Reg expected;
  expected.capabilities = kCanSwitch | kCanArq;
  expected.eui48 = kNode;
  EXPECT_EQ(*reg, expected);
  EXPECT_EQ(reg_message(false, packet->lnid, *reg), RegMessage::request);
  EXPECT_EQ(control(false, 0, ControlType::reg, kBaseSid, kBroadcastLnid, expected), golden);
}

TEST(Gpdu, OfAnotherSubnetworkFailsByItself) {
  const Octets golden = vector_octets("reg_request");
  EXPECT_EQ(decode_gpdu(golden, NetworkSeed(kOtherSna)).error(), Error::bad_checksum);
}

TEST(Gpdu, SeveralPacketsComeOutInOrder) {
  Octets mpdu = gpdu({true, 3}, Packet{});
  mpdu.resize(kGenericHeaderOctets);
  for (std::uint8_t i = 0; i < 3; ++i) {
    const Octets payload(i * 10u, i);
    Packet packet;
    packet.lcid = i;
    packet.lnid = static_cast<std::uint16_t>(0x1000 + i);
    packet.payload = payload;
    const Octets one = gpdu({true, 3}, packet);
    mpdu.insert(mpdu.end(), one.begin() + kGenericHeaderOctets, one.end() - kCrcOctets);
  }
  mpdu.resize(mpdu.size() + kCrcOctets);
  set_level(mpdu, 4, NetworkSeed(kSna));
  const Result<Gpdu> pdu = decode_gpdu(mpdu, NetworkSeed(kSna));
  ASSERT_TRUE(pdu.ok());
  EXPECT_EQ(pdu->header, (GenericHeader{true, 4}));
  Bytes rest = pdu->packets;
  for (std::uint8_t i = 0; i < 3; ++i) {
    const Result<Packet> packet = take_packet(rest);
    ASSERT_TRUE(packet.ok());
    EXPECT_EQ(packet->lcid, i);
    EXPECT_EQ(packet->lnid, 0x1000 + i);
    EXPECT_EQ(copy(packet->payload), Octets(i * 10u, i));
  }
  EXPECT_TRUE(rest.empty());
}

TEST(Gpdu, APacketThatOutgrowsThePduIsMalformed) {
  Octets mpdu = gpdu({false, 0}, Packet{});
  mpdu[kGenericHeaderOctets + kPacketHeaderOctets - 1] = 1;  // LEN 1, nothing there
  set_level(mpdu, 0, NetworkSeed(kSna));                     // checksums again
  EXPECT_EQ(decode_gpdu(mpdu, NetworkSeed(kSna)).error(), Error::malformed);
}

TEST(Gpdu, TheLargestPacketFitsAndALargerOneIsRefused) {
  Octets payload(kMaxPacketPayload, 0x5A);
  Packet packet;
  packet.payload = payload;
  const Octets mpdu = gpdu({false, 63}, packet);
  ASSERT_EQ(mpdu.size(), kGpduOverhead + kMaxPacketPayload);
  EXPECT_TRUE(decode_gpdu(mpdu, NetworkSeed(kSna)).ok());
  payload.push_back(0);
  packet.payload = payload;
  EXPECT_TRUE(gpdu({false, 0}, packet).empty());
}

TEST(Gpdu, NewerHeadersAreUnsupported) {
  Octets mpdu = vector_octets("reg_request");
  mpdu[0] |= 0x40;
  EXPECT_EQ(kind_of(mpdu).error(), Error::unsupported);
  mpdu[0] = 0x30;
  EXPECT_EQ(kind_of(mpdu).error(), Error::unsupported);
}

TEST(Beacon, ImpossibleFramesAreRefusedEvenWithAGoodChecksum) {
  Beacon beacon;
  beacon.beacon_slots = 0;
  EXPECT_EQ(decode_beacon(encode(beacon)).error(), Error::malformed);
  beacon.beacon_slots = 6;
  EXPECT_EQ(decode_beacon(encode(beacon)).error(), Error::malformed);
  beacon.beacon_slots = 2;
  beacon.slot = 2;
  EXPECT_EQ(decode_beacon(encode(beacon)).error(), Error::malformed);
  beacon.slot = 1;
  EXPECT_TRUE(decode_beacon(encode(beacon)).ok());
  beacon.frequency_code = 6;
  EXPECT_EQ(decode_beacon(encode(beacon)).error(), Error::malformed);
  beacon.frequency_code = 5;
  beacon.cfp_symbols = kFrameSymbols;
  EXPECT_EQ(decode_beacon(encode(beacon)).error(), Error::malformed);
}

TEST(Beacon, ContentIsAllButSequenceAndChecksum) {
  Beacon beacon;
  const BeaconMpdu one = encode(beacon);
  beacon.sequence = 17;
  EXPECT_TRUE(same_content(one, encode(beacon)));
  beacon.frequency_code = 1;
  EXPECT_FALSE(same_content(one, encode(beacon)));
  beacon.frequency_code = 0;
  beacon.beacon_slots = 2;
  EXPECT_FALSE(same_content(one, encode(beacon)));
}

TEST(Control, LayoutsOctetByOctet) {
  EXPECT_EQ(encoded(Pro{false, 5, 3, kNoSid, true, kNode, 7, 9, 2}),
            hex("2B FF 0080E1000002 07 09 02"));
  EXPECT_EQ(encoded(Pro{true, 0, 0, 4, false, {}, 0, 0, 0}), hex("80 04"));
  EXPECT_EQ(encoded(Bsi{2, 3, 17}), hex("02 71"));
  EXPECT_EQ(encoded(Fra{true, 200, 9, 2}), hex("40C8 4A"));
  EXPECT_EQ(encoded(Alv{5, 6, 2, 0x12}), hex("B802 12"));
  EXPECT_EQ(encoded(Prm{true, true, 5}), hex("C5"));
  Con con;
  const Octets id = hex("0A 30313233343536373839");
  con.lcid = 0x123;
  con.data = id;
  EXPECT_EQ(encoded(con), hex("2123 03 0B 0A30313233343536373839"));
  con.close = true;
  con.has_eui48 = true;
  con.eui48 = kNode;
  con.data = {};
  EXPECT_EQ(encoded(con), hex("B123 0080E1000002 03 00"));
}

TEST(Control, MessagesOfARegistration) {
  Reg reg;
  EXPECT_EQ(reg_message(false, kBroadcastLnid, reg), RegMessage::request);
  EXPECT_EQ(reg_message(true, 5, reg), RegMessage::response);
  EXPECT_EQ(reg_message(false, 5, reg), RegMessage::ack);
  reg.negative = true;
  EXPECT_EQ(reg_message(true, kBroadcastLnid, reg), RegMessage::reject);
  EXPECT_EQ(reg_message(true, 5, reg), RegMessage::unregister);
  EXPECT_EQ(reg_message(false, 5, reg), RegMessage::unregister);
}

TEST(Control, SecurityProfilesAndDirectConnectionsAreUnsupported) {
  Octets reg = encoded(Reg{});
  reg[0] |= 0x10;
  EXPECT_EQ(decode_reg(reg).error(), Error::unsupported);
  Octets con = encoded(Con{});
  con[0] |= 0x40;
  EXPECT_EQ(decode_con(con).error(), Error::unsupported);
}

template <typename Message>
void round_trip(const Message& message, Result<Message> (*decode)(Bytes)) {
  const Octets octets = encoded(message);
  const Result<Message> decoded = decode(octets);
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(*decoded, message);
  // Neither shorter nor longer means the same.
  for (std::size_t n = 0; n < octets.size(); ++n) {
    EXPECT_FALSE(decode(Bytes(octets).first(n)).ok()) << n;
  }
  Octets longer = octets;
  longer.push_back(0);
  EXPECT_FALSE(decode(longer).ok());
}

TEST(Control, RandomMessagesRoundTrip) {
  const std::uint64_t seed = 20'260'301;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  const auto octet = [&](std::size_t below) {
    return static_cast<std::uint8_t>(draws.below(below));
  };
  for (int round = 0; round < 20'000; ++round) {
    const bool flag = draws.below(2) == 0;
    Eui48 eui48{};
    for (std::uint8_t& one : eui48) one = octet(256);
    round_trip(Reg{flag, draws.below(2) == 0, octet(128), octet(8), eui48}, decode_reg);
    Pro pro{flag, octet(8), octet(8), octet(256), true, eui48, octet(256), octet(256), octet(16)};
    const Octets long_form = encoded(pro);
    ASSERT_EQ(*decode_pro(long_form), pro);
    round_trip(Pro{flag, octet(8), octet(8), octet(256), false, {}, 0, 0, 0}, decode_pro);
    round_trip(Bsi{octet(6), octet(5), octet(32)}, decode_bsi);
    round_trip(Fra{flag, static_cast<std::uint16_t>(draws.below(276)), octet(32),
                   static_cast<std::uint8_t>(1 + draws.below(5))},
               decode_fra);
    round_trip(Alv{octet(8), octet(8), octet(8), octet(256)}, decode_alv);
    round_trip(Prm{flag, draws.below(2) == 0, octet(8)}, decode_prm);
  }
}

TEST(Lpdu, HeaderAndLimits) {
  const Octets lsdu = hex("C001C1");
  Octets octets(kMaxLpduOctets + 1);
  Writer out(octets);
  ASSERT_TRUE(encode(Lpdu{1, 2, lsdu}, out));
  EXPECT_EQ(copy(out.written()), hex("900102C001C1"));
  const Result<Lpdu> lpdu = decode_lpdu(out.written());
  ASSERT_TRUE(lpdu.ok());
  EXPECT_EQ(lpdu->d_lsap, 1);
  EXPECT_EQ(lpdu->s_lsap, 2);
  EXPECT_EQ(copy(lpdu->lsdu), lsdu);
  EXPECT_EQ(decode_lpdu(hex("910102")).error(), Error::malformed);
  EXPECT_EQ(decode_lpdu(hex("9001")).error(), Error::truncated);
  const Octets large(kMaxLsduOctets + 1);
  EXPECT_FALSE(encode(Lpdu{1, 2, large}, out));
}

TEST(Establish, IdentifierUpAndAddressDown) {
  const Octets serial = hex("30303031323334353637");
  Octets octets(32);
  Writer out(octets);
  ASSERT_TRUE(encode_establish_request(serial, out));
  EXPECT_EQ(copy(*decode_establish_request(out.written())), serial);
  EXPECT_FALSE(encode_establish_request(Octets(17, 'x'), out));
  EXPECT_EQ(decode_establish_request(hex("11 00")).error(), Error::truncated);
  EXPECT_EQ(decode_establish_request(hex("01 41 42")).error(), Error::malformed);
  Writer answer(octets);
  encode_establish_response(0x123, answer);
  EXPECT_EQ(copy(answer.written()), hex("0123"));
  EXPECT_EQ(*decode_establish_response(answer.written()), 0x123);
  EXPECT_FALSE(decode_establish_response(hex("0000")).ok());
  EXPECT_FALSE(decode_establish_response(hex("0FFF")).ok());
}

}  // namespace
}  // namespace protocol::prime
