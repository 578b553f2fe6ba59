// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Time on several agendas under one SystemC kernel.
#include "models/sc/kernel.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "kernel/keyed_stream.hpp"
#include "kernel/purpose.hpp"

namespace {

struct Probe final : kernel::Entity {
  Probe(kernel::Agenda& own, kernel::EntityId id) : agenda(own), timer(own, *this, id, 0) {}
  void on_time(kernel::TimeNs now, std::uint32_t) override {
    times.push_back(now);
    if (then) then(now);
  }
  kernel::Agenda& agenda;
  kernel::Timer timer;
  std::vector<kernel::TimeNs> times;
  std::function<void(kernel::TimeNs)> then;
};

// One process, one SystemC simulation: the steps build on each other.
TEST(Kernel, RunsAgendasTogetherInTheOrderOfTime) {
  kernel::Agenda fleet;
  models::sc::Kernel kernel(fleet);
  models::sc::DetailedPoint& first = kernel.add_point(1);
  models::sc::DetailedPoint& second = kernel.add_point(2);
  Probe a(fleet, 1), b(first.meter_agenda(), 1), c(second.line_agenda(), 1);

  // What is due at the end of a slice belongs to it, also at the very beginning.
  a.timer.arm(0);
  b.timer.arm(100);
  kernel.run_until(0);
  EXPECT_EQ(a.times, std::vector<kernel::TimeNs>{0});
  kernel.run_until(100);
  EXPECT_EQ(b.times, std::vector<kernel::TimeNs>{100});
  EXPECT_EQ(fleet.now(), 100);
  EXPECT_EQ(second.line_agenda().now(), 100);

  // Armed from outside between two slices, put forward, put off, taken back.
  c.timer.arm(500);
  c.timer.arm(300);
  b.timer.arm(200);
  b.timer.arm(400);
  a.timer.arm(350);
  a.timer.disarm();
  kernel.run_until(1000);
  EXPECT_EQ(c.times, std::vector<kernel::TimeNs>{300});
  EXPECT_EQ(b.times.back(), 400);
  EXPECT_EQ(a.times.size(), 1u);

  // One agenda's event reaches into another's, at the same instant and earlier than it was armed.
  a.then = [&](kernel::TimeNs now) { b.timer.arm(now); };
  b.then = [&](kernel::TimeNs now) {
    if (now == 2000) c.timer.arm(now + 5);
  };
  c.timer.arm(2900);
  b.timer.arm(2500);
  a.timer.arm(2000);
  kernel.run_until(2100);
  EXPECT_EQ(b.times.back(), 2000);
  EXPECT_EQ(c.times.back(), 2005);
  a.then = nullptr;
  b.then = nullptr;

  // A drawn storm: every probe re-arms a drawn one; simulated time never runs back.
  kernel::KeyedStream draw(1, 0, kernel::kPurposeTest);
  std::vector<Probe*> all = {&a, &b, &c};
  kernel::TimeNs last = 0;
  int events = 0;
  for (Probe* probe : all) {
    probe->then = [&](kernel::TimeNs now) {
      EXPECT_GE(now, last);
      EXPECT_EQ(now, kernel.now());
      last = now;
      ++events;
      all[draw.below(3)]->timer.arm(now + draw.below(50));
      all[draw.below(3)]->timer.arm(now + 1 + draw.below(50));
    };
  }
  a.timer.arm(3000);
  for (kernel::TimeNs t = 3000; t < 200'000; t += 777) kernel.run_until(t);
  EXPECT_GT(events, 3000);
  EXPECT_EQ(kernel.reports(), 0u) << kernel.first_report();
}

}  // namespace
