// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Primary and secondary back to back.
#include <gtest/gtest.h>

#include "tests/unit/protocol/hdlc/line.hpp"

namespace protocol::hdlc {
namespace {

using namespace test;

PrimaryConfig push_reader() {
  PrimaryConfig config;
  config.client = {102, 0, 1};
  return config;
}

Octets pattern(std::size_t n) {
  Octets octets(n);
  for (std::size_t i = 0; i < n; ++i) octets[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
  return octets;
}

// Sends `request` and expects `answer`.
void exchange(Line& line, const Octets& request, const Octets& answer) {
  line.meter.answer = [&](Octets) { return answer; };
  line.reader.answers.clear();
  line.meter.requests.clear();
  ASSERT_TRUE(line.reader.primary.send(line.now_us, request));
  line.run();
  ASSERT_EQ(line.reader.answers, std::vector<Octets>{answer});
  ASSERT_EQ(line.meter.requests.size(), 1u);
  ASSERT_EQ(line.meter.requests[0].second, request);
}

void open(Line& line) {
  line.reader.primary.open(line.now_us);
  line.run();
  ASSERT_TRUE(line.reader.primary.is_open());
}

TEST(Link, OpensExchangesAndCloses) {
  Line line({}, {});
  open(line);
  EXPECT_EQ(line.reader.primary.parameters(), (Parameters{512, 512, 1, 1}));
  EXPECT_TRUE(line.meter.secondary.is_open(16));
  for (int round = 0; round < 20; ++round) exchange(line, pattern(13), pattern(100));
  line.reader.primary.close(line.now_us);
  line.run();
  EXPECT_EQ(line.reader.closed, 1);
  EXPECT_EQ(line.meter.closed,
            (std::vector<std::pair<std::uint16_t, LinkEnd>>{{16, LinkEnd::disconnected}}));
  EXPECT_EQ(line.reader.primary.counters().retransmitted, 0u);
  EXPECT_EQ(line.meter.free.size(), 4u);
}

TEST(Link, BareSnrmGrantsDefaultsAndWritesTheCapturedFrames) {
  PrimaryConfig config;
  config.propose = false;
  SecondaryConfig meter;
  meter.limits = Parameters{};
  Line line(config, meter);
  open(line);
  line.reader.primary.poll(line.now_us);
  line.run();
  line.reader.primary.close(line.now_us);
  line.run();
  ASSERT_EQ(line.seen.size(), 6u);
  EXPECT_EQ(line.seen[0].second, hex("7EA0070321930F017E"));
  EXPECT_EQ(line.seen[1].second, hex("7EA00721037301407E"));
  EXPECT_EQ(line.seen[2].second, hex("7EA00703211115A67E"));
  EXPECT_EQ(line.seen[4].second, hex("7EA00703215303C77E"));
  EXPECT_EQ(line.seen[5].second, hex("7EA00721037301407E"));
  EXPECT_EQ(line.reader.nothing, 1);
}

TEST(Link, SegmentsBothWaysForEveryLengthAroundTheLimit) {
  PrimaryConfig config;
  config.proposal = {128, 128, 1, 1};
  Line line(config, {});
  open(line);
  for (std::size_t n = 120; n < 400; ++n) exchange(line, pattern(n), pattern(520 - n));
  exchange(line, pattern(2000), pattern(2000));
  EXPECT_EQ(line.meter.free.size(), 3u);  // the last answer waits for its acknowledgement
}

TEST(Link, SegmentedAnswerIsAskedForWithRr) {
  PrimaryConfig config;
  config.proposal = {128, 128, 1, 1};
  Line line(config, {});
  open(line);
  line.seen.clear();
  exchange(line, pattern(10), pattern(300));
  ASSERT_EQ(line.seen.size(), 6u);  // I, I segment, RR, I segment, RR, I
  EXPECT_EQ(line.seen[1].second[1], 0xA8);
  EXPECT_EQ(decode(without_flags(line.seen[2].second))->kind, FrameKind::receive_ready);
  EXPECT_EQ(decode(without_flags(line.seen[2].second))->nr, 1);
  EXPECT_EQ(line.seen[5].second[1] & 0x08, 0);
}

TEST(Link, WindowsUpToSevenCarryTheSame) {
  for (std::uint8_t window = 1; window <= 7; ++window) {
    PrimaryConfig config;
    config.proposal = {64, 64, window, window};
    SecondaryConfig meter;
    meter.limits = {512, 512, window, window};
    Line line(config, meter);
    open(line);
    line.seen.clear();
    for (std::size_t n = 1; n < 1500; n += 97) exchange(line, pattern(n), pattern(1500 - n));
    EXPECT_EQ(line.reader.primary.counters().retransmitted, 0u) << "window " << int{window};
  }
}

TEST(Link, EveryLostFrameIsMadeGood) {
  for (const std::uint8_t window : {1, 3}) {
    for (int lost = 0; lost < 16; ++lost) {
      PrimaryConfig config;
      config.proposal = {128, 128, window, window};
      SecondaryConfig meter;
      meter.limits = {512, 512, window, window};
      Line line(config, meter);
      int count = 0;
      line.disturb = [&](bool, Octets frame) -> std::optional<Octets> {
        if (count++ == lost) return std::nullopt;
        return frame;
      };
      open(line);
      exchange(line, pattern(400), pattern(500));
      exchange(line, pattern(5), pattern(6));
      line.reader.primary.close(line.now_us);
      line.run();
      EXPECT_EQ(line.reader.closed, 1) << "frame " << lost << " window " << int{window};
      EXPECT_TRUE(line.reader.failures.empty());
    }
  }
}

TEST(Link, TheMeterExecutesARepeatedRequestOnce) {
  Line line({}, {});
  open(line);
  bool lose = true;
  line.disturb = [&](bool to_meter, Octets frame) -> std::optional<Octets> {
    if (!to_meter && std::exchange(lose, false)) return std::nullopt;
    return frame;
  };
  exchange(line, pattern(20), pattern(30));  // asserts one request
  EXPECT_EQ(line.reader.primary.counters().retransmitted, 1u);
  EXPECT_EQ(line.meter.secondary.counters().retransmitted, 1u);
}

// Two frames in ten damaged, lost or doubled: every exchange that ends well ends with the right
// octets, a failed one is told as such, and a reopened link is clean again.
TEST(Link, RandomLossDamageAndDoublesNeverCorrupt) {
  for (const std::uint64_t seed : {1u, 2u, 3u, 4u, 5u, 6u}) {
    Draws draws(seed);
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    PrimaryConfig config;
    const auto window = static_cast<std::uint8_t>(1 + draws.below(7));
    config.proposal = {128, 128, window, window};
    SecondaryConfig meter;
    meter.limits = {128, 128, window, window};
    Line line(config, meter);
    line.disturb = [&](bool, Octets frame) -> std::optional<Octets> {
      const std::size_t fate = draws.below(20);
      if (fate == 0) return std::nullopt;
      if (fate == 1)
        frame[draws.below(frame.size())] ^= static_cast<std::uint8_t>(1 + draws.below(255));
      if (fate == 2) return concat({frame, frame});
      if (fate == 3) frame.resize(draws.below(frame.size()));
      return frame;
    };
    int good = 0;
    for (int round = 0; round < 2'000; ++round) {
      if (!line.reader.primary.is_open()) {
        line.reader.primary.open(line.now_us);
        line.run();
        continue;
      }
      const Octets request = draws.octets(1 + draws.below(400));
      const Octets answer = draws.octets(1 + draws.below(600));
      line.meter.answer = [&](Octets) { return answer; };
      line.reader.answers.clear();
      line.meter.requests.clear();
      ASSERT_TRUE(line.reader.primary.send(line.now_us, request));
      line.run();
      ASSERT_TRUE(line.reader.primary.idle());
      ASSERT_LE(line.meter.requests.size(), 1u) << "round " << round;
      for (const auto& [client, heard] : line.meter.requests) ASSERT_EQ(heard, request);
      if (line.reader.answers.empty()) continue;
      ASSERT_EQ(line.reader.answers, std::vector<Octets>{answer}) << "round " << round;
      ++good;
    }
    EXPECT_GT(good, 1'200);
  }
}

TEST(Link, APushIsDeliveredOnceItsAcknowledgementArrives) {
  SecondaryConfig meter;
  Line line(push_reader(), meter);
  open(line);
  line.meter.pushes = {pattern(300), pattern(700)};
  line.reader.primary.poll(line.now_us);
  line.run();
  EXPECT_EQ(line.reader.answers, std::vector<Octets>{pattern(300)});
  EXPECT_TRUE(line.meter.delivered.empty());
  line.reader.primary.poll(line.now_us);  // carries N(R): the first one is handed over
  line.run();
  EXPECT_EQ(line.meter.delivered.size(), 1u);
  EXPECT_EQ(line.reader.answers.back(), pattern(700));
  line.reader.primary.poll(line.now_us);
  line.run();
  EXPECT_EQ(line.meter.delivered.size(), 2u);
  EXPECT_EQ(line.reader.nothing, 1);
  EXPECT_EQ(line.meter.free.size(), 4u);
}

TEST(Link, APushThatWasNotHeardIsSentAgainAfterReopening) {
  Line line(push_reader(), {});
  open(line);
  line.meter.pushes = {pattern(100)};
  line.disturb = [](bool to_meter, Octets frame) -> std::optional<Octets> {
    if (!to_meter) return std::nullopt;
    return frame;
  };
  line.reader.primary.poll(line.now_us);
  line.run();
  EXPECT_EQ(line.reader.failures, std::vector<LinkFailure>{LinkFailure::timeout});
  line.disturb = [](bool, Octets frame) { return frame; };
  open(line);
  line.reader.primary.poll(line.now_us);
  line.run();
  EXPECT_EQ(line.reader.answers, std::vector<Octets>{pattern(100)});
  EXPECT_TRUE(line.meter.delivered.empty());
}

TEST(Link, ADeadMeterIsGivenUpAfterThreeTries) {
  Line line({}, {});
  line.disturb = [](bool, Octets) -> std::optional<Octets> { return std::nullopt; };
  line.reader.primary.open(line.now_us);
  line.run();
  EXPECT_EQ(line.seen.size(), 3u);
  EXPECT_EQ(line.reader.failures, std::vector<LinkFailure>{LinkFailure::timeout});
  EXPECT_FALSE(line.reader.primary.is_open());
}

TEST(Link, AMeterThatForgotTheLinkSaysSo) {
  Line line({}, {});
  open(line);
  line.meter.secondary.reset();
  ASSERT_TRUE(line.reader.primary.send(line.now_us, pattern(9)));
  line.run();
  EXPECT_EQ(line.reader.failures, std::vector<LinkFailure>{LinkFailure::refused});
  open(line);
  exchange(line, pattern(9), pattern(10));
}

TEST(Link, NoAnswerToARequestIsGivenUp) {
  Line line({}, {});
  open(line);
  line.meter.answer = [](Octets) { return Octets{}; };
  const std::int64_t start_us = line.now_us;
  ASSERT_TRUE(line.reader.primary.send(line.now_us, pattern(9)));
  line.run();
  EXPECT_EQ(line.reader.failures, std::vector<LinkFailure>{LinkFailure::no_answer});
  EXPECT_GE(line.now_us - start_us, PrimaryConfig{}.answer_timeout_us);
  EXPECT_LE(line.now_us - start_us, PrimaryConfig{}.answer_timeout_us + 1'000'000);
}

TEST(Link, AMeterWithoutMemorySaysNotReadyAndIsAskedAgain) {
  Line line({}, {}, 1);
  open(line);
  MutableBytes held = line.meter.take_buffer();
  line.disturb = [&](bool to_meter, Octets frame) -> std::optional<Octets> {
    if (line.seen.size() == 8 && !held.empty()) {  // some polls later there is room
      line.meter.give_buffer(std::exchange(held, {}));
    }
    static_cast<void>(to_meter);
    return frame;
  };
  exchange(line, pattern(9), pattern(10));
  EXPECT_GE(line.meter.secondary.counters().no_buffer, 1u);
}

TEST(Link, AnAnswerThatOutgrowsTheReaderIsRefused) {
  Line line({}, {}, 4, 1'000);
  open(line);
  exchange(line, pattern(9), pattern(1'000 - kLlcOctets));
  line.meter.answer = [](Octets) { return pattern(1'001 - kLlcOctets); };
  ASSERT_TRUE(line.reader.primary.send(line.now_us, pattern(9)));
  line.run();
  EXPECT_EQ(line.reader.failures, std::vector<LinkFailure>{LinkFailure::too_long});
}

TEST(Link, ARequestThatOutgrowsItsBufferIsNotSent) {
  Line line({}, {});
  open(line);
  EXPECT_FALSE(line.reader.primary.send(line.now_us, pattern(kBufferOctets - kLlcOctets + 1)));
  EXPECT_FALSE(line.reader.primary.send(line.now_us, {}));
  EXPECT_TRUE(line.reader.primary.idle());
}

}  // namespace
}  // namespace protocol::hdlc
