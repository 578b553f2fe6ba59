// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/scanner.hpp"

#include <gtest/gtest.h>

#include "tests/unit/protocol/hdlc/octets.hpp"

namespace protocol::hdlc {
namespace {

using namespace test;

const Octets kSnrm = hex("7EA0070321930F017E");
const Octets kUa = hex("7EA00721037301407E");
const Octets kAarq =
    hex("7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E5DFFFF"
        "B3E27E");

struct Found {
  std::vector<FrameKind> kinds;
  std::uint32_t damaged;
};

Found scan(const Octets& octets) {
  Found found;
  Scanner scanner(octets);
  while (const std::optional<Frame> frame = scanner.next()) found.kinds.push_back(frame->kind);
  found.damaged = scanner.damaged();
  return found;
}

using Kinds = std::vector<FrameKind>;

TEST(Scanner, SeveralFramesWithOwnOrSharedFlags) {
  const Octets shared = concat({Octets(kSnrm.begin(), kSnrm.end() - 1), kUa});
  for (const Octets& octets :
       {concat({kSnrm, kUa}), shared, concat({hex("7E7E7E"), kSnrm, hex("7E7E"), kUa})}) {
    const Found found = scan(octets);
    EXPECT_EQ(found.kinds, (Kinds{FrameKind::snrm, FrameKind::ua}));
    EXPECT_EQ(found.damaged, 0u);
  }
}

TEST(Scanner, NoiseAroundFramesIsSkippedAndCountedOnceAStretch) {
  const Found found = scan(concat({hex("00FF13"), kSnrm, hex("55AA"), kAarq, hex("7E42")}));
  EXPECT_EQ(found.kinds, (Kinds{FrameKind::snrm, FrameKind::information}));
  EXPECT_EQ(found.damaged, 3u);
}

TEST(Scanner, ADamagedFrameDoesNotTakeItsNeighboursAlong) {
  for (std::size_t at = 0; at < kAarq.size(); ++at) {
    Octets damaged = kAarq;
    damaged[at] ^= 0x20;
    const Found found = scan(concat({kSnrm, damaged, kUa}));
    ASSERT_EQ(found.kinds, (Kinds{FrameKind::snrm, FrameKind::ua})) << "octet " << at;
    ASSERT_EQ(found.damaged, 1u);
  }
}

TEST(Scanner, AFrameThatEndsTooSoonIsDamagedAndTheNextOneFound) {
  for (std::size_t cut = 2; cut + 1 < kAarq.size(); ++cut) {
    const Octets head(kAarq.begin(), kAarq.begin() + static_cast<std::ptrdiff_t>(cut));
    const Found found = scan(concat({head, kUa}));
    ASSERT_EQ(found.kinds, (Kinds{FrameKind::ua})) << "cut after " << cut;
    ASSERT_EQ(found.damaged, 1u);
  }
}

TEST(Scanner, FlagsInsideInformationAreData) {
  Frame frame;
  frame.destination = kMeter;
  frame.source = kPublicClient;
  frame.kind = FrameKind::information;
  const Octets information(64, kFlag);
  frame.information = information;
  const Found found = scan(concat({encoded(frame), encoded(frame)}));
  EXPECT_EQ(found.kinds.size(), 2u);
  EXPECT_EQ(found.damaged, 0u);
}

TEST(Splitter, FramesCutAnywhereComeOutWhole) {
  const Octets stream = concat({kSnrm, kAarq, kUa, kAarq});
  for (std::size_t step = 1; step < stream.size(); ++step) {
    Octets buffer(64);
    Splitter splitter(buffer);
    Kinds kinds;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      for (Bytes rest = Bytes(stream).subspan(at, std::min(step, stream.size() - at));
           !rest.empty();) {
        rest = rest.subspan(splitter.take(rest));
        while (const std::optional<Frame> frame = splitter.next()) kinds.push_back(frame->kind);
      }
    }
    ASSERT_EQ(kinds, (Kinds{FrameKind::snrm, FrameKind::information, FrameKind::ua,
                            FrameKind::information}))
        << "step " << step;
    ASSERT_EQ(splitter.damaged(), 0u);
  }
}

TEST(Splitter, SilenceEndsAnUnfinishedFrame) {
  Octets buffer(64);
  Splitter splitter(buffer);
  splitter.take(Bytes(kAarq).first(20));
  EXPECT_FALSE(splitter.next());
  splitter.on_silence();
  EXPECT_EQ(splitter.damaged(), 1u);
  splitter.take(kUa);
  EXPECT_TRUE(splitter.next());
  EXPECT_FALSE(splitter.next());
  splitter.on_silence();  // only the closing flag is left: nothing was lost
  EXPECT_EQ(splitter.damaged(), 1u);
}

TEST(Splitter, AFrameLargerThanTheBufferIsCountedNotStuck) {
  Octets buffer(32);
  Splitter splitter(buffer);
  Kinds kinds;
  const Octets stream = concat({kAarq, kSnrm});
  for (const std::uint8_t octet : stream) {
    ASSERT_EQ(splitter.take(Bytes(&octet, 1)), 1u);
    while (const std::optional<Frame> frame = splitter.next()) kinds.push_back(frame->kind);
  }
  EXPECT_EQ(kinds, (Kinds{FrameKind::snrm}));
  EXPECT_EQ(splitter.damaged(), 1u);
}

TEST(Splitter, RandomDamageNeverStopsTheFlow) {
  const std::uint64_t seed = 4711;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  Octets buffer(kMaxFrameOctets);
  Splitter splitter(buffer);
  std::size_t sent = 0, found = 0, hurt = 0;
  for (int round = 0; round < 20'000; ++round) {
    Octets chunk = draws.below(2) == 0 ? kAarq : kSnrm;
    if (draws.below(4) == 0) {
      chunk[draws.below(chunk.size())] ^= static_cast<std::uint8_t>(1 + draws.below(255));
      ++hurt;
    } else {
      ++sent;
    }
    for (Bytes rest = chunk; !rest.empty();) {
      rest = rest.subspan(splitter.take(rest));
      while (splitter.next()) ++found;
    }
    if (draws.below(3) == 0) splitter.on_silence();
  }
  EXPECT_LE(found, sent + hurt);
  EXPECT_GE(found, sent - hurt);            // a damaged length may swallow one neighbour, not more
  EXPECT_GE(splitter.damaged() * 2, hurt);  // neighbours count as one stretch
}

}  // namespace
}  // namespace protocol::hdlc
