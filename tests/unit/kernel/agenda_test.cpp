// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "kernel/agenda.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <utility>
#include <vector>

#include "kernel/assert.hpp"
#include "kernel/keyed_stream.hpp"

namespace {

using kernel::Agenda;
using kernel::TimeNs;
using kernel::Timer;

struct Recorder : kernel::Entity {
  void on_time(TimeNs now, std::uint32_t what) override { calls.emplace_back(now, what); }
  std::vector<std::pair<TimeNs, std::uint32_t>> calls;
};

TEST(Agenda, RunsInOrderOfTimeThenEntityThenWhat) {
  Agenda agenda;
  Recorder recorder;
  Timer late(agenda, recorder, 1, 10);
  Timer high_id(agenda, recorder, 2, 20);
  Timer low_id(agenda, recorder, 1, 31);
  Timer low_what(agenda, recorder, 1, 30);
  high_id.arm(5);
  late.arm(6);
  low_id.arm(5);
  low_what.arm(5);
  EXPECT_EQ(agenda.next(), 5);
  agenda.run_until(10);
  const std::vector<std::pair<TimeNs, std::uint32_t>> expected = {
      {5, 30}, {5, 31}, {5, 20}, {6, 10}};
  EXPECT_EQ(recorder.calls, expected);
  EXPECT_EQ(agenda.now(), 10);
  EXPECT_EQ(agenda.next(), kernel::kNever);
  EXPECT_EQ(agenda.events(), 4u);
}

TEST(Agenda, ArmReplacesAndDisarmRemoves) {
  Agenda agenda;
  Recorder recorder;
  Timer timer(agenda, recorder, 1, 1);
  timer.arm(5);
  timer.arm(9);
  agenda.run_until(8);
  EXPECT_TRUE(recorder.calls.empty());
  timer.disarm();
  agenda.run_until(20);
  EXPECT_TRUE(recorder.calls.empty());
  timer.arm(3);  // past: now
  EXPECT_EQ(agenda.next(), 20);
}

TEST(Agenda, ATimerMayArmItselfAndDieArmed) {
  struct Periodic : kernel::Entity {
    explicit Periodic(Agenda& agenda) : timer(agenda, *this, 1, 0) { timer.arm(10); }
    void on_time(TimeNs now, std::uint32_t) override {
      ++count;
      timer.arm(now + 10);
    }
    Timer timer;
    int count = 0;
  };
  Agenda agenda;
  {
    Periodic periodic(agenda);
    agenda.run_until(100);
    EXPECT_EQ(periodic.count, 10);
  }
  EXPECT_EQ(agenda.next(), kernel::kNever);
}

TEST(Agenda, ManyTimersWithRearmingStaySorted) {
  Agenda agenda;
  Recorder recorder;
  kernel::KeyedStream stream(1, 2, 0);
  std::vector<std::unique_ptr<Timer>> timers;
  for (std::uint32_t n = 0; n < 500; ++n) {
    timers.push_back(std::make_unique<Timer>(agenda, recorder, n, n));
    timers.back()->arm(stream.below(1000));
  }
  for (int n = 0; n < 2000; ++n) timers[stream.below(500)]->arm(stream.below(1000));
  for (std::size_t n = 0; n < 100; ++n) timers[5 * n].reset();
  agenda.run_until(1000);
  EXPECT_EQ(recorder.calls.size(), 400u);
  for (std::size_t n = 1; n < recorder.calls.size(); ++n) {
    EXPECT_LT(recorder.calls[n - 1], recorder.calls[n]);  // time, then what (= entity here)
  }
}

TEST(AssertDeathTest, PrintsTheConditionAndItsValues) {
  EXPECT_DEATH(TWIN_ASSERT(1 > 2, 41, 42), "broken invariant: 1 > 2 with 41 42");
}

}  // namespace
