// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "protocol/prime/arq.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>

#include "tests/rigs/prime/octets.hpp"

namespace protocol::prime {
namespace {

using namespace test;

Octets with_header(const ArqHeader& header, const Octets& rest = {}) {
  Octets octets = encoded(header);
  octets.insert(octets.end(), rest.begin(), rest.end());
  return octets;
}

TEST(ArqHeader, ChainsOctetByOctet) {
  ArqHeader header;
  header.packet_id = 5;
  EXPECT_EQ(encoded(header), hex("05"));
  header.flush = true;
  header.has_ack = true;
  header.ack_id = 17;
  EXPECT_EQ(encoded(header), hex("C5 11"));
  header.window = 4;
  header.n_nacks = 2;
  header.nacks = {14, 16};
  EXPECT_EQ(encoded(header), hex("C5 84 CE D0 11"));
  header.has_ack = false;
  EXPECT_EQ(encoded(header), hex("C5 84 CE 50"));  // the last NACK ends the chain
}

TEST(ArqHeader, ReadsWhatItWroteAndNothingShorter) {
  const std::uint64_t seed = 20'260'302;
  Draws draws(seed);
  SCOPED_TRACE(testing::Message() << "seed " << seed);
  for (int round = 0; round < 20'000; ++round) {
    ArqHeader header;
    header.packet_id = draws.below(64) & 0x3F;
    header.flush = draws.below(2) == 0;
    header.n_nacks = static_cast<std::uint8_t>(draws.below(kArqMaxNacks + 1));
    for (unsigned i = 0; i < header.n_nacks; ++i) header.nacks[i] = draws.below(64) & 0x3F;
    header.has_ack = draws.below(2) == 0;
    if (header.has_ack) header.ack_id = draws.below(64) & 0x3F;
    if (header.has_ack || header.n_nacks > 0) header.window = draws.below(32) & 0x1F;
    const Octets octets = with_header(header, hex("AABB"));
    Bytes rest = octets;
    const Result<ArqHeader> decoded = take_arq(rest);
    ASSERT_TRUE(decoded.ok());
    EXPECT_EQ(*decoded, header);
    EXPECT_EQ(copy(rest), hex("AABB"));
    for (std::size_t n = 0; n + 2 < octets.size(); ++n) {
      Bytes cut = Bytes(octets).first(n);
      EXPECT_FALSE(take_arq(cut).ok());
    }
  }
}

// One end of a connection with its memory and its application.
class End final : public ArqOwner {
 public:
  explicit End(std::size_t n_buffers) : memory(n_buffers, Octets(kSduBufferOctets)) {
    for (Octets& buffer : memory) free.push_back(buffer);
  }
  MutableBytes take_buffer() override {
    if (free.empty()) return {};
    const MutableBytes buffer = free.back();
    free.pop_back();
    return buffer;
  }
  void give_buffer(MutableBytes buffer) override {
    ASSERT_EQ(buffer.size(), kSduBufferOctets);
    free.push_back(buffer);
  }
  void on_sdu(Bytes sdu) override { received.push_back(copy(sdu)); }
  void on_sdu_done(std::uint32_t cookie, bool delivered) override {
    done.emplace_back(cookie, delivered);
  }
  bool send(const Octets& sdu, std::uint32_t cookie) {
    const MutableBytes buffer = take_buffer();
    if (buffer.empty()) return false;
    std::copy(sdu.begin(), sdu.end(), buffer.begin());
    if (link.send(buffer, sdu.size(), cookie)) return true;
    give_buffer(buffer);
    return false;
  }

  std::vector<Octets> memory;
  std::vector<MutableBytes> free;
  ArqLink link;
  std::vector<Octets> received;
  std::vector<std::pair<std::uint32_t, bool>> done;
};

// Two ends over a line that loses, repeats, delays and reorders packets as `draws` say.
class Line {
 public:
  Line(std::uint64_t seed, const ArqConfig& config, std::size_t n_buffers = 8)
      : draws(seed), a(n_buffers), b(n_buffers) {
    a.link.open(config);
    b.link.open(config);
  }
  // Percentages.
  std::size_t loss = 0, twice = 0, late = 0, not_sent = 0;

  bool step() {
    const bool moved = feed(a, b) | feed(b, a);
    if (!flying.empty()) {
      const auto next = std::min_element(flying.begin(), flying.end());
      now = std::max(now, next->at_us);
      const Flying flight = *next;
      flying.erase(next);
      End& end = flight.to_a ? a : b;
      EXPECT_TRUE(end.link.on_packet(now, flight.payload, end));
      return true;
    }
    const std::int64_t deadline_us = std::min(a.link.deadline_us(), b.link.deadline_us());
    if (deadline_us == kNoDeadline) return moved;
    now = std::max(now, deadline_us);
    a.link.on_time(now);
    b.link.on_time(now);
    return true;
  }
  void run() {
    for (int i = 0; i < 200'000 && !a.link.failed() && !b.link.failed(); ++i) {
      if (!step()) return;
    }
  }

