// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Requests from the network to the meter and their answers.
#include <gtest/gtest.h>

#include "protocol/hdlc/frame.hpp"
#include "tests/rigs/cm1/world.hpp"

namespace cm1::fw::test {
namespace {

using protocol::hdlc::LinkEnd;

class RelayTest : public testing::Test {
 protected:
  void SetUp() override {
    world_.provision.listen_port = 4060;
    world_.provision.poll_period_s = 0;
    world_.commission(world_.provision);
    world_.power_on();
    world_.run_for(60 * kSecond);
    ASSERT_TRUE(world_.module().uplink().connected());
    head_end_ = world_.head_end_socket();
    world_.meter.answer_public = true;
    world_.meter.answer = [](Octets request) {
      request.push_back(0xEE);
      return request;
    };
    world_.associate(head_end_, 1);
    forget();
  }
  void forget() {
    world_.received.clear();
    world_.meter.requests.clear();
    world_.meter.opened.clear();
    world_.meter.closed.clear();
  }
  static Octets apdu(std::uint8_t number, std::size_t n = 20) {
    Octets octets(n, number);
    octets[0] = 0xC0;
    return octets;
  }
  static Octets answered(Octets request) {
    request.push_back(0xEE);
    return request;
  }
  World world_;
  int head_end_ = CM1_SOCKET_NONE;
};

TEST_F(RelayTest, fault_12_a_notification_in_front_does_not_take_the_answers_place) {
  const Octets event{0xC2, 0, 0, 1, 0, 0, 1, 0, 0, 0xFF, 2, 0x11, 0};
  const Octets sealed{0xDB, 0x08, 'A', 'M', 'I', 0, 0, 0, 0, 7, 0x06, 0x30, 0, 0, 0, 1, 0x55};
  world_.meter.in_front = {event, sealed};
  world_.deliver_message(head_end_, 1, 1, apdu(7));
  world_.deliver_message(head_end_, 1, 1, apdu(8));
  world_.run_for(20 * kSecond);
  std::vector<Octets> came;
  for (const Received& message : world_.received) {
    EXPECT_EQ(message.destination, 1);
    came.push_back(message.apdu);
  }
  EXPECT_EQ(came, (std::vector<Octets>{event, sealed, answered(apdu(7)), event, sealed,
                                       answered(apdu(8))}));
  EXPECT_EQ(world_.meter.requests.size(), 2u);
}

TEST_F(RelayTest, AnAnswerComesBackWithItsPortsSwapped) {
  world_.deliver_message(head_end_, 1, 1, apdu(7));
  world_.run_for(5 * kSecond);
  ASSERT_EQ(world_.received.size(), 1u);
  EXPECT_EQ(world_.received[0].source, 1);
  EXPECT_EQ(world_.received[0].destination, 1);
  EXPECT_EQ(world_.received[0].apdu, answered(apdu(7)));
  world_.associate(head_end_, 16);
  EXPECT_EQ(world_.received.back().source, 1);
  EXPECT_EQ(world_.received.back().destination, 16);
}

TEST_F(RelayTest, ALinkIsOpenedOnceAndUsedAgain) {
  for (std::uint8_t i = 0; i < 5; ++i) {
    world_.deliver_message(head_end_, 1, 1, apdu(i));
    world_.run_for(3 * kSecond);
  }
  EXPECT_TRUE(world_.meter.opened.empty());  // with the association, before
  EXPECT_EQ(world_.received.size(), 5u);
}

TEST_F(RelayTest, LongApdusPassInSegments) {
  for (const std::size_t n : {std::size_t{500}, std::size_t{1024}, kMaxApdu - 1}) {
    world_.deliver_message(head_end_, 1, 1, apdu(3, n));
    world_.run_for(20 * kSecond);
    ASSERT_FALSE(world_.received.empty());
    EXPECT_EQ(world_.received.back().apdu, answered(apdu(3, n))) << n;
  }
}

TEST_F(RelayTest, EachSocketGetsItsOwnAnswers) {
  const int other = world_.connect_in();
  ASSERT_NE(other, CM1_SOCKET_NONE);
  world_.associate(other, 16);
  forget();
  for (std::uint8_t i = 0; i < 4; ++i) {
    world_.deliver_message(head_end_, 1, 1, apdu(i));
    world_.deliver_message(other, 16, 1, apdu(static_cast<std::uint8_t>(100 + i)));
  }
  world_.run_for(20 * kSecond);
  ASSERT_EQ(world_.received.size(), 8u);
  for (const Received& message : world_.received) {
    const bool from_other = message.apdu[1] >= 100;
    EXPECT_EQ(message.socket, from_other ? other : head_end_);
    EXPECT_EQ(message.destination, from_other ? 16 : 1);
  }
  EXPECT_EQ(world_.listening, 4060);
}

TEST_F(RelayTest, OneRequestAtATimeIsOnTheLine) {
  world_.associate(head_end_, 2);
  forget();
  for (std::uint8_t i = 0; i < 6; ++i) world_.deliver_message(head_end_, 1 + i % 2, 1, apdu(i));
  world_.line_frames.clear();
  world_.run_for(30 * kSecond);
  ASSERT_EQ(world_.meter.requests.size(), 6u);
  for (std::uint8_t i = 0; i < 6; ++i) EXPECT_EQ(world_.meter.requests[i].second, apdu(i));
  EXPECT_EQ(world_.module().line().silences(), 0u);
}

TEST_F(RelayTest, AReleasedAssociationClosesItsLink) {
  world_.meter.answer = [](Octets) { return Octets{0x63, 0x03, 0x80, 0x01, 0x00}; };
  world_.deliver_message(head_end_, 1, 1, {0x62, 0x03, 0x80, 0x01, 0x00});
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.received.size(), 1u);
  EXPECT_EQ(world_.meter.closed,
            (std::vector<std::pair<std::uint16_t, LinkEnd>>{{1, LinkEnd::disconnected}}));
}

TEST_F(RelayTest, ARestingLinkIsClosedBeforeTheMeterLosesPatience) {
  world_.deliver_message(head_end_, 1, 1, apdu(1));
  world_.run_for(80 * kSecond);
  EXPECT_TRUE(world_.meter.closed.empty());
  world_.run_for(20 * kSecond);
  EXPECT_EQ(world_.meter.closed,
            (std::vector<std::pair<std::uint16_t, LinkEnd>>{{1, LinkEnd::disconnected}}));
}

TEST_F(RelayTest, AFifthClientTakesTheOldestLinkThatNobodyHolds) {
  world_.meter.accepts = false;  // links without associations
  for (const std::uint16_t client : {16, 2, 3, 4}) world_.associate(head_end_, client);
  EXPECT_EQ(world_.received.size(), 4u);
  EXPECT_EQ(world_.meter.closed,
            (std::vector<std::pair<std::uint16_t, LinkEnd>>{{16, LinkEnd::disconnected}}));
}

TEST_F(RelayTest, ASilentMeterIsAnsweredForWithAnException) {
  world_.meter.alive = false;
  world_.deliver_message(head_end_, 1, 1, apdu(1));
  world_.run_for(10 * kSecond);
  ASSERT_EQ(world_.received.size(), 1u);
  EXPECT_EQ(world_.received[0].apdu, kException);
  EXPECT_EQ(world_.received[0].source, 1);
  EXPECT_EQ(world_.received[0].destination, 1);
  EXPECT_EQ(world_.module().counters().unanswered, 1u);
  world_.meter.alive = true;
  world_.associate(head_end_, 1);  // nobody knows what became of the one before
  world_.deliver_message(head_end_, 1, 1, apdu(2));
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.apdus().back(), answered(apdu(2)));
}

