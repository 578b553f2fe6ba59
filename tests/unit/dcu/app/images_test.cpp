// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Images for meters: carried block by block while everything else goes on, and read back.
#include "tests/unit/dcu/app/images_fixture.hpp"

namespace dcu_test {
namespace {

using Status = rigs::FakeImage::Status;

TEST_F(ImageOrders, EachMeterGetsItAndNamesItAfterwards) {
  const p32::Order wanted = give(campaign(), {0, 1});
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  for (unsigned k = 0; k < 2; ++k) {
    EXPECT_EQ(image(k).revision, "1.1.0");
    EXPECT_EQ(image(k).blocks_taken, 157);
    EXPECT_EQ(target_of(wanted, k).state, TransferState::activated);
    EXPECT_EQ(target_of(wanted, k).active, "1.1.0");
    EXPECT_EQ(target_of(wanted, k).blocks_done, 157u);
    EXPECT_EQ(target_of(wanted, k).blocks_total, 157u);
  }
  EXPECT_EQ(world.store().meters()[0].firmware, "1.1.0");
  EXPECT_EQ(image(2).revision, "1.0.0");
  // Fetched once for both, in parts, and gone when no order wants it.
  EXPECT_EQ(world.head_end.image_requests.size(), 3u);
  give(campaign(), {2});
  world.run_for(900);
  EXPECT_EQ(image(2).revision, "1.1.0");
  EXPECT_EQ(world.head_end.image_requests.size(), 6u);
}

// Neither what goes on for ever nor what never comes holds anything up for long.
TEST_F(ImageOrders, ATransferGoesOnAfterARestartWithoutFetchingAnew) {
  const p32::Order wanted = give(campaign());
  run_until([&] { return image(0).blocks_taken >= 50; });
  world.kill();
  world.run_for(1200);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_LE(image(0).blocks_taken, 158);
  EXPECT_EQ(world.head_end.image_requests.size(), 3u);
}

TEST_F(ImageOrders, AMeterThatIsAwayForAWhileGetsTheRestAfterwards) {
  const p32::Order wanted = give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken >= 50; });
  world.leave(0);
  world.run_for(600);
  EXPECT_EQ(image(1).revision, "1.1.0");
  EXPECT_LT(image(0).blocks_taken, 60);
  world.join(0);
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).revision, "1.1.0");
  EXPECT_LE(image(0).blocks_taken, 158);
}

TEST_F(ImageOrders, AnActivationWhoseAnswerIsLostIsDoneOnce) {
  bool lost = false;
  world.spoil_up = [&](Octets&) {
    if (image(0).activations == 0 || std::exchange(lost, true)) return;
    world.at(0, [&] { world.kill(60); });  // the meter runs the other firmware meanwhile
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(world.kills, 1u);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).activations, 1);
  EXPECT_EQ(image(0).initiations, 1);
}

// A disk that fails when this is written lets no activation go.
TEST_F(ImageOrders, ThatAnActivationIsSentIsDurableBefore) {
  bool cut = false;
  world.spoil_up = [&](Octets&) {
    if (image(0).status != Status::verification_successful || std::exchange(cut, true)) return;
    world.at(world.line_ms - 1, [&] { world.disk.cut_at_write = world.disk.writes + 1; });
  };
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(world.kills, 1u);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).activations, 1);
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, AMeterThatVerifiesForAWhileIsAskedAgain) {
  image(0).busy_verifications = 1;
  const p32::Order wanted = give(campaign());
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, WhatOneMeterRefusesIsItsOwnResult) {
  image(1).refuses = true;
  image(2).rolls_back = true;
  world.meters[3]->image.reset();
  const p32::Order wanted = give(campaign(), {0, 1, 2, 3});
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::failed);
  EXPECT_EQ(failure_of(wanted, 0), std::nullopt);
  EXPECT_EQ(failure_of(wanted, 1), (p32::Failure{ErrorCategory::dlms, 250}));
  EXPECT_EQ(failure_of(wanted, 2), (p32::Failure{ErrorCategory::data, p32::error_code::kReadBack}));
  EXPECT_EQ(failure_of(wanted, 3), (p32::Failure{ErrorCategory::dlms, 4}));
  EXPECT_EQ(target_of(wanted, 1).state, TransferState::failed);
  EXPECT_EQ(target_of(wanted, 2).active, "1.0.0");
}

TEST_F(ImageOrders, ARefusalWhoseAnswerIsLostIsKnownByTheStatus) {
  bool lost = false;
  world.spoil_up = [&](Octets& reply) {
    if (image(0).status == Status::verification_failed && !std::exchange(lost, true)) reply.clear();
  };
  image(0).refuses = true;
  const p32::Order wanted = give(campaign());
  world.run_for(1200);
  EXPECT_EQ(failure_of(wanted), (p32::Failure{ErrorCategory::dlms, 250}));
  EXPECT_EQ(image(0).initiations, 1);
}

