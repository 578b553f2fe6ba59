// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The meter's side against single frames: what a client may do wrong.
#include <gtest/gtest.h>

#include "protocol/hdlc/fcs.hpp"
#include "tests/unit/protocol/hdlc/line.hpp"

namespace protocol::hdlc {
namespace {

using namespace test;

class SecondaryTest : public testing::Test {
 protected:
  Frame command(FrameKind kind, std::uint16_t client = 16) {
    Frame frame;
    frame.destination = kMeter;
    frame.source = {client, 0, 1};
    frame.kind = kind;
    frame.poll_final = true;
    return frame;
  }
  Frame request(std::uint8_t ns, std::uint8_t nr, const Octets& information,
                std::uint16_t client = 16) {
    Frame frame = command(FrameKind::information, client);
    frame.ns = ns;
    frame.nr = nr;
    frame.information = information;
    return frame;
  }
  // What the meter answers; nothing when it stays silent.
  std::optional<Frame> ask(const Frame& frame) {
    meter_.sent.clear();
    meter_.secondary.on_bytes(now_us_, encoded(frame));
    if (meter_.sent.empty()) return std::nullopt;
    last_ = meter_.sent.front();
    return *decode(without_flags(last_));
  }
  void open(std::uint16_t client = 16) {
    Frame snrm = command(FrameKind::snrm, client);
    const Octets information = hex("818014050202000602020007040000000108 0400000001");
    snrm.information = information;  // 512 octets both ways
    ASSERT_EQ(ask(snrm)->kind, FrameKind::ua);
  }

