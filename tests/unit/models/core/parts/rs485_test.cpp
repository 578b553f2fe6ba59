// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "models/core/parts/rs485.hpp"

namespace {

using kernel::kNsPerMs;
using models::Rs485Line;
using Octets = std::vector<std::uint8_t>;
using Bytes = std::span<const std::uint8_t>;

struct Arrival {
  kernel::TimeNs at;
  Octets octets;
};

struct CountingEar final : models::SerialReceiver {
  void on_frame(kernel::TimeNs now, Bytes frame) override {
    arrivals.push_back({now, {frame.begin(), frame.end()}});
    if (answer) answer(now);
  }
  std::vector<Arrival> arrivals;
  std::function<void(kernel::TimeNs)> answer;
};

struct Scope final : models::LineObserver {
  void on_line_busy(kernel::TimeNs now, unsigned side, Bytes frame,
                    kernel::TimeNs end_ns) override {
    edges.push_back(now);
    note += "b" + std::to_string(side) + ":" + std::to_string(frame.size()) + " ";
    announced_end = end_ns;
  }
  void on_line_idle(kernel::TimeNs now, unsigned side, std::size_t octets_sent) override {
    edges.push_back(now);
    note += "i" + std::to_string(side) + ":" + std::to_string(octets_sent) + " ";
  }
  std::vector<kernel::TimeNs> edges;
  std::string note;
  kernel::TimeNs announced_end = 0;
};

struct LineBench {
  LineBench() : line(agenda, 1) {
    line.attach(0, meter);
    line.attach(1, module);
  }
  kernel::Agenda agenda;
  Rs485Line line;
  CountingEar meter, module;
};

// 19 200 bit/s, 10 bits an octet: 520 833 ns each; end of frame after 2 ms of idle line.
constexpr kernel::TimeNs octets_ns(std::int64_t n) { return n * 10 * 1'000'000'000 / 19'200; }

TEST(Rs485Line, FrameTakesItsOctetTimesAndTheIdleGapInOneEvent) {
  LineBench bench;
  ASSERT_TRUE(bench.line.end(0).transmit(5 * kNsPerMs, Octets(100, 0x7E)));
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.module.arrivals.size(), 1u);
  EXPECT_EQ(bench.module.arrivals[0].at, 5 * kNsPerMs + octets_ns(100) + 2 * kNsPerMs);
  EXPECT_EQ(bench.module.arrivals[0].octets, Octets(100, 0x7E));
  EXPECT_TRUE(bench.meter.arrivals.empty());
  EXPECT_EQ(bench.agenda.events(), 1u);
}

TEST(Rs485Line, FramesQueueInOrderWithTheIdleGapBetweenThem) {
  LineBench bench;
  ASSERT_TRUE(bench.line.end(0).transmit(0, Octets(10, 1)));
  ASSERT_TRUE(bench.line.end(0).transmit(0, Octets(20, 2)));
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.module.arrivals.size(), 2u);
  EXPECT_EQ(bench.module.arrivals[1].at, octets_ns(10) + octets_ns(20) + 4 * kNsPerMs);
}

TEST(Rs485Line, WhoeverIsReadyFirstSendsAndTheOtherWaits) {
  LineBench bench;
  ASSERT_TRUE(bench.line.end(0).transmit(100 * kNsPerMs, Octets(10, 1)));  // busy CPU
  bench.agenda.run_until(90 * kNsPerMs);
  ASSERT_TRUE(bench.line.end(1).transmit(0, Octets(50, 2)));  // now
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.meter.arrivals.size(), 1u);
  ASSERT_EQ(bench.module.arrivals.size(), 1u);
  const kernel::TimeNs first = 90 * kNsPerMs + octets_ns(50) + 2 * kNsPerMs;
  EXPECT_EQ(bench.meter.arrivals[0].at, first);
  EXPECT_EQ(bench.module.arrivals[0].at, first + octets_ns(10) + 2 * kNsPerMs);
}