TEST_F(ImageOrders, AnActivationToComeIsWaitedForThroughARestart) {
  const p32::Order wanted = give(campaign(1800));
  world.run_for(600);
  EXPECT_EQ(image(0).status, Status::verification_successful);
  EXPECT_EQ(image(0).activate_at_s * 1000,
            *std::get<p32::FirmwareCampaignOrder>(wanted.body).activate_at);
  world.kill();
  world.run_for(900);
  EXPECT_EQ(image(0).revision, "1.0.0");
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::done);
  EXPECT_EQ(image(0).revision, "1.1.0");
  EXPECT_EQ(image(0).blocks_taken, 157);
  // One that ends before its activation is done when the meter has its time.
  const p32::Order early = give(campaign(7200), {1});
  world.run_for(600);
  EXPECT_EQ(state_of(early), OrderState::done);
  EXPECT_EQ(target_of(early).state, TransferState::verified);
  EXPECT_EQ(image(1).revision, "1.0.0");
}

// On the same meter and on others, when all sessions are at images.
TEST_F(ImageOrders, ReadingsAndOrdersGoBetweenTheBlocks) {
  world.line_ms = 3000;
  p32::ConcentratorParametersOrder one_session;
  one_session.parameters.sessions_max = 1;
  execute(order(one_session, {}));
  give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken + image(1).blocks_taken == 20; });
  const unsigned at = image(0).blocks_taken == 0 ? 1 : 0;
  for (const unsigned meter : {at, 3u}) {
    p32::Order open = order(p32::RelayOrder{p32::RelayAction::open}, {meter});
    open.priority = p32::Priority::very_high;
    world.head_end.ask(world.head_end.sign(open));
  }
  p32::Request rows;
  rows.selection.report = p32::ReportKind::load_profile;
  rows.selection.source = p32::Source::meter;
  rows.selection.priority = p32::Priority::normal;
  rows.selection.meters = {FakeMeter::serial_of(at)};
  const std::string id = world.head_end.ask(rows);
  const int before = image(at).blocks_taken;
  const std::int64_t begun_s = world.now_s();
  run_until([&] {
    return world.head_end.answer_to(id) != nullptr && !world.meters[at]->relay_closed &&
           !world.meters[3]->relay_closed;
  });
  const auto& read = std::get<p32::ProfileReport>(world.head_end.answer_to(id)->body).meters.at(0);
  EXPECT_EQ(read.failure, std::nullopt);
  EXPECT_LT(world.now_s() - begun_s, 240);
  EXPECT_LT(image(at).blocks_taken - before, 15);  // most of them for the next poll to come
  EXPECT_NE(image(at).revision, "1.1.0");
}

TEST_F(ImageOrders, WhatIsKnownIsToldBeforeTheEnd) {
  world.line_ms = 5000;
  const p32::Order wanted = give(campaign());
  run_until([&] { return image(0).blocks_taken == 30; });
  p32::Query query;
  query.selection.report = p32::ReportKind::firmware_status;
  query.selection.source = p32::Source::cache;
  query.selection.priority = p32::Priority::normal;
  query.selection.meters = {FakeMeter::serial_of(0)};
  const std::string id = world.head_end.ask(query);
  world.run_for(90);
  ASSERT_NE(world.head_end.answer_to(id), nullptr);
  const auto& live =
      std::get<p32::FirmwareStatusReport>(world.head_end.answer_to(id)->body).targets.at(0);
  EXPECT_EQ(live.state, TransferState::transferring);
  EXPECT_GE(live.blocks_done, 30u);
  EXPECT_EQ(live.blocks_total, 157u);
  world.run_for(900);
  EXPECT_EQ(state_of(wanted), OrderState::running);
  EXPECT_GT(target_of(wanted).blocks_done, live.blocks_done);
  EXPECT_TRUE(report_of(wanted.id)->order->meters.empty());
  world.run_for(2700);
  EXPECT_EQ(state_of(wanted), OrderState::done);
}

TEST_F(ImageOrders, AreCancelledByTheNameOfTheirCampaign) {
  world.line_ms = 3000;
  const p32::Order wanted = give(campaign(), {0, 1});
  run_until([&] { return image(0).blocks_taken >= 5; });
  p32::FirmwareCampaignOrder none;
  none.campaign = "FW-1";
  EXPECT_EQ(execute(order(none, {}))->state, OrderState::done);
  EXPECT_EQ(state_of(wanted), OrderState::cancelled);
  EXPECT_EQ(target_of(wanted).state, TransferState::cancelled);
  const int blocks = image(0).blocks_taken;
  world.run_for(600);
  EXPECT_EQ(image(0).blocks_taken, blocks);
  EXPECT_EQ(execute(order(none, {}))->state, OrderState::failed);  // there is none any more
}

// The second waits until the first is over.
TEST_F(ImageOrders, AsManyAsThereMayBeKeepNoOtherOrderOut) {
  for (int k = 0; k < 64; ++k) {
    p32::Order later = order(campaign());
    later.from += 1800'000;
    world.head_end.ask(world.head_end.sign(later));
  }
  EXPECT_EQ(refusal(), std::nullopt);
  world.head_end.ask(world.head_end.sign(order(campaign())));
  EXPECT_EQ(refusal(), (p32::Failure{ErrorCategory::resource, p32::error_code::kQueueFull}));
  execute(order(p32::RelayOrder{p32::RelayAction::open}));
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

}  // namespace
}  // namespace dcu_test
