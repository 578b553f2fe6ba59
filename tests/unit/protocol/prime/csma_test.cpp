// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/csma.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "tests/rigs/prime/modem.hpp"

namespace protocol::prime {
namespace {

using namespace test;

class CsmaTest : public testing::Test, protected TransmitterOwner {
 protected:
  std::uint32_t random() override {
    return fixed ? *fixed : static_cast<std::uint32_t>(draws.next());
  }
  void on_transmitted(std::uint32_t tag, bool sent) override {
    done.emplace_back(tag, sent);
    if (push_next) {
      push_next = false;
      push(100, 20);
    }
  }
  bool push(std::uint32_t tag, std::size_t octets = 21, std::uint8_t priority = 2,
            std::uint8_t rounds = kCsmaRounds) {
    Octets mpdu(octets, 0x11);
    mpdu.back() = static_cast<std::uint8_t>(tag);
    FrameOptions options;
    options.priority = priority;
    options.tag = tag;
    options.rounds = rounds;
    return transmitter.push(mpdu, options);
  }
  void run(std::int64_t until_us = kNoDeadline) {
    while (transmitter.deadline_us() != kNoDeadline && transmitter.deadline_us() <= until_us) {
      modem.now = std::max(modem.now, transmitter.deadline_us());
      transmitter.on_time(modem.now);
    }
  }
  std::int64_t in_frame(std::int64_t at_us) const { return at_us % kFrameUs; }

  Draws draws{1};
  std::optional<std::uint32_t> fixed;
  bool push_next = false;
  std::vector<std::pair<std::uint32_t, bool>> done;
  FakeModem modem;
  std::array<OutgoingFrame, 4> places;
  Transmitter transmitter{modem, places, *this};
};

using Done = std::vector<std::pair<std::uint32_t, bool>>;
constexpr std::int64_t kScpBegin = kBeaconSlotSymbols * kSymbolUs;

TEST_F(CsmaTest, SensesPriorityPlusTwoTimesThreeMillisecondsApart) {
  modem.own_time = true;
  fixed = 0;
  for (std::uint8_t priority = 0; priority <= 3; ++priority) {
    modem.sense_times.clear();
    modem.now = (priority + 1) * kFrameUs;
    ASSERT_TRUE(push(1, 21, priority));
    run();
    ASSERT_EQ(modem.sense_times.size(), priority + kSenseOffset);
    for (std::size_t i = 0; i < modem.sense_times.size(); ++i) {
      EXPECT_EQ(modem.sense_times[i],
                (priority + 1) * kFrameUs + kScpBegin + static_cast<std::int64_t>(i) * kSenseUs);
    }
    EXPECT_EQ(modem.sent.back().at_us, modem.sense_times.back());
    EXPECT_EQ(modem.now, modem.sent.back().at_us + airtime_us(21, Scheme::dbpsk_f));
  }
  EXPECT_EQ(done, (Done{{1, true}, {1, true}, {1, true}, {1, true}}));
}

TEST_F(CsmaTest, BackoffIsDrawnInSymbolsUpToTheFormula) {
  modem.own_time = true;
  for (const std::uint8_t priority : {0, 1, 2, 3}) {
    std::set<std::int64_t> seen;
    for (int round = 0; round < 400; ++round) {
      modem.sense_times.clear();
      modem.now = (modem.now / kFrameUs + 1) * kFrameUs;
      push(1, 21, priority);
      run();
      const std::int64_t backoff = in_frame(modem.sense_times.front()) - kScpBegin;
      ASSERT_EQ(backoff % kSymbolUs, 0);
      seen.insert(backoff / kSymbolUs);
    }
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), (1 << priority) + 1);
  }
}

