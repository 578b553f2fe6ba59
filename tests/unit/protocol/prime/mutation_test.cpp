// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A frame with any octet wrong is counted and dropped.
#include "tests/rigs/prime/rig.hpp"

namespace protocol::prime {
namespace {

using namespace test;

// One frame of every kind that a node may hear.
std::vector<Octets> frames() {
  Reg reg;
  reg.eui48 = kNode;
  reg.time_code = 5;
  Con con;
  const Octets data = hex("0045");
  con.data = data;
  Pro request;
  request.long_form = true;
  request.needed_by = kNode;
  Pro response;
  response.nsid = 5;
  Packet packet;
  const Octets payload = hex("40 00 90 01 02 C001C1000F0000280000FF0100");
  packet.lcid = 300;
  packet.sid = kBaseSid;
  packet.lnid = kLnid;
  packet.payload = payload;
  return {control(true, 0, ControlType::reg, kBaseSid, kLnid, reg),
          control(true, 0, ControlType::con, kBaseSid, kLnid, con),
          control(false, 0, ControlType::pro, kBaseSid, kLnid, request),
          control(true, 0, ControlType::pro, kBaseSid, kLnid, response),
          control(true, 0, ControlType::bsi, kBaseSid, kLnid, Bsi{1, 1, 1}),
          control(true, 0, ControlType::fra, kBaseSid, kBroadcastLnid, Fra{}),
          control(true, 0, ControlType::alv, kBaseSid, kLnid, Alv{0, 1, 5, kNoSid}),
          control(true, 0, ControlType::prm, kBaseSid, kLnid, Prm{false, false, 3}),
          gpdu({true, 0}, packet)};
}

// Neither checksum alone sees every change of its part, but a change of up to four octets in a row
// is within a CRC-32's reach.
TEST(Mutation, EverySingleOctetOfEveryGenericPduIsRefused) {
  for (const Octets& good : frames()) {
    ASSERT_TRUE(decode_gpdu(good, NetworkSeed(kSna)).ok());
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (unsigned mask = 1; mask < 256; ++mask) {
        Octets damaged = good;
        damaged[at] ^= static_cast<std::uint8_t>(mask);
        ASSERT_FALSE(decode_gpdu(damaged, NetworkSeed(kSna)).ok()) << at << " mask " << mask;
      }
    }
    for (std::size_t n = 0; n < good.size(); ++n) {
      ASSERT_FALSE(decode_gpdu(Bytes(good).first(n), NetworkSeed(kSna)).ok());
    }
    Octets longer = good;
    longer.push_back(0x55);
    ASSERT_FALSE(decode_gpdu(longer, NetworkSeed(kSna)).ok());
  }
}

TEST(Mutation, EverySingleOctetOfBeaconsAndPromotionRequestsIsRefused) {
  const Octets beacon = vector_octets("beacon"), needed = vector_octets("promotion_needed");
  for (unsigned mask = 1; mask < 256; ++mask) {
    for (std::size_t at = 0; at < beacon.size(); ++at) {
      Octets damaged = beacon;
      damaged[at] ^= static_cast<std::uint8_t>(mask);
      ASSERT_FALSE(decode_beacon(damaged).ok());
    }
    for (std::size_t at = 0; at < needed.size(); ++at) {
      Octets damaged = needed;
      damaged[at] ^= static_cast<std::uint8_t>(mask);
      ASSERT_FALSE(decode_promotion_needed(damaged).ok());
    }
  }
}

TEST(Mutation, ANodeThatHearsThemCountsThemAndStaysAsItIs) {
  Rig rig;
  rig.connect();
  rig.run_for(kSecond);
  static_cast<void>(rig.sent());
  const std::int64_t deadline_us = rig.node.deadline_us();
  std::uint32_t heard = 0;
  for (const Octets& good : frames()) {
    for (std::size_t at = 0; at < good.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        Octets damaged = good;
        damaged[at] ^= static_cast<std::uint8_t>(1u << bit);
        ReceivedFrame frame;  // past the filter, which sees the first octets only
        frame.mpdu = damaged;
        frame.snr_cdb = 2'000;
        rig.node.on_frame(frame);
        ++heard;
      }
    }
  }
  const auto& counters = rig.node.counters();
  EXPECT_EQ(counters.bad_checksum + counters.malformed + counters.not_for_us, heard);
  EXPECT_GE(counters.bad_checksum, heard * 3 / 4);
  EXPECT_TRUE(rig.node.connected());
  EXPECT_EQ(rig.node.state(), NodeState::terminal);
  EXPECT_EQ(rig.node.deadline_us(), deadline_us);
  EXPECT_TRUE(rig.received.empty());
  EXPECT_EQ(rig.disconnected, 0);
  rig.run_for(kSecond);
  EXPECT_TRUE(rig.sent().empty());
}

// Good checksums, nonsense inside: any octet of a payload changed and sealed again. Nothing may
// break, and what is kept is within its bounds.
TEST(Mutation, NonsenseWithGoodChecksumsNeverBreaksTheNode) {
  const std::uint64_t seed = 20'260'303;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  for (int round = 0; round < 300; ++round) {
    Rig rig(draws.next());
    draws.below(2) == 0 ? rig.connect() : rig.promote();
    if (testing::Test::HasFatalFailure()) return;
    for (int i = 0; i < 60; ++i) {
      Octets frame = frames()[draws.below(frames().size())];
      for (std::size_t n = draws.below(4); n-- > 0;) {
        frame[kGenericHeaderOctets + draws.below(frame.size() - kGenericHeaderOctets)] ^=
            static_cast<std::uint8_t>(1 + draws.below(255));
      }
      set_level(frame, static_cast<std::uint8_t>(draws.below(3)), NetworkSeed(kSna));
      ReceivedFrame received;
      received.mpdu = frame;
      received.snr_cdb = static_cast<std::int32_t>(draws.below(4'000)) - 1'000;
      rig.node.on_frame(received);
      if (draws.below(4) == 0) {
        static_cast<void>(rig.node.send(1, 2, draws.octets(draws.below(1'021)), 1));
      }
      rig.run_for(static_cast<std::int64_t>(draws.below(3 * kSecond)));
      if (testing::Test::HasFatalFailure()) return;
    }
    rig.node.stop();
    ASSERT_EQ(rig.free.size(), 6u);
  }
}

}  // namespace
}  // namespace protocol::prime
