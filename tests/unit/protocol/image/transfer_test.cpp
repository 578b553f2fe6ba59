// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The client's side of an image transfer against a meter in the same process, with whatever may be
// lost in between.
#include <gtest/gtest.h>

#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/image/fake_image.hpp"

namespace {

using protocol::cosem::AccessResult;
using protocol::image::Transfer;
using rigs::FakeImage;
using Next = Transfer::Next;
using Service = Transfer::Request::Service;
using Status = FakeImage::Status;

class Transfers : public testing::Test {
 protected:
  Transfer made(Transfer::Stage stage = Transfer::Stage::sending) {
    Transfer::Plan plan;
    plan.container = container_;
    plan.head = *protocol::image::decode(container_);
    plan.activate_at_s = activate_at_s_;
    plan.offset_min = plan.offset_now_min = FakeImage::kOffsetMin;
    return Transfer(plan, stage);
  }
  // One request, and its answer or none. Nothing: the answer was lost.
  std::optional<Next> step(Transfer& transfer, bool answered = true) {
    std::vector<std::uint8_t> room(transfer.room_octets());
    const Transfer::Request request = transfer.request(room);
    meter_.live_until(now_s_);
    AccessResult result = AccessResult::success;
    std::vector<std::uint8_t> value;
    switch (request.service) {
      case Service::get:
        value = request.target.class_id == protocol::cosem::classes::Clock::kId
                    ? its_time()
                    : meter_.get(request.target).value();
        break;
      case Service::set:
        result = meter_.set(request.target, request.value).value();
        break;
      case Service::action:
        result = meter_
                     .act({request.target.class_id, request.target.instance, request.target.index},
                          request.value)
                     .value();
        break;
    }
    if (!answered) return std::nullopt;
    return transfer.on_answer(result, value, now_s_);
  }
  std::vector<std::uint8_t> its_time() const {
    std::vector<std::uint8_t> value(20);
    protocol::Writer out(value);
    protocol::cosem::DateTime time;
    time.utc_s = now_s_;
    time.deviation_min = deviation_min_;
    protocol::cosem::put_date_time(time, out);
    value.resize(out.size());
    return value;
  }
  // An attempt, until it needs time or is over.
  Next attempt(Transfer& transfer) {
    transfer.begin();
    for (int k = 0; k < 1000; ++k) {
      const Next next = *step(transfer);
      if (next != Next::ask) return next;
    }
    return Next::ask;
  }
  // Attempts, each after what the one before wants to wait.
  Next run(Transfer& transfer, int attempts = 10) {
    Next next = Next::wait;
    while (next == Next::wait && attempts-- > 0) {
      next = attempt(transfer);
      if (next == Next::wait) now_s_ = std::max(now_s_, transfer.wait_until_s());
    }
    return next;
  }
  // Until the request that is to be asked is this method.
  void until_method(Transfer& transfer, std::int8_t method) {
    transfer.begin();
    for (int k = 0; k < 1000; ++k) {
      std::vector<std::uint8_t> room(transfer.room_octets());
      const Transfer::Request request = transfer.request(room);
      if (request.service == Service::action && request.target.index == method) return;
      ASSERT_EQ(step(transfer), Next::ask);
    }
  }
  using Methods = protocol::cosem::classes::ImageTransfer;

