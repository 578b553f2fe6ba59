// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Images for meters behind modules, whatever is lost on the way.
#include <gtest/gtest.h>

#include "hes-stub/engine.hpp"
#include "protocol/axdr/cursor.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::World;

class ImageOrdersTest : public testing::Test {
 protected:
  ImageOrdersTest()
      : inventory_(hes_test::fake_inventory(1)),
        world_(1),
        store_(StoreOptions{":memory:", false, false}),
        head_end_(EngineConfig{}, inventory_, {hes_test::fake_type()}, store_, world_, log_,
                  random_, seen_, world_.now) {
    world_.attach(head_end_);
    world_.meters[0]->image.emplace();
    const ConnectionId line = world_.connect(0);
    for (int i = 1; i <= 48; ++i) {
      world_.at(world_.now + 300 * i * kNsPerSecond,
                [this, line] { world_.send_up(line, world_.meters[0]->heartbeat()); });
    }
    world_.run_for_s(30);
  }
  void order(std::int64_t activate_at_s = 0) {
    Order order;
    order.meter = 0;
    order.kind = OrderKind::image;
    order.value_s = activate_at_s;
    order.image = std::make_shared<const std::vector<std::uint8_t>>(container_);
    order.valid_until = world_.now + 7200 * kNsPerSecond;
    head_end_.submit(order);
    head_end_.advance(world_.now);
  }
  // Answers are lost from when the meter is there on, for so long.
  void lose_answers_at(rigs::FakeImage::Status status, std::int64_t seconds) {
    for (int k = 0; k < 600 && image().status != status; ++k) world_.run_for_s(1);
    ASSERT_EQ(image().status, status);
    world_.meters[0]->forgets_answers = true;
    world_.run_for_s(seconds);
    world_.meters[0]->forgets_answers = false;
  }
  OrderOutcome outcome() const {
    return seen_.orders.empty() ? OrderOutcome::invalid : seen_.orders.back().outcome;
  }
  std::string revision() const {
    const auto text = protocol::axdr::Cursor(seen_.orders.back().data).octet_string();
    return {text.begin(), text.end()};
  }
  rigs::FakeImage& image() { return *world_.meters[0]->image; }

  std::vector<std::uint8_t> container_ = rigs::test_container("1.1.0", 10'000);
  Inventory inventory_;
  World world_;
  Store store_;
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{7};
  hes_test::Recorder seen_;
  LocalHeadEnd head_end_;
};

TEST_F(ImageOrdersTest, AnImageIsSentVerifiedActivatedAndReadBack) {
  order();
  world_.run_for_s(1200);
  EXPECT_EQ(outcome(), OrderOutcome::done);
  EXPECT_EQ(revision(), "1.1.0");
  EXPECT_EQ(image().blocks_taken, 40);
}

TEST_F(ImageOrdersTest, WhatTheMeterRefusesEndsTheOrder) {
  image().refuses = true;
  order();
  world_.run_for_s(1200);
  EXPECT_EQ(outcome(), OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[0].access_result, protocol::cosem::AccessResult::other_reason);
  image() = {};
  image().rolls_back = true;
  order();
  world_.run_for_s(1200);
  EXPECT_EQ(outcome(), OrderOutcome::refused);
  EXPECT_EQ(revision(), "1.0.0");
}

TEST_F(ImageOrdersTest, AMeterThatIsStillVerifyingIsAskedAgainLater) {
  image().busy_verifications = 1;
  order();
  world_.run_for_s(1200);
  EXPECT_EQ(outcome(), OrderOutcome::done);
  EXPECT_EQ(image().initiations, 1);
}

// The answers are lost until it runs the other firmware.
TEST_F(ImageOrdersTest, AnActivationWhoseAnswerIsLostIsDoneOnce) {
  order();
  lose_answers_at(rigs::FakeImage::Status::verification_successful, 100);
  EXPECT_EQ(image().status, rigs::FakeImage::Status::activation_successful);
  world_.run_for_s(3600);
  EXPECT_EQ(outcome(), OrderOutcome::done);
  EXPECT_EQ(image().activations, 1);
  EXPECT_EQ(image().initiations, 1);
}

TEST_F(ImageOrdersTest, AnActivationToComeIsWaitedForWithoutSendingAgain) {
  const std::int64_t at_s = world_.now_s() + 3600;
  order(at_s);
  world_.run_for_s(600);
  EXPECT_EQ(image().activate_at_s, at_s);
  EXPECT_TRUE(seen_.orders.empty());
  world_.run_for_s(5400);
  EXPECT_EQ(outcome(), OrderOutcome::done);
  EXPECT_EQ(revision(), "1.1.0");
  EXPECT_EQ(image().blocks_taken, 40);
  // One that ends before is done when the meter has its time.
  image() = {};
  order(world_.now_s() + 9000);
  world_.run_for_s(600);
  ASSERT_EQ(seen_.orders.size(), 2u);
  EXPECT_EQ(outcome(), OrderOutcome::done);
  EXPECT_TRUE(seen_.orders[1].data.empty());
}

}  // namespace
}  // namespace hes
