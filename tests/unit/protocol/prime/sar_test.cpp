// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/sar.hpp"

#include <gtest/gtest.h>

#include "protocol/prime/link_quality.hpp"
#include "tests/rigs/prime/octets.hpp"

namespace protocol::prime {
namespace {

using namespace test;

TEST(Sar, HeaderOctets) {
  EXPECT_EQ(encode(SarHeader{SegmentKind::first, 0}), 0x00);
  EXPECT_EQ(encode(SarHeader{SegmentKind::first, 3}), 0x03);
  EXPECT_EQ(encode(SarHeader{SegmentKind::intermediate, 1}), 0x41);
  EXPECT_EQ(encode(SarHeader{SegmentKind::last, 63}), 0xBF);
  for (unsigned octet = 0; octet < 0xC0; ++octet) {
    EXPECT_EQ(encode(*decode_sar(static_cast<std::uint8_t>(octet))), octet);
  }
  EXPECT_FALSE(decode_sar(0xC0).ok());
}

TEST(Sar, EveryLengthUpToSixtyFourSegmentsRoundTrips) {
  Octets buffer(kMaxSegments * kClMtuOctets);
  for (std::size_t n = 0; n <= buffer.size(); n += n < 1'100 ? 1 : 997) {
    const Octets sdu = Draws(n).octets(n);
    Reassembler whole;
    whole.use(buffer);
    for (unsigned i = 0; i < segment_count(n); ++i) {
      ASSERT_FALSE(whole.complete());
      const Segment segment = segment_of(sdu, i);
      ASSERT_TRUE(whole.add(segment.header, segment.data)) << n;
    }
    ASSERT_TRUE(whole.complete());
    ASSERT_EQ(copy(whole.sdu()), sdu);
  }
}

TEST(Sar, ARowWithAGapIsThrownAway) {
  Octets buffer(2'048);
  const Octets sdu(1'000, 0x42);
  for (unsigned lost = 0; lost < 4; ++lost) {
    Reassembler whole;
    whole.use(buffer);
    for (unsigned i = 0; i < 4; ++i) {
      const Segment segment = segment_of(sdu, i);
      if (i != lost) static_cast<void>(whole.add(segment.header, segment.data));
    }
    EXPECT_FALSE(whole.complete()) << lost;
    for (unsigned i = 0; i < 4; ++i) {  // and the next one is not harmed
      const Segment segment = segment_of(sdu, i);
      ASSERT_TRUE(whole.add(segment.header, segment.data));
    }
    EXPECT_EQ(copy(whole.sdu()), sdu);
  }
}

TEST(Sar, ASduThatOutgrowsItsBufferIsRefused) {
  Octets buffer(600);
  const Octets sdu(1'000, 0x42);
  Reassembler whole;
  whole.use(buffer);
  EXPECT_TRUE(whole.add(segment_of(sdu, 0).header, segment_of(sdu, 0).data));
  EXPECT_TRUE(whole.add(segment_of(sdu, 1).header, segment_of(sdu, 1).data));
  EXPECT_FALSE(whole.add(segment_of(sdu, 2).header, segment_of(sdu, 2).data));
  EXPECT_FALSE(whole.part_way());
}

TEST(LinkQuality, StepsUpWithHysteresisAndStaysInside) {
  const auto settle = [](LinkQuality& link, std::int32_t snr_cdb) {
    for (int i = 0; i < 100; ++i) link.heard(snr_cdb);
  };
  LinkQuality link;
  EXPECT_EQ(link.scheme(), Scheme::dbpsk_f);
  settle(link, kDqpskFSnrCdb + kStayMarginCdb + kStepUpCdb - 20);
  EXPECT_EQ(link.scheme(), Scheme::dbpsk_f);
  settle(link, kDqpskFSnrCdb + kStayMarginCdb + kStepUpCdb + 20);
  EXPECT_EQ(link.scheme(), Scheme::dqpsk_f);
  settle(link, kDqpskFSnrCdb + kStayMarginCdb + 20);  // below the step, above the floor
  EXPECT_EQ(link.scheme(), Scheme::dqpsk_f);
  settle(link, kDqpskFSnrCdb + kStayMarginCdb - 20);
  EXPECT_EQ(link.scheme(), Scheme::dbpsk_f);
  settle(link, 3'000);
  EXPECT_EQ(link.scheme(), Scheme::d8psk_f);
}

TEST(LinkQuality, TheNeighboursReportCountsMoreThanWhatIsHeard) {
  LinkQuality link;
  link.heard(3'000);
  EXPECT_EQ(link.scheme(), Scheme::d8psk_f);
  link.reported(snr_code(300));
  EXPECT_EQ(link.scheme(), Scheme::dbpsk_f);
  link.heard(3'000);
  EXPECT_EQ(link.scheme(), Scheme::dbpsk_f);
}

TEST(LinkQuality, AReportLeadsToTheSchemeItWasMadeFor) {
  for (std::int32_t snr_cdb = -200; snr_cdb < 2'500; snr_cdb += 10) {
    for (const Scheme used : {Scheme::dbpsk_f, Scheme::dqpsk_f, Scheme::d8psk_f}) {
      LinkQuality receiver, sender;
      for (int i = 0; i < 10; ++i) receiver.heard(snr_cdb);
      for (int i = 0; i < 2 && sender.scheme() != used; ++i)
        sender.heard(used == Scheme::d8psk_f ? 3'000 : 900);
      if (sender.scheme() != used || !receiver.should_report(used)) continue;
      sender.reported(snr_code(receiver.snr_cdb()));
      EXPECT_NE(sender.scheme(), used) << snr_cdb;
      EXPECT_FALSE(receiver.should_report(sender.scheme())) << snr_cdb;  // it comes to rest
    }
  }
}

TEST(LinkTable, TheOneHeardLeastLatelyMakesRoom) {
  LinkTable<3> table;
  for (const std::uint32_t key : {1u, 2u, 3u}) table.at(key).heard(100);
  EXPECT_NE(table.find(1), nullptr);
  table.at(4).heard(100);  // 2 was the oldest
  EXPECT_EQ(table.find(2), nullptr);
  EXPECT_NE(table.find(1), nullptr);
  EXPECT_NE(table.find(3), nullptr);
  table.clear();
  EXPECT_EQ(table.find(1), nullptr);
}

}  // namespace
}  // namespace protocol::prime