TEST_F(CsmaTest, NothingLeavesOutsideTheContentionPeriod) {
  modem.own_time = true;
  for (const auto& [slots, cfp] : {std::pair{1u, 0u}, {5u, 0u}, {3u, 150u}}) {
    transmitter.set_period(slots, cfp);
    const std::int64_t begin_us = slots * kBeaconSlotSymbols * kSymbolUs;
    const std::int64_t end_us = ((cfp != 0 ? cfp : kFrameSymbols) - kGuardSymbols) * kSymbolUs;
    EXPECT_EQ(transmitter.scp_us(), end_us - begin_us);
    for (int round = 0; round < 2'000; ++round) {
      modem.now += static_cast<std::int64_t>(draws.below(kFrameUs));
      modem.busy_until_us = modem.now + static_cast<std::int64_t>(draws.below(60'000));
      const std::size_t octets = 20 + draws.below(250);
      push(1, octets);
      const std::size_t before = modem.sent.size();
      run();
      if (modem.sent.size() == before) continue;  // given up
      const auto& frame = modem.sent.back();
      EXPECT_GE(in_frame(frame.at_us), begin_us);
      EXPECT_LE(in_frame(frame.at_us) + airtime_us(octets, frame.scheme), end_us);
    }
  }
}

TEST_F(CsmaTest, AFrameWithoutRoomWaitsForTheNextPeriod) {
  modem.own_time = true;
  fixed = 0;
  modem.now = kFrameUs - 20 * kSymbolUs;
  push(1, 256);  // 100 ms: no room in what is left
  EXPECT_EQ(transmitter.deadline_us(), kFrameUs + kScpBegin);
  run();
  EXPECT_EQ(modem.sent.size(), 1u);
  EXPECT_EQ(modem.sense_times.front(), kFrameUs + kScpBegin);
}

TEST_F(CsmaTest, AFrameThatNeverFitsIsGivenUpAtOnce) {
  modem.own_time = true;
  transmitter.set_period(5, 64);  // 36 symbols are left
  push(1, 256);
  push(2, 21);
  run();
  EXPECT_EQ(done, (Done{{1, false}, {2, true}}));
}

TEST_F(CsmaTest, BusyLineBacksOffAndCounts) {
  modem.own_time = true;
  modem.now = kScpBegin;
  modem.busy_until_us = kScpBegin + 15'000;
  push(1);
  run();
  EXPECT_EQ(done, (Done{{1, true}}));
  EXPECT_GE(transmitter.counters().channel_busy, 1u);
  EXPECT_EQ(transmitter.counters().csma_failed, 0u);
}

TEST_F(CsmaTest, AfterFiveBusyAttemptsARoundHasFailedAndAfterAllRoundsTheFrame) {
  modem.own_time = true;
  modem.line_busy = true;
  push(1, 21, 2, 1);
  run();
  EXPECT_EQ(transmitter.counters().channel_busy, kScpMaxTxAttempts);
  EXPECT_EQ(transmitter.counters().csma_failed, 1u);
  EXPECT_EQ(done, (Done{{1, false}}));
  done.clear();
  push(2, 21, 2, 3);
  const std::int64_t began_us = modem.now;
  run();
  EXPECT_EQ(transmitter.counters().csma_failed, 4u);
  EXPECT_EQ(done, (Done{{2, false}}));
  EXPECT_GE(modem.now - began_us, 2 * kFrameUs - kFrameUs / 2);  // later rounds in later frames
  EXPECT_TRUE(modem.sent.empty());
}

TEST_F(CsmaTest, UrgentFramesOvertakeAndEqualOnesKeepTheirOrder) {
  modem.own_time = true;
  modem.now = kFrameUs - kSymbolUs;  // everything waits for the next period
  push(1, 21, 2);
  push(2, 21, 2);
  push(3, 21, 1);
  push(4, 21, 0);
  EXPECT_FALSE(push(5));
  EXPECT_EQ(transmitter.counters().no_room, 1u);
  run();
  EXPECT_EQ(done, (Done{{4, true}, {3, true}, {1, true}, {2, true}}));
}

TEST_F(CsmaTest, OneFrameAtATimeAlsoWhenPushedFromTheCallback) {
  push_next = true;
  push(1);
  run();
  EXPECT_EQ(done, (Done{{1, true}, {100, true}}));
  ASSERT_EQ(modem.sent.size(), 2u);
  EXPECT_GE(modem.sent[1].at_us, modem.sent[0].at_us + airtime_us(21, Scheme::dbpsk_f));
}

TEST_F(CsmaTest, WithoutFrameTimeItSendsAtAnyMoment) {
  modem.now = kFrameUs - 1;
  fixed = 0;
  push(1, 256);
  run();
  ASSERT_EQ(modem.sent.size(), 1u);
  EXPECT_EQ(modem.sent[0].at_us, kFrameUs - 1 + 3 * kSenseUs);
}

TEST_F(CsmaTest, ClearForgetsWhatWaitsButNotWhatIsInTheAir) {
  push(1);
  push(2);
  while (modem.sent.empty()) {
    modem.now = transmitter.deadline_us();
    transmitter.on_time(modem.now);
  }
  transmitter.clear();
  EXPECT_EQ(transmitter.waiting(), 1u);
  run();
  EXPECT_TRUE(done.empty());
  EXPECT_EQ(modem.sent.size(), 1u);
  EXPECT_EQ(transmitter.waiting(), 0u);
  push(3);
  run();
  EXPECT_EQ(done, (Done{{3, true}}));
}

TEST_F(CsmaTest, OversizedAndTinyFramesAreRefused) {
  EXPECT_FALSE(push(1, kMaxFrameOctets + 1));
  EXPECT_FALSE(push(1, kHeaderMpduOctets));
  EXPECT_TRUE(push(1, kMaxFrameOctets));
}

}  // namespace
}  // namespace protocol::prime
