// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "hes-stub/engine.hpp"
#include "protocol/cosem/classes/single_action_schedule.hpp"
#include "protocol/hosted/signed_image/signed_image.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeImage;
using hes_test::Octets;
using hes_test::Recorder;
using hes_test::World;
using Status = FakeImage::Status;

constexpr protocol::image::PrivateKey kKey{1};
constexpr protocol::image::PrivateKey kForgersKey{2};

Octets container(const protocol::image::PrivateKey& key) {
  const Octets code(1000, 0x5A);
  return protocol::image::make_container("AD11A", "1.1.0", code, key);
}

class ImageOrdersTest : public testing::Test {
 protected:
  ImageOrdersTest()
      : inventory_(hes_test::fake_inventory(1)),
        world_(1),
        store_(StoreOptions{":memory:", false, false}),
        head_end_(EngineConfig{}, inventory_, {hes_test::fake_type()}, store_, world_, log_,
                  random_, seen_, world_.now) {
    world_.attach(head_end_);
    line_ = world_.connect(0);
    for (int k = 1; k <= 36; ++k) {
      world_.at(world_.now + 300 * k * kNsPerSecond,
                [this] { world_.send_up(line_, world_.meters[0]->heartbeat()); });
    }
    world_.run_for_s(30);
  }
  void submit(std::int64_t at_s = 0) {
    Order order;
    order.meter = 0;
    order.kind = OrderKind::image;
    order.value_s = at_s;
    order.image = std::make_shared<const Octets>(container(kKey));
    order.valid_until = world_.now + 10'000 * kNsPerSecond;
    head_end_.submit(order);
    head_end_.advance(world_.now);
  }
  FakeImage& image() { return world_.meters[0]->image; }
  void run_until_status(Status status) {
    for (int k = 0; k < 7200 && image().status != status; ++k) world_.run_for_s(1);
    ASSERT_EQ(image().status, status);
  }
  void expect_outcome(OrderOutcome outcome) {
    ASSERT_EQ(seen_.orders.size(), 1u);
    EXPECT_EQ(seen_.orders[0].outcome, outcome);
  }
  // What the meter would say of this container, had it come whole.
  void hold(const Octets& whole, Status status) {
    const auto head = protocol::image::decode(whole);
    const auto name = protocol::image::identifier_of(*head);
    image().identifier.assign(name.bytes().begin(), name.bytes().end());
    image().signature.assign(head->signature.begin(), head->signature.end());
    image().octets = whole;
    image().status = status;
  }

  Inventory inventory_;
  World world_;
  Store store_;
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{7};
  Recorder seen_;
  LocalHeadEnd head_end_;
  ConnectionId line_ = 0;
};

TEST_F(ImageOrdersTest, WhatIsActivatedIsEveryOctetOfTheContainerAndReadBack) {
  submit();
  run_until_status(Status::activation_successful);
  EXPECT_EQ(image().octets, container(kKey));
  world_.run_for_s(600);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().initiations, 1);
  EXPECT_EQ(image().activations, 1);
}

TEST_F(ImageOrdersTest, AnActivationWhoseAnswerIsLostIsNoneTheLess) {
  submit();
  run_until_status(Status::activation_initiated);
  world_.cut = true;  // its answer is on the line
  world_.run_for_s(2);
  world_.cut = false;
  world_.meters[0]->deaf = true;  // and it starts
  world_.run_for_s(FakeImage::kActivation_s + 200);
  world_.meters[0]->deaf = false;
  world_.run_for_s(5000);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().initiations, 1);
  EXPECT_EQ(image().activations, 1);
}

TEST_F(ImageOrdersTest, AMeterThatWentBackRefusesTheOrderWhateverItsVersion) {
  image().fails = true;
  image().revision = "1.1.0";  // which ran before, in another making
  submit();
  run_until_status(Status::activation_initiated);
  world_.run_for_s(1000);
  expect_outcome(OrderOutcome::refused);
}

TEST_F(ImageOrdersTest, AnotherImageUnderActivationGoesFirst) {
  hold(container(kForgersKey), Status::verification_successful);
  image().begin_activation(world_.now_s());
  submit();
  world_.run_for_s(20);
  EXPECT_EQ(image().initiations, 0);
  world_.run_for_s(4000);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().initiations, 1);
  EXPECT_EQ(image().activations, 2);
  EXPECT_EQ(image().octets, container(kKey));
}

TEST_F(ImageOrdersTest, ATwinOfAnotherSignatureIsNotActivated) {
  hold(container(kForgersKey), Status::verification_successful);
  submit();
  world_.run_for_s(1000);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().octets, container(kKey));
}

TEST_F(ImageOrdersTest, WhatIsReadyAndOursIsActivatedAtOnce) {
  hold(container(kKey), Status::verification_successful);
  submit();
  world_.run_for_s(1000);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().initiations, 0);
}

TEST_F(ImageOrdersTest, AMeterThatVerifiesIsAskedAgain) {
  image().busy_verifying = 2;
  submit();
  world_.run_for_s(3600);
  expect_outcome(OrderOutcome::done);
  EXPECT_EQ(image().activations, 1);
}

TEST_F(ImageOrdersTest, AnActivationByTimeIsSaidInTheTimeOfTheMeter) {
  world_.meters[0]->deviation_min = -660;
  const std::int64_t at_s = world_.now_s() + 1800;
  submit(at_s);
  run_until_status(Status::verification_successful);
  world_.run_for_s(30);
  std::array<std::uint8_t, 40> expected;
  protocol::Writer out(expected);
  protocol::cosem::classes::put_execution_time(at_s, 660, out);
  EXPECT_TRUE(std::ranges::equal(image().schedule, out.written()));
}

TEST_F(ImageOrdersTest, AMeterThatIsLateIsNotJudgedBefore) {
  submit(world_.now_s() + 600);
  world_.run_for_s(1500);  // without mains at the instant, say
  EXPECT_EQ(image().status, Status::verification_successful);
  EXPECT_TRUE(seen_.orders.empty());
  image().begin_activation(world_.now_s());
  world_.run_for_s(3000);
  expect_outcome(OrderOutcome::done);
}

TEST_F(ImageOrdersTest, WhatNeverStartsExpires) {
  submit(world_.now_s() + 600);
  world_.run_for_s(10'800);
  expect_outcome(OrderOutcome::expired);
}

}  // namespace
}  // namespace hes