TEST(Rs485Line, AnswerFromInsideTheReceptionGoesNext) {
  LineBench bench;
  bench.meter.answer = [&](kernel::TimeNs now) {
    bench.line.end(0).transmit(now + 3 * kNsPerMs, Octets(5, 9));
  };
  ASSERT_TRUE(bench.line.end(1).transmit(0, Octets(8, 1)));
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.module.arrivals.size(), 1u);
  EXPECT_EQ(bench.module.arrivals[0].at,
            octets_ns(8) + 2 * kNsPerMs + 3 * kNsPerMs + octets_ns(5) + 2 * kNsPerMs);
}

TEST(Rs485Line, FullQueueRefuses) {
  LineBench bench;
  for (std::size_t n = 0; n < Rs485Line::kQueueFrames; ++n) {
    ASSERT_TRUE(bench.line.end(0).transmit(0, Octets(1, 0)));
  }
  EXPECT_FALSE(bench.line.end(0).transmit(0, Octets(1, 0)));
  EXPECT_EQ(bench.line.totals(0).refused, 1u);
}

TEST(Rs485Line, FaultHookDropsAndDamagesFrames) {
  LineBench bench;
  bench.line.set_fault([](unsigned side, std::uint64_t index, Octets& frame) {
    if (side == 0 && index == 0) return Rs485Line::Verdict::kDrop;
    frame[1] ^= 0x40;
    return Rs485Line::Verdict::kDeliver;
  });
  for (int n = 0; n < 2; ++n) bench.line.end(0).transmit(0, Octets(3, 0));
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.module.arrivals.size(), 1u);
  EXPECT_EQ(bench.module.arrivals[0].octets, (Octets{0, 0x40, 0}));
  EXPECT_EQ(bench.line.totals(0).dropped, 1u);
}

TEST(Rs485Line, SenderThatFallsSilentLeavesAPieceAndNothingMore) {
  LineBench bench;
  Scope scope;
  bench.line.observe(scope);
  bench.line.end(0).transmit(0, Octets(100, 7));
  bench.line.end(0).transmit(0, Octets(100, 8));
  const kernel::TimeNs cut = octets_ns(40) + 1000;
  bench.agenda.run_until(cut);
  bench.line.end(0).silence();
  bench.agenda.run_until(kernel::kNsPerSecond);
  ASSERT_EQ(bench.module.arrivals.size(), 1u);
  EXPECT_EQ(bench.module.arrivals[0].octets, Octets(40, 7));
  EXPECT_EQ(bench.module.arrivals[0].at, cut + 2 * kNsPerMs);
  EXPECT_EQ(bench.line.totals(0).cut, 1u);
  EXPECT_EQ(scope.note, "b0:100 i0:40 ");
  EXPECT_EQ(scope.edges, (std::vector<kernel::TimeNs>{0, cut}));
}

TEST(Rs485Line, SilenceBeforeTheStartTakesTheFrameBack) {
  LineBench bench;
  bench.line.end(0).transmit(50 * kNsPerMs, Octets(10, 1));
  bench.line.end(1).transmit(60 * kNsPerMs, Octets(10, 2));
  bench.agenda.run_until(40 * kNsPerMs);
  bench.line.end(0).silence();
  bench.agenda.run_until(kernel::kNsPerSecond);
  EXPECT_TRUE(bench.module.arrivals.empty());
  ASSERT_EQ(bench.meter.arrivals.size(), 1u);
  EXPECT_EQ(bench.meter.arrivals[0].at, 60 * kNsPerMs + octets_ns(10) + 2 * kNsPerMs);
}

TEST(Rs485Line, ObserverSeesBothEdgesAndChangesNoArrival) {
  LineBench plain, watched;
  Scope scope;
  watched.line.observe(scope);
  for (LineBench* bench : {&plain, &watched}) {
    bench->line.end(1).transmit(kNsPerMs, Octets(16, 0));
    bench->line.end(0).transmit(2 * kNsPerMs, Octets(4, 0));
    bench->agenda.run_until(kernel::kNsPerSecond);
  }
  EXPECT_EQ(plain.meter.arrivals[0].at, watched.meter.arrivals[0].at);
  EXPECT_EQ(plain.module.arrivals[0].at, watched.module.arrivals[0].at);
  EXPECT_EQ(scope.note, "b1:16 i1:16 b0:4 i0:4 ");
  EXPECT_EQ(scope.edges[1] - scope.edges[0], octets_ns(16));
}

}  // namespace