TEST_F(RelayTest, AMeterThatRestartedIsAskedAgainOnANewLink) {
  world_.deliver_message(head_end_, 1, 1, apdu(1));
  world_.run_for(5 * kSecond);
  world_.meter.restart();
  world_.deliver_message(head_end_, 1, 1, apdu(2));
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.apdus(), (std::vector<Octets>{answered(apdu(1)), answered(apdu(2))}));
  EXPECT_EQ(world_.module().line().reopened(), 1u);
}

TEST_F(RelayTest, AnswersForAClosedSocketGoNowhere) {
  const int other = world_.connect_in();
  world_.associate(other, 16);
  forget();
  world_.deliver_message(other, 16, 1, apdu(1));
  world_.deliver_message(other, 16, 1, apdu(2));
  world_.run_for(450'000);  // the first request is on the line
  world_.close_from_far_end(other);
  const int next = world_.connect_in();
  EXPECT_EQ(next, other);  // the same socket number, another peer
  world_.run_for(10 * kSecond);
  EXPECT_TRUE(world_.received.empty());
  EXPECT_EQ(world_.meter.requests.size(), 1u);
  world_.associate(next, 16);
  forget();
  world_.deliver_message(next, 16, 1, apdu(3));
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.apdus(), (std::vector<Octets>{answered(apdu(3))}));
}