  Draws draws;
  std::int64_t now = 0;
  End a, b;
  std::size_t packets = 0;

 private:
  struct Flying {
    std::int64_t at_us;
    std::size_t order;
    bool to_a;
    Octets payload;
    bool operator<(const Flying& other) const {
      return at_us != other.at_us ? at_us < other.at_us : order < other.order;
    }
  };
  bool feed(End& from, End& to) {
    from.link.on_time(now);
    if (from.link.failed() || !from.link.has_packet(now)) return false;
    Octets payload(kMaxArqPayload);
    Writer out(payload);
    const ArqLink::Sent sent = from.link.take_packet(now, out);
    payload.resize(out.size());
    now += 10'000 + static_cast<std::int64_t>(payload.size()) * 350;
    const bool leaves = draws.below(100) >= not_sent;
    from.link.on_transmitted(now, sent, leaves);
    ++packets;
    const int copies = !leaves || draws.below(100) < loss ? 0 : draws.below(100) < twice ? 2 : 1;
    for (int i = 0; i < copies; ++i) {
      const std::int64_t delay_us =
          draws.below(100) < late ? static_cast<std::int64_t>(draws.below(3'000'000)) : 0;
      flying.push_back({now + delay_us, order++, &to == &a, payload});
    }
    return true;
  }
  std::vector<Flying> flying;
  std::size_t order = 0;
};

Octets sdu_of(Draws& draws, std::size_t n) { return draws.octets(n); }

TEST(ArqLink, OneSegmentIsDeliveredAndAcknowledgedWithoutABuffer) {
  Line line(1, {});
  line.b.free.clear();  // the receiver has no memory at all
  ASSERT_TRUE(line.a.send(hex("900101C0"), 7));
  line.run();
  EXPECT_EQ(line.b.received, (std::vector<Octets>{hex("900101C0")}));
  EXPECT_EQ(line.a.done, (std::vector<std::pair<std::uint32_t, bool>>{{7, true}}));
  EXPECT_EQ(line.packets, 2u);
  EXPECT_EQ(line.a.free.size(), 8u);
}

TEST(ArqLink, EveryLengthArrivesWholeOnAGoodLine) {
  Line line(2, {});
  for (const std::size_t n : {1u, 255u, 256u, 257u, 511u, 512u, 513u, 1'000u, 1'024u}) {
    const Octets sdu = sdu_of(line.draws, n);
    ASSERT_TRUE(line.a.send(sdu, 1));
    line.run();
    ASSERT_EQ(line.b.received.back(), sdu) << n;
    ASSERT_EQ(line.b.free.size(), 8u);
    ASSERT_EQ(line.a.free.size(), 8u);
  }
  EXPECT_EQ(line.a.link.counters().repeated, 0u);
}

TEST(ArqLink, AnAcknowledgementRidesOnAnAnswerInTime) {
  ArqConfig config;
  config.flush_hold_us = 250'000;
  Line line(3, config);
  line.a.send(hex("01"), 1);
  while (line.b.received.empty()) line.step();
  line.now += 100'000;  // the application's time
  line.b.send(hex("02"), 2);
  line.run();
  EXPECT_EQ(line.packets, 3u);  // request, answer, acknowledgement of the answer
  EXPECT_EQ(line.b.link.counters().acks_alone, 0u);
  EXPECT_EQ(line.a.done.size(), 1u);
  EXPECT_EQ(line.b.done.size(), 1u);
}

TEST(ArqLink, ALostPacketIsNamedAndOnlyThatOneSentAgain) {
  Line line(4, {});
  const Octets sdu = sdu_of(line.draws, 1'000);
  line.a.send(sdu, 1);
  // By hand: four packets, the second one lost.
  std::vector<Octets> packets;
  while (line.a.link.has_packet(0)) {
    Octets payload(kMaxArqPayload);
    Writer out(payload);
    const ArqLink::Sent sent = line.a.link.take_packet(0, out);
    payload.resize(out.size());
    packets.push_back(payload);
    line.a.link.on_transmitted(0, sent, true);
  }
  ASSERT_EQ(packets.size(), 4u);
  for (const std::size_t i : {0u, 2u, 3u}) line.b.link.on_packet(0, packets[i], line.b);
  line.run();
  EXPECT_EQ(line.b.received, (std::vector<Octets>{sdu}));
  EXPECT_EQ(line.a.link.counters().repeated, 1u);
  EXPECT_EQ(line.now < 1'000'000, true);  // no timer was needed
}

TEST(ArqLink, WithoutMemoryAPacketIsNotAcknowledgedAndComesAgain) {
  Line line(5, {}, 1);
  const Octets sdu = sdu_of(line.draws, 600);
  const std::vector<MutableBytes> kept = line.b.free;
  line.b.free.clear();
  line.a.send(sdu, 1);
  for (int i = 0; i < 12; ++i) line.step();
  EXPECT_TRUE(line.b.received.empty());
  EXPECT_TRUE(line.a.done.empty());
  line.b.free = kept;
  line.run();
  EXPECT_EQ(line.b.received, (std::vector<Octets>{sdu}));
}

TEST(ArqLink, AfterFiveTriesTheConnectionHasFailed) {
  Line line(6, {});
  line.loss = 100;
  line.a.send(hex("01"), 9);
  line.run();
  EXPECT_TRUE(line.a.link.failed());
  EXPECT_EQ(line.packets, kArqMaxTxCount);
  line.a.link.close(line.a);
  EXPECT_EQ(line.a.done, (std::vector<std::pair<std::uint32_t, bool>>{{9, false}}));
  EXPECT_EQ(line.a.free.size(), 8u);
}

TEST(ArqLink, QueueHoldsFourAndGivesEverythingBackWhenClosed) {
  End end(8);
  end.link.open({});
  for (std::uint32_t i = 0; i < kMaxQueuedSdus; ++i) EXPECT_TRUE(end.send(hex("0102"), i));
  EXPECT_FALSE(end.send(hex("0102"), 99));
  end.link.close(end);
  EXPECT_EQ(end.free.size(), 8u);
  EXPECT_EQ(end.done.size(), kMaxQueuedSdus);
  EXPECT_FALSE(end.link.is_open());
}

TEST(ArqLink, AcknowledgementsOfWhatWasNeverSentAreIgnored) {
  End end(4);
  end.link.open({});
  end.send(hex("01"), 1);
  ArqHeader header;
  header.has_ack = true;
  for (std::uint8_t id = 1; id < 64; ++id) {
    header.ack_id = id;
    end.link.on_packet(0, with_header(header), end);
  }
  EXPECT_TRUE(end.done.empty());
  EXPECT_TRUE(end.link.has_packet(0));
}

TEST(ArqLink, MalformedPacketsAreRefusedAndCounted) {
  End end(4);
  end.link.open({});
  for (const Octets& bad : {Octets{}, hex("80"), hex("80C0"), hex("00C0AA"), Octets(300, 0)}) {
    EXPECT_FALSE(end.link.on_packet(0, bad, end));
  }
  EXPECT_EQ(end.link.counters().malformed, 5u);
  EXPECT_FALSE(end.link.has_packet(10'000'000));
}

// Whatever the line does short of dying: every SDU once, whole, in order, both ways at the same
// time, and all memory back.
TEST(ArqLink, RandomLossRepetitionDelayAndReordering) {
  int completed = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    ArqConfig config;
    Draws shape(seed);
    config.window = static_cast<std::uint8_t>(1 + shape.below(kArqWindow));
    config.flush_hold_us = shape.below(2) == 0 ? 0 : 250'000;
    Line line(seed, config);
    line.loss = shape.below(25);
    line.twice = shape.below(20);
    line.late = shape.below(3) == 0 ? shape.below(20) : 0;
    line.not_sent = shape.below(10);
    std::vector<Octets> up, down;
    std::size_t sent_up = 0, sent_down = 0;
    for (int i = 0; i < 12; ++i) {
      up.push_back(line.draws.octets(1 + line.draws.below(1'020)));
      down.push_back(line.draws.octets(1 + line.draws.below(400)));
    }
    for (int i = 0; i < 100'000; ++i) {
      if (sent_up < up.size() && line.a.send(up[sent_up], static_cast<std::uint32_t>(sent_up))) {
        ++sent_up;
      }
      if (sent_down < down.size() && line.b.send(down[sent_down], 0)) ++sent_down;
      if (line.a.link.failed() || line.b.link.failed()) break;
      if (!line.step()) break;
    }
    const bool failed = line.a.link.failed() || line.b.link.failed();
    const std::size_t whole_up = line.b.received.size(), whole_down = line.a.received.size();
    if (!failed) {
      ASSERT_EQ(whole_up, up.size());
      ASSERT_EQ(whole_down, down.size());
      ASSERT_EQ(line.a.done.size(), up.size());
      ++completed;
    }
    for (std::size_t i = 0; i < whole_up; ++i) ASSERT_EQ(line.b.received[i], up[i]);
    for (std::size_t i = 0; i < whole_down; ++i) ASSERT_EQ(line.a.received[i], down[i]);
    // What the sender believes delivered was.
    for (const auto& [cookie, delivered] : line.a.done) {
      ASSERT_TRUE(!delivered || cookie < whole_up);
    }
    line.a.link.close(line.a);
    line.b.link.close(line.b);
    ASSERT_EQ(line.a.free.size(), 8u);
    ASSERT_EQ(line.b.free.size(), 8u);
  }
  EXPECT_GE(completed, 360);  // five tries in vain are rare at such losses
}

}  // namespace
}  // namespace protocol::prime
