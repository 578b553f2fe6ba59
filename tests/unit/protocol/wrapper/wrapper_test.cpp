// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/wrapper/wrapper.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace protocol::wrapper {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets copy(Bytes bytes) { return Octets(bytes.begin(), bytes.end()); }

Octets encoded(std::uint16_t source, std::uint16_t destination, const Octets& apdu) {
  Octets octets(kHeaderOctets + apdu.size());
  Writer out(octets);
  EXPECT_TRUE(encode({source, destination, apdu}, out));
  return octets;
}

const Octets kGet{0xC0, 0x01, 0xC1};

TEST(Wrapper, HeaderIsVersionPortsLength) {
  EXPECT_EQ(encoded(16, 1, kGet), (Octets{0, 1, 0, 16, 0, 1, 0, 3, 0xC0, 0x01, 0xC1}));
}

TEST(Wrapper, ADatagramHoldsExactlyOneMessage) {
  Octets octets = encoded(102, 1, kGet);
  const Result<Message> message = decode(octets);
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->source, 102);
  EXPECT_EQ(message->destination, 1);
  EXPECT_EQ(copy(message->apdu), kGet);
  for (std::size_t n = 0; n < octets.size(); ++n) EXPECT_FALSE(decode(Bytes(octets).first(n)).ok());
  octets.push_back(0);
  EXPECT_FALSE(decode(octets).ok());
}

TEST(Wrapper, WrongVersionIsMalformed) {
  Octets octets = encoded(16, 1, kGet);
  octets[1] = 2;
  EXPECT_EQ(decode(octets).error(), Error::malformed);
}

TEST(Wrapper, OverlongOrOverflowingApduIsNotEncoded) {
  Octets space(70'000);
  Writer out(space);
  EXPECT_FALSE(encode({1, 1, Octets(65'536)}, out));
  Writer tight(MutableBytes(space).first(10));
  EXPECT_FALSE(encode({1, 1, kGet}, tight));
}

TEST(Deframer, MessagesCutAnywhereComeOutWhole) {
  Octets stream;
  std::vector<Octets> sent;
  for (std::size_t n = 0; n < 30; ++n) {
    sent.emplace_back(n, static_cast<std::uint8_t>(n));
    const Octets message = encoded(1, 102, sent.back());
    stream.insert(stream.end(), message.begin(), message.end());
  }
  for (std::size_t step = 1; step < 60; ++step) {
    Octets buffer(kHeaderOctets + 29);
    Deframer deframer(buffer);
    std::vector<Octets> received;
    for (std::size_t at = 0; at < stream.size(); at += step) {
      for (Bytes rest = Bytes(stream).subspan(at, std::min(step, stream.size() - at));
           !rest.empty();) {
        rest = rest.subspan(deframer.take(rest));
        Message message;
        while (deframer.next(message)) received.push_back(copy(message.apdu));
        ASSERT_FALSE(deframer.broken());
      }
    }
    ASSERT_EQ(received, sent) << "step " << step;
  }
}

TEST(Deframer, WrongVersionBreaksTheStreamAtOnceAndForGood) {
  Octets buffer(64);
  Deframer deframer(buffer);
  Message message;
  const Octets http{'G'};
  deframer.take(http);
  EXPECT_FALSE(deframer.next(message));
  EXPECT_TRUE(deframer.broken());
  EXPECT_EQ(deframer.take(encoded(16, 1, kGet)), 0u);
  EXPECT_FALSE(deframer.next(message));
  deframer.reset();
  deframer.take(encoded(16, 1, kGet));
  EXPECT_TRUE(deframer.next(message));
}

TEST(Deframer, ALengthAboveTheLimitBreaksTheStream) {
  Octets buffer(kHeaderOctets + 10);
  Deframer deframer(buffer);
  Message message;
  deframer.take(encoded(16, 1, Octets(10)));
  EXPECT_TRUE(deframer.next(message));
  deframer.take(encoded(16, 1, Octets(11)));
  EXPECT_FALSE(deframer.next(message));
  EXPECT_TRUE(deframer.broken());
}

}  // namespace
}  // namespace protocol::wrapper