TEST_F(RelayTest, WhatTheQueueCannotTakeIsRefusedAtOnce) {
  for (int i = 0; i < 12; ++i) {
    world_.deliver_message(head_end_, 1, 1, apdu(static_cast<std::uint8_t>(i), 400));
  }
  world_.deliver_message(head_end_, 300, 1, apdu(1));  // no HDLC address
  world_.run_for(60 * kSecond);
  std::size_t exceptions = 0;
  for (const Received& message : world_.received) exceptions += message.apdu == kException;
  EXPECT_EQ(world_.received.size(), 13u);
  EXPECT_EQ(exceptions, world_.module().counters().refused);
  EXPECT_GE(exceptions, 4u);
  EXPECT_EQ(world_.module().counters().answers, 1 + 13u - exceptions);
}

TEST_F(RelayTest, AFullStackHoldsTheAnswerBackNotLost) {
  world_.stack_octets = 100;
  world_.deliver_message(head_end_, 1, 1, apdu(1, 60));
  world_.deliver_message(head_end_, 1, 1, apdu(2, 60));
  world_.deliver_message(head_end_, 1, 1, apdu(3, 60));
  world_.run_for(30 * kSecond);
  EXPECT_EQ(world_.apdus(), (std::vector<Octets>{answered(apdu(1, 60)), answered(apdu(2, 60)),
                                                 answered(apdu(3, 60))}));
}

TEST_F(RelayTest, GarbageClosesAnIncomingSocketAndCounts) {
  const int other = world_.connect_in();
  world_.deliver(other, {'G', 'E', 'T', ' ', '/'});
  world_.run_for(2 * kSecond);
  EXPECT_EQ(world_.module().uplink().counters().malformed, 1u);
  EXPECT_EQ(world_.connect_in(), other);  // free again
  world_.deliver_message(head_end_, 1, 1, apdu(1));
  world_.run_for(5 * kSecond);
  EXPECT_EQ(world_.received.size(), 1u);
}

TEST_F(RelayTest, GarbageFromTheHeadEndMeansReconnecting) {
  world_.deliver(head_end_, {0, 1, 0, 1, 0, 1, 0xFF, 0xFF});  // longer than any APDU
  world_.run_for(60 * kSecond);
  EXPECT_EQ(world_.module().uplink().counters().connects, 2u);
  EXPECT_EQ(world_.module().uplink().counters().malformed, 1u);
}

TEST_F(RelayTest, EmptyMessagesAreCountedAndIgnored) {
  world_.deliver_message(head_end_, 1, 1, {});
  world_.run_for(5 * kSecond);
  EXPECT_TRUE(world_.received.empty());
  EXPECT_EQ(world_.module().counters().malformed, 1u);
}

TEST_F(RelayTest, ADisturbedLineDelaysButDoesNotCorrupt) {
  int count = 0;
  world_.meter.answer = [&](Octets request) {
    world_.line_cut = ++count % 2 == 1;  // every other acknowledgement is lost
    return answered(request);
  };
  for (std::uint8_t i = 0; i < 4; ++i) {
    world_.line_cut = false;
    world_.deliver_message(head_end_, 1, 1, apdu(i));
    world_.run_for(2 * kSecond);
    world_.line_cut = false;
    world_.run_for(10 * kSecond);
  }
  EXPECT_EQ(world_.received.size(), 4u);
}

}  // namespace
}  // namespace cm1::fw::test
