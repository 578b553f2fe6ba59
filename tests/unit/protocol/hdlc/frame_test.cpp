// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/hdlc/frame.hpp"

#include <gtest/gtest.h>

#include "protocol/hdlc/fcs.hpp"
#include "protocol/hdlc/parameters.hpp"
#include "tests/unit/protocol/hdlc/octets.hpp"

namespace protocol::hdlc {
namespace {

using namespace test;

Frame command(FrameKind kind, bool poll = true) {
  Frame frame;
  frame.destination = kMeter;
  frame.source = kPublicClient;
  frame.kind = kind;
  frame.poll_final = poll;
  return frame;
}

Frame response(FrameKind kind) {
  Frame frame = command(kind);
  std::swap(frame.destination, frame.source);
  return frame;
}

TEST(Fcs, CheckValueOfX25) {
  const Octets digits = hex("313233343536373839");
  EXPECT_EQ(fcs16(digits), 0x906E);
}

// Frames as captured from meters and readers, or built and checked against the standard's text.
TEST(CapturedFrames, SnrmUaDiscRr) {
  EXPECT_EQ(encoded(command(FrameKind::snrm)), hex("7EA0070321930F017E"));
  EXPECT_EQ(encoded(response(FrameKind::ua)), hex("7EA00721037301407E"));
  EXPECT_EQ(encoded(command(FrameKind::disconnect)), hex("7EA00703215303C77E"));
  EXPECT_EQ(encoded(command(FrameKind::receive_ready)), hex("7EA0070321 11 15A67E"));
}

TEST(CapturedFrames, UaWithParametersFromAFieldedServer) {
  Octets information(64);
  Writer out(information);
  encode_parameters(Parameters{}, out);
  information.resize(out.size());
  Frame ua = response(FrameKind::ua);
  ua.information = information;
  const Octets captured =
      hex("7EA01E210373C37A 8180120501800601800704000000010804 00000001 533B7E");
  EXPECT_EQ(encoded(ua), captured);
}

TEST(CapturedFrames, UaWithTwoOctetLengthsMeansTheSame) {
  const Octets octets =
      hex("7EA020210373 7398 8180140502008006020080070400000001080400000001 CE6A7E");
  const Result<Frame> frame = decode(without_flags(octets));
  ASSERT_TRUE(frame.ok());
  EXPECT_EQ(frame->kind, FrameKind::ua);
  EXPECT_EQ(frame->destination, kPublicClient);
  EXPECT_EQ(frame->source, kMeter);
  const Result<Parameters> parameters = decode_parameters(frame->information);
  ASSERT_TRUE(parameters.ok());
  EXPECT_EQ(*parameters, Parameters{});
}

TEST(CapturedFrames, AarqInAnIFrame) {
  const Octets octets =
      hex("7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E5DFFFF"
          "B3E27E");
  const Result<Frame> decoded = decode(without_flags(octets));
  ASSERT_TRUE(decoded.ok());
  EXPECT_EQ(decoded->kind, FrameKind::information);
  EXPECT_EQ(decoded->ns, 0);
  EXPECT_EQ(decoded->nr, 0);
  EXPECT_TRUE(decoded->poll_final);
  EXPECT_EQ(copy(decoded->information.first(4)), hex("E6E60060"));
  EXPECT_EQ(encoded(*decoded), octets);
}

TEST(Frame, EveryControlOctetReadsAsItWasWritten) {
  for (unsigned control = 0; control < 256; ++control) {
    Octets octets = hex("A0070321");
    octets.push_back(static_cast<std::uint8_t>(control));
    const std::uint16_t fcs = fcs16(octets);
    octets.push_back(static_cast<std::uint8_t>(fcs & 0xFF));
    octets.push_back(static_cast<std::uint8_t>(fcs >> 8));
    const Result<Frame> frame = decode(octets);
    ASSERT_TRUE(frame.ok());
    EXPECT_EQ(frame->control, control);
    if (frame->kind == FrameKind::unknown) continue;
    EXPECT_EQ(copy(without_flags(encoded(*frame))), octets) << "control " << control;
  }
}

TEST(Frame, AddressesOnOneTwoAndFourOctets) {
  const Address addresses[] = {{1, 0, 1}, {0x7F, 0, 1}, {1, 0x11, 2}, {0x3FFF, 0x1234, 4}};
  const char* expected[] = {"03", "FF", "0223", "FEFE4869"};
  for (int i = 0; i < 4; ++i) {
    Frame frame = command(FrameKind::receive_ready);
    frame.destination = addresses[i];
    const Octets octets = encoded(frame);
    EXPECT_EQ(Octets(octets.begin() + 3, octets.begin() + 3 + addresses[i].octets),
              hex(expected[i]));
    const Result<Frame> decoded = decode(without_flags(octets));
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(decoded->destination, addresses[i]);
    EXPECT_EQ(decoded->source, kPublicClient);
  }
}

TEST(Frame, ThreeAndFiveAddressOctetsAreRefused) {
  for (const char* text : {"A0090202032111", "A00B020202020321 11"}) {
    Octets octets = hex(text);
    const std::uint16_t fcs = fcs16(octets);
    octets.push_back(static_cast<std::uint8_t>(fcs & 0xFF));
    octets.push_back(static_cast<std::uint8_t>(fcs >> 8));
    EXPECT_FALSE(decode(octets).ok()) << text;
  }
}

TEST(Frame, TooLongForTheFormatIsNotEncoded) {
  const Octets information(kMaxLength, 0x55);
  Frame frame = command(FrameKind::information);
  frame.information = information;
  EXPECT_TRUE(encoded(frame).empty());
  frame.information = Bytes(information).first(kMaxInformation);
  EXPECT_EQ(encoded(frame).size(), kMaxInformation + 11);
}

TEST(Frame, FullBufferIsReportedNotOverrun) {
  const Octets information(20, 0x55);
  Frame frame = command(FrameKind::information);
  frame.information = information;
  for (std::size_t space = 0; space < 31; ++space) {
    Octets buffer(space);
    Writer out(buffer);
    EXPECT_FALSE(encode(frame, out)) << space;
  }
}

// A CRC-16 misses no burst of up to 16 bits, and a changed length no longer fits the flags.
TEST(Frame, EverySingleOctetCorruptionIsDetected) {
  const Octets frames[] = {
      hex("7EA0070321930F017E"), hex("7EA00721037301407E"), hex("7EA007032111 15A67E"),
      hex("7EA01E210373C37A8180120501800601800704000000010804 00000001533B7E"),
      hex("7EA02B032110FBAFE6E600601DA109060760857405080101BE10040E01000000065F1F0400001E5DFFFF"
          "B3E27E")};
  for (const Octets& good : frames) {
    ASSERT_TRUE(decode(without_flags(good)).ok());
    for (std::size_t at = 1; at + 1 < good.size(); ++at) {
      for (unsigned mask = 1; mask < 256; ++mask) {
        Octets damaged = good;
        damaged[at] ^= static_cast<std::uint8_t>(mask);
        ASSERT_FALSE(decode(without_flags(damaged)).ok()) << "octet " << at << " mask " << mask;
      }
    }
  }
}

TEST(Frame, FiftyThousandRandomFramesRoundTrip) {
  const std::uint64_t seed = 20'260'101;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  constexpr FrameKind kKinds[] = {
      FrameKind::information, FrameKind::receive_ready, FrameKind::receive_not_ready,
      FrameKind::snrm,        FrameKind::disconnect,    FrameKind::ua,
      FrameKind::dm,          FrameKind::frmr,          FrameKind::ui};
  constexpr std::uint8_t kAddressOctets[] = {1, 2, 4};
  for (int round = 0; round < 50'000; ++round) {
    const auto address = [&] {
      const std::uint8_t octets = kAddressOctets[draws.below(3)];
      const std::size_t range = octets == 4 ? 0x4000 : 0x80;
      return Address{static_cast<std::uint16_t>(draws.below(range)),
                     static_cast<std::uint16_t>(octets == 1 ? 0 : draws.below(range)), octets};
    };
    const Octets information = draws.octets(draws.below(4) == 0 ? 0 : draws.below(300));
    Frame frame;
    frame.destination = address();
    frame.source = address();
    frame.kind = kKinds[draws.below(9)];
    frame.poll_final = draws.below(2) == 0;
    frame.segmented = draws.below(2) == 0;
    frame.ns = static_cast<std::uint8_t>(frame.kind == FrameKind::information ? draws.below(8) : 0);
    frame.nr = static_cast<std::uint8_t>(static_cast<int>(frame.kind) <=
                                                 static_cast<int>(FrameKind::receive_not_ready)
                                             ? draws.below(8)
                                             : 0);
    frame.information = information;
    const Octets octets = encoded(frame);
    const Result<Frame> decoded = decode(without_flags(octets));
    ASSERT_TRUE(decoded.ok()) << "round " << round;
    ASSERT_EQ(decoded->destination, frame.destination);
    ASSERT_EQ(decoded->source, frame.source);
    ASSERT_EQ(decoded->kind, frame.kind);
    ASSERT_EQ(decoded->poll_final, frame.poll_final);
    ASSERT_EQ(decoded->segmented, frame.segmented);
    ASSERT_EQ(decoded->ns, frame.ns);
    ASSERT_EQ(decoded->nr, frame.nr);
    ASSERT_EQ(copy(decoded->information), information) << "round " << round;
  }
}

TEST(Parameters, NegotiationTakesTheSmallerOfEachDirection) {
  const Parameters server{512, 256, 1, 3};
  const Parameters client{128, 1024, 7, 2};
  const Parameters granted = negotiate(server, client);
  EXPECT_EQ(granted, (Parameters{512, 128, 1, 3}));
  // The client sees the same link from the other end.
  EXPECT_EQ(negotiate(client, granted), (Parameters{128, 512, 3, 1}));
}

TEST(Parameters, HostileFieldsAreRefused) {
  for (const char* text :
       {"82801405020080", "8180050502", "8180FF", "81800405000601", "818003050100", "81800305011F",
        "818006070400000000", "8180070505000000000080", "818003050180FF"}) {
    EXPECT_FALSE(decode_parameters(hex(text)).ok()) << text;
  }
  // Far above what the format can carry: taken as the most it can.
  const Result<Parameters> huge = decode_parameters(hex("81800C0504FFFFFFFF0704FFFFFFFF"));
  ASSERT_TRUE(huge.ok());
  EXPECT_EQ(huge->max_information_transmit, kMaxInformation);
  EXPECT_EQ(huge->window_transmit, kMaxWindow);
}

}  // namespace
}  // namespace protocol::hdlc