  std::vector<std::uint8_t> container_ = rigs::test_container("1.1.0", 5000);
  std::int64_t activate_at_s_ = 0;
  std::int64_t now_s_ = 1'000'000;
  std::int16_t deviation_min_ = -FakeImage::kOffsetMin;
  FakeImage meter_;
};

TEST_F(Transfers, BringsTheImageAndReadsWhatRuns) {
  Transfer transfer = made();
  EXPECT_EQ(run(transfer), Next::done);
  EXPECT_EQ(meter_.revision, "1.1.0");
  EXPECT_EQ(meter_.blocks_taken, 21);
  EXPECT_EQ(transfer.blocks(), 21u);
  EXPECT_EQ(meter_.octets, container_);
}

// What the meter takes for an hour east is eleven.
TEST_F(Transfers, AnActivationIsSaidInTheTimeThatTheMeterShows) {
  activate_at_s_ = now_s_ + 86'400;
  deviation_min_ = -660;
  Transfer transfer = made();
  EXPECT_EQ(attempt(transfer), Next::wait);
  EXPECT_EQ(meter_.activate_at_s, activate_at_s_ + 600 * 60);
}

TEST_F(Transfers, AMeterThatWentBackRefusesWhateverItsVersion) {
  meter_.revision = "1.1.0";
  meter_.rolls_back = true;
  Transfer transfer = made();
  EXPECT_EQ(run(transfer), Next::refused);
}

TEST_F(Transfers, ATwinOfAnotherSignatureIsNotActivated) {
  auto twin = container_;
  twin[protocol::image::kHeadOctets - 1] ^= 1;
  meter_.taken_by(twin);
  Transfer transfer = made();
  EXPECT_EQ(run(transfer), Next::done);
  EXPECT_EQ(meter_.octets, container_);
}

TEST_F(Transfers, GoesOnBehindTheBlocksThatTheMeterHas) {
  for (int lost = 0; lost < 30; ++lost) {
    meter_ = {};
    Transfer transfer = made();
    transfer.begin();
    for (int k = 0; k < lost; ++k) step(transfer);
    step(transfer, false);
    Transfer again = made(transfer.stage());  // as after a restart
    EXPECT_EQ(run(again), Next::done) << lost;
    EXPECT_LE(meter_.blocks_taken, 21) << lost;
    EXPECT_EQ(meter_.activations, 1) << lost;
  }
}

TEST_F(Transfers, AMeterThatIsStillVerifyingIsAskedAgainLater) {
  meter_.busy_verifications = 3;
  Transfer transfer = made();
  EXPECT_EQ(attempt(transfer), Next::wait);
  EXPECT_EQ(transfer.wait_until_s(), now_s_ + 60);
  EXPECT_FALSE(transfer.settled());
  now_s_ += 60;
  EXPECT_EQ(attempt(transfer), Next::wait);  // status: verification under way
  meter_.status = Status::verification_successful;
  EXPECT_EQ(run(transfer), Next::done);
  EXPECT_EQ(meter_.initiations, 1);
  EXPECT_EQ(meter_.blocks_taken, 21);
}

TEST_F(Transfers, WhatTheMeterDoesNotVerifyIsRefusedOnce) {
  meter_.refuses = true;
  Transfer transfer = made();
  EXPECT_EQ(run(transfer), Next::refused);
  EXPECT_EQ(transfer.result(), AccessResult::other_reason);
  EXPECT_FALSE(transfer.runs_another());
  // The answer to the verification is lost: its status says the same, and no block goes twice.
  meter_ = {};
  meter_.refuses = true;
  Transfer lost = made();
  until_method(lost, Methods::kImageVerify);
  step(lost, false);
  EXPECT_EQ(run(lost), Next::refused);
  EXPECT_EQ(meter_.blocks_taken, 21);
  // Of what another client sent it says nothing about ours.
  meter_.refuses = false;
  Transfer other = made();
  EXPECT_EQ(run(other), Next::done);
}

TEST_F(Transfers, AnActivationWhoseAnswerIsLostIsSettledByTheStatusOrTheRevision) {
  for (const std::int64_t later_s : {1, 40}) {  // while it starts, and when it runs
    for (const bool rolls_back : {false, true}) {
      meter_ = {};
      meter_.rolls_back = rolls_back;
      Transfer transfer = made();
      until_method(transfer, Methods::kImageActivate);
      EXPECT_EQ(transfer.stage(), Transfer::Stage::activation_sent);
      step(transfer, false);
      now_s_ += later_s;
      Transfer again = made(transfer.stage());
      EXPECT_EQ(run(again), rolls_back ? Next::refused : Next::done);
      EXPECT_EQ(again.runs_another(), rolls_back);
      EXPECT_EQ(meter_.initiations, 1);
    }
  }
  // A firmware that knows nothing of the transfer by which it came.
  meter_ = {};
  Transfer transfer = made();
  until_method(transfer, Methods::kImageActivate);
  step(transfer, false);
  now_s_ += 40;
  meter_.live_until(now_s_);
  meter_.status = Status::not_initiated;
  Transfer again = made(transfer.stage());
  EXPECT_EQ(run(again), Next::done);
  EXPECT_EQ(meter_.initiations, 1);
}

// Without ours the states that follow an activation are of somebody else's image.
TEST_F(Transfers, WhatBecameOfAnotherImageSaysNothingOfOurs) {
  for (const Status status : {Status::activation_successful, Status::activation_failed,
                              Status::verification_failed, Status::activation_initiated}) {
    meter_ = {};
    meter_.taken_by(rigs::test_container("0.9.0", 2000));
    meter_.status = status;
    Transfer transfer = made();
    EXPECT_EQ(run(transfer), Next::done) << static_cast<int>(status);
    EXPECT_EQ(meter_.revision, "1.1.0");
  }
}

TEST_F(Transfers, AReadyImageIsOursBySizeNameAndSignature) {
  meter_.taken_by(container_);
  Transfer ours = made();
  EXPECT_EQ(run(ours), Next::done);
  EXPECT_EQ(meter_.initiations, 0);
  // The same code under the same name, signed by another.
  std::vector<std::uint8_t> forged = container_;
  forged[protocol::image::kSignedOctets] ^= 1;
  meter_ = {};
  meter_.taken_by(forged);
  Transfer theirs = made();
  EXPECT_EQ(run(theirs), Next::done);
  EXPECT_EQ(meter_.initiations, 1);
}

TEST_F(Transfers, AnActivationToComeIsAskedForByStatusAndWaitedFor) {
  activate_at_s_ = now_s_ + 3600;
  Transfer transfer = made();
  EXPECT_EQ(attempt(transfer), Next::wait);
  EXPECT_TRUE(transfer.settled());
  EXPECT_EQ(meter_.activate_at_s, activate_at_s_);
  EXPECT_EQ(transfer.wait_until_s(), activate_at_s_ + 180);
  // A restart in between finds it ready: the time is not set again, and nothing is sent.
  const int blocks = meter_.blocks_taken;
  Transfer again = made(transfer.stage());
  now_s_ += 1800;
  EXPECT_EQ(attempt(again), Next::wait);
  EXPECT_TRUE(again.settled());
  now_s_ = activate_at_s_ + 10;
  EXPECT_EQ(attempt(again), Next::wait);  // it starts the other firmware
  now_s_ = activate_at_s_ + 180;
  EXPECT_EQ(attempt(again), Next::done);
  EXPECT_EQ(meter_.blocks_taken, blocks);
  EXPECT_EQ(meter_.activations, 1);
}

TEST_F(Transfers, AMeterThatMissedItsTimeIsToldToActivate) {
  activate_at_s_ = now_s_ + 600;
  Transfer transfer = made();
  EXPECT_EQ(attempt(transfer), Next::wait);
  meter_.activate_at_s = 0;  // somebody cleared it
  now_s_ = transfer.wait_until_s();
  EXPECT_EQ(run(transfer), Next::done);
  EXPECT_EQ(meter_.activations, 1);
}

TEST_F(Transfers, AnotherTransferBeforeOursWasActivatedBeginsItAnew) {
  Transfer transfer = made(Transfer::Stage::activation_sent);
  EXPECT_EQ(run(transfer), Next::done);  // status: nothing there, and the old revision runs
  EXPECT_EQ(meter_.initiations, 1);
}

TEST_F(Transfers, ValuesThatAMeterCannotMeanAreNotTaken) {
  const auto answers = [](Transfer& transfer, std::vector<std::uint8_t> value) {
    return transfer.on_answer(AccessResult::success, value, 0);
  };
  Transfer transfer = made();
  transfer.begin();
  EXPECT_EQ(answers(transfer, {0x16, 8}), Next::unreadable);     // no such status
  EXPECT_EQ(answers(transfer, {0x16}), Next::unreadable);        // cut
  EXPECT_EQ(answers(transfer, {0x16, 0, 0}), Next::unreadable);  // too long
  EXPECT_EQ(answers(transfer, {0x16, 0}), Next::ask);
  EXPECT_EQ(answers(transfer, {}), Next::ask);                       // initiated
  EXPECT_EQ(answers(transfer, {6, 0, 0, 0, 0}), Next::unreadable);   // blocks of nothing
  EXPECT_EQ(answers(transfer, {6, 0, 1, 0, 0}), Next::unreadable);   // and of 64 KiB
  EXPECT_EQ(answers(transfer, {6, 0, 0, 1, 0}), Next::ask);          // 256
  EXPECT_EQ(answers(transfer, {6, 0, 0, 0, 22}), Next::unreadable);  // behind the last
  EXPECT_EQ(transfer.on_answer(AccessResult::read_write_denied, {}, 0), Next::refused);
  EXPECT_EQ(transfer.result(), AccessResult::read_write_denied);
}

}  // namespace