  std::int64_t now_us_ = 0;
  Octets last_;
  SecondaryConfig config_ = [] {
    SecondaryConfig config;
    config.physical_device = 0x11;
    config.patient_client_sap = 102;
    config.patient_inactivity_us = 900'000'000;
    return config;
  }();
  MeterEnd meter_{config_, 4, 8};
  const Octets apdu_ = hex("E6E600C001C1");
};

TEST_F(SecondaryTest, ClosedLinksAnswerDm) {
  EXPECT_EQ(ask(command(FrameKind::receive_ready))->kind, FrameKind::dm);
  EXPECT_EQ(ask(request(0, 0, apdu_))->kind, FrameKind::dm);
  EXPECT_EQ(ask(command(FrameKind::disconnect))->kind, FrameKind::dm);
  Frame no_poll = command(FrameKind::receive_ready);
  no_poll.poll_final = false;
  EXPECT_FALSE(ask(no_poll));
  EXPECT_TRUE(meter_.requests.empty());
}

TEST_F(SecondaryTest, FourClientsSideBySideKeepTheirOwnSequence) {
  for (const std::uint16_t client : {16, 1, 2, 102}) open(client);
  EXPECT_EQ(ask(command(FrameKind::snrm, 3))->kind, FrameKind::dm);  // a fifth one has no room
  for (std::uint8_t round = 0; round < 20; ++round) {
    for (const std::uint16_t client : {16, 1, 2, 102}) {
      const std::uint8_t number = round & 7;
      const std::optional<Frame> answer = ask(request(number, number, apdu_, client));
      ASSERT_TRUE(answer);
      EXPECT_EQ(answer->destination, (Address{client, 0, 1}));
      EXPECT_EQ(answer->ns, number);
      EXPECT_EQ(answer->nr, (number + 1) & 7);
      EXPECT_EQ(copy(answer->information), hex("E6E700C001C1"));
    }
    meter_.secondary.on_bytes(now_us_, hex("7EA0070321930F017F"));  // noise between
  }
  EXPECT_EQ(meter_.requests.size(), 80u);
}

TEST_F(SecondaryTest, OtherStationsAreLeftAlone) {
  Frame frame = command(FrameKind::snrm);
  frame.destination = {2, 0, 1};
  EXPECT_FALSE(ask(frame));
  frame.destination = {1, 0x12, 2};
  EXPECT_FALSE(ask(frame));
  frame.destination = {1, 0x11, 2};
  EXPECT_EQ(ask(frame)->source, (Address{1, 0x11, 2}));
  frame.destination = {1, 0x11, 4};
  EXPECT_EQ(ask(frame)->kind, FrameKind::ua);
  EXPECT_EQ(meter_.secondary.counters().not_for_us, 2u);
}

// Upper 1, lower all stations: every meter on the bus would answer at once, with the address of
// all.
TEST_F(SecondaryTest, fault_27_an_all_station_address_above_or_below_is_never_answered) {
  open();
  for (const Address& several :
       {Address{1, kAllStation7, 2}, Address{1, kAllStation14, 4}, Address{kAllStation7, 0x11, 2},
        Address{kAllStation14, 0x11, 4}, Address{kAllStation7, 0, 1}}) {
    for (const FrameKind kind : {FrameKind::snrm, FrameKind::disconnect, FrameKind::receive_ready,
                                 FrameKind::information, FrameKind::ui}) {
      Frame frame = command(kind);
      frame.destination = several;
      if (kind == FrameKind::information || kind == FrameKind::ui) frame.information = apdu_;
      EXPECT_FALSE(ask(frame)) << several.upper << '.' << several.lower;
    }
  }
  EXPECT_EQ(meter_.unconfirmed.size(), 5u) << "heard, but nothing said";
  EXPECT_TRUE(meter_.requests.empty());
  EXPECT_EQ(ask(request(0, 0, apdu_))->kind, FrameKind::information) << "the link is as it was";
}

// What idle-line detection cut off goes nowhere: neither with the octets that come next nor alone.
TEST_F(SecondaryTest, fault_29_a_frame_without_its_last_flag_is_dropped) {
  open();
  Octets cut = encoded(request(0, 0, apdu_));
  cut.pop_back();
  meter_.sent.clear();
  meter_.secondary.on_bytes(now_us_, cut);
  EXPECT_TRUE(meter_.sent.empty());
  EXPECT_TRUE(meter_.requests.empty());
  now_us_ += 11'000'000;
  const std::optional<Frame> answer = ask(command(FrameKind::receive_ready));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->kind, FrameKind::receive_ready);
  EXPECT_EQ(answer->nr, 0) << "the cut frame was never taken";
  EXPECT_TRUE(meter_.requests.empty());
}

TEST_F(SecondaryTest, BroadcastIsTakenOnlyUnnumberedAndNeverAnswered) {
  Frame frame = command(FrameKind::snrm);
  frame.destination = {kAllStation7, 0, 1};
  EXPECT_FALSE(ask(frame));
  frame.kind = FrameKind::ui;
  frame.information = apdu_;
  EXPECT_FALSE(ask(frame));
  ASSERT_EQ(meter_.unconfirmed.size(), 1u);
  EXPECT_EQ(meter_.unconfirmed[0].second, hex("C001C1"));
}

TEST_F(SecondaryTest, SnrmOnAnOpenLinkStartsAfresh) {
  open();
  EXPECT_EQ(ask(request(0, 0, apdu_))->ns, 0);
  open();
  EXPECT_EQ(meter_.closed.back().second, LinkEnd::reopened);
  EXPECT_EQ(ask(request(0, 0, apdu_))->ns, 0);
  EXPECT_EQ(meter_.free.size(), 7u);  // the undelivered answer gave its memory back
}

TEST_F(SecondaryTest, AnAcknowledgementOfWhatWasNeverSentIsRejected) {
  open();
  Frame frame = command(FrameKind::receive_ready);
  frame.nr = 3;
  const std::optional<Frame> answer = ask(frame);
  ASSERT_EQ(answer->kind, FrameKind::frmr);
  EXPECT_EQ(copy(answer->information), hex("710008"));  // control, V(R) and V(S), reason z
  // Nothing but a new link helps.
  EXPECT_EQ(ask(request(0, 0, apdu_))->kind, FrameKind::frmr);
  EXPECT_TRUE(meter_.requests.empty());
  open();
  EXPECT_EQ(ask(request(0, 0, apdu_))->kind, FrameKind::information);
}

TEST_F(SecondaryTest, UnknownControlAndOversizedInformationAreRejected) {
  open();
  Octets unknown = hex("7EA007032139");
  const std::uint16_t fcs = fcs16(Bytes(unknown).subspan(1));
  unknown.push_back(static_cast<std::uint8_t>(fcs & 0xFF));
  unknown.push_back(static_cast<std::uint8_t>(fcs >> 8));
  unknown.push_back(kFlag);
  meter_.secondary.on_bytes(now_us_, unknown);
  EXPECT_EQ(copy(decode(without_flags(meter_.sent.back()))->information), hex("390001"));
  open();
  Frame probe = command(FrameKind::receive_ready);
  probe.information = apdu_;
  EXPECT_EQ(copy(ask(probe)->information)[2], 0x02);
  open();
  const Octets large(513, 0x11);
  EXPECT_EQ(copy(ask(request(0, 0, large))->information)[2], 0x04);
}

TEST_F(SecondaryTest, WrongLlcHeaderIsAcknowledgedButNotAnswered) {
  open();
  EXPECT_EQ(ask(request(0, 0, hex("E6E700C001C1")))->kind, FrameKind::receive_ready);
  EXPECT_EQ(ask(request(1, 0, hex("E6E600")))->kind, FrameKind::receive_ready);
  EXPECT_TRUE(meter_.requests.empty());
  EXPECT_EQ(meter_.secondary.counters().malformed, 2u);
  EXPECT_EQ(meter_.free.size(), 8u);
}

TEST_F(SecondaryTest, MalformedParametersGetNoLink) {
  Frame frame = command(FrameKind::snrm);
  const Octets information = hex("818003050100");
  frame.information = information;
  EXPECT_EQ(ask(frame)->kind, FrameKind::dm);
  EXPECT_FALSE(meter_.secondary.is_open(16));
}

TEST_F(SecondaryTest, ARequestLargerThanTheBufferIsSkippedToItsEnd) {
  open();
  const Octets part = concat({hex("E6E600"), Octets(500, 0x22)});
  std::uint8_t ns = 0;
  for (int i = 0; i < 6; ++i) {
    Frame frame = request(ns, 0, part);
    frame.segmented = i < 5;
    EXPECT_EQ(ask(frame)->kind, FrameKind::receive_ready);
    ns = next_sequence(ns);
  }
  EXPECT_TRUE(meter_.requests.empty());
  EXPECT_EQ(ask(request(ns, 0, apdu_))->kind, FrameKind::information);
  EXPECT_EQ(meter_.requests.size(), 1u);
  EXPECT_EQ(meter_.free.size(), 7u);
}

TEST_F(SecondaryTest, InactiveLinksEndEachAfterItsOwnPatience) {
  open(16);
  now_us_ += 60'000'000;
  open(102);
  EXPECT_EQ(meter_.secondary.deadline_us(), 120'000'000);
  meter_.secondary.on_time(119'999'999);
  EXPECT_TRUE(meter_.secondary.is_open(16));
  meter_.secondary.on_time(120'000'000);
  EXPECT_FALSE(meter_.secondary.is_open(16));
  EXPECT_EQ(meter_.secondary.deadline_us(), 960'000'000);
  now_us_ = 900'000'000;
  EXPECT_EQ(ask(command(FrameKind::receive_ready, 102))->kind, FrameKind::receive_ready);
  EXPECT_EQ(meter_.secondary.deadline_us(), 1'800'000'000);
  meter_.secondary.on_time(1'800'000'000);
  EXPECT_EQ(meter_.closed.back(), (std::pair<std::uint16_t, LinkEnd>{102, LinkEnd::inactive}));
  EXPECT_EQ(meter_.secondary.deadline_us(), kNoDeadline);
}

TEST_F(SecondaryTest, ABusyClientGetsItsAnswerWhenReadyAgain) {
  open();
  Frame busy = command(FrameKind::receive_not_ready);
  EXPECT_EQ(ask(busy)->kind, FrameKind::receive_ready);
  meter_.pushes = {hex("0F")};
  EXPECT_EQ(ask(busy)->kind, FrameKind::receive_ready);
  EXPECT_EQ(meter_.polls, 0);
  EXPECT_EQ(ask(command(FrameKind::receive_ready))->kind, FrameKind::information);
}

TEST_F(SecondaryTest, AnAnswerThatTookThePlaceOfAPushDoesNotDeliverIt) {
  open(102);
  meter_.pushes = {hex("0F0102")};
  EXPECT_EQ(copy(ask(command(FrameKind::receive_ready, 102))->information), hex("E6E7000F0102"));
  EXPECT_EQ(ask(request(0, 0, apdu_, 102))->ns, 0);  // the push was not heard
  Frame acknowledgement = command(FrameKind::receive_ready, 102);
  acknowledgement.nr = 1;
  const std::optional<Frame> again = ask(acknowledgement);
  EXPECT_TRUE(meter_.delivered.empty());
  EXPECT_EQ(copy(again->information), hex("E6E7000F0102"));
  acknowledgement.nr = 2;
  EXPECT_EQ(ask(acknowledgement)->kind, FrameKind::receive_ready);
  EXPECT_EQ(meter_.delivered, (std::vector<std::uint16_t>{102}));
}

// Half the frames follow what the meter said last, the rest are anything at all.
TEST_F(SecondaryTest, RandomFramesNeverBreakIt) {
  const std::uint64_t seed = 99;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  std::uint8_t expected_ns = 0, expected_nr = 0;
  for (int round = 0; round < 200'000; ++round) {
    Octets information = draws.octets(draws.below(40));
    if (draws.below(4) != 0) information = concat({hex("E6E600"), information});
    const bool sensible = draws.below(2) == 0;
    Frame frame = command(static_cast<FrameKind>(sensible ? 0 : draws.below(9)),
                          static_cast<std::uint16_t>(sensible ? 1 : draws.below(4)));
    frame.ns = sensible ? expected_ns : static_cast<std::uint8_t>(draws.below(8));
    frame.nr = sensible ? expected_nr : static_cast<std::uint8_t>(draws.below(8));
    frame.poll_final = draws.below(4) != 0;
    frame.segmented = draws.below(4) == 0;
    if (frame.kind == FrameKind::snrm && draws.below(2) == 0) information.clear();
    frame.information = information;
    const std::optional<Frame> answer = ask(frame);
    if (answer && answer->destination.upper == 1) {
      const bool information_frame = answer->kind == FrameKind::information;
      expected_nr = information_frame ? next_sequence(answer->ns) : expected_nr;
      expected_ns = answer->nr;
      if (answer->kind == FrameKind::frmr || answer->kind == FrameKind::dm) {
        ask(command(FrameKind::snrm, 1));
        expected_nr = 0;
      }
    }
    now_us_ += static_cast<std::int64_t>(draws.below(1'000'000));
    meter_.secondary.on_time(now_us_);
  }
  meter_.secondary.reset();
  EXPECT_EQ(meter_.free.size(), 8u);  // no buffer is ever lost
  EXPECT_GT(meter_.requests.size(), 10'000u);
}

}  // namespace
}  // namespace protocol::hdlc
