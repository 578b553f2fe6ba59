// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a meter is asked for, and for how long.
#include <gtest/gtest.h>

#include "hes-stub/engine.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

class PlansTest : public testing::Test {
 protected:
  PlansTest() { world_.attach(head_end_); }

  EngineConfig config_;
  Inventory inventory_ = hes_test::fake_inventory(1);
  hes_test::World world_{1};
  Store store_{StoreOptions{":memory:", false, false}};
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{42};
  hes_test::Recorder seen_;
  LocalHeadEnd head_end_{config_, inventory_, {hes_test::fake_type()},
                         store_,  world_,     log_,
                         random_, seen_,      world_.now};
};

// A meter without power at midnight writes none.
TEST_F(PlansTest, AClosingThatDoesNotComeIsGivenUpAfterSixHours) {
  world_.live(0, world_.connect(0), 44, hes_test::kAll);
  world_.run_for_s(33 * 3600);
  const std::size_t asked = seen_.count(MessageKind::closing);
  EXPECT_GE(asked, 5u);
  EXPECT_LE(asked, 7u);
  world_.run_for_s(10 * 3600);
  EXPECT_EQ(seen_.count(MessageKind::closing), asked);
}

// A year lived twice is not looked at as a whole: two rows a stamp, and one pull of them.
TEST_F(PlansTest, AfterAClockSetBackByAYearOnePullIsAskedFor) {
  world_.meters[0]->clock_offset_s = 365 * 86'400;
  world_.live(0, world_.connect(0), 30, hes_test::kAll);
  world_.run_for_s(600);
  Order order;
  order.meter = 0;
  order.kind = OrderKind::clock_set;
  head_end_.submit(order);
  head_end_.deliver(world_.now);
  world_.run_for_s(29 * 3600);
  ASSERT_EQ(seen_.orders.size(), 1u);
  ASSERT_FALSE(world_.meters[0]->asked.empty());
  for (const auto& asked : world_.meters[0]->asked) {
    EXPECT_EQ(asked.to_utc_s - asked.from_utc_s, 96 * 900);
  }
}

}  // namespace
}  // namespace hes
