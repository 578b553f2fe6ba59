// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/axdr/encode.hpp"
#include "tests/unit/dcu/app/orders_fixture.hpp"

namespace dcu_test {
namespace {

TEST_F(Orders, RelayIsOpenedAndItsStateReported) {
  const p32::OrderResult* result = execute(order(p32::RelayOrder{p32::RelayAction::open}, {0, 1}));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  EXPECT_FALSE(world.meters[0]->relay_closed);
  EXPECT_FALSE(world.meters[1]->relay_closed);
  EXPECT_TRUE(world.meters[2]->relay_closed);
  EXPECT_EQ(world.meters[0]->relay_actions, 1);
  const auto& report = std::get<p32::Report>(world.head_end.reports.back().body);
  const auto& status = std::get<p32::RelayStatusReport>(report.body);
  ASSERT_EQ(status.meters.size(), 2u);
  EXPECT_FALSE(status.meters[0].output_closed);
  EXPECT_EQ(status.meters[0].control_mode, 4);
}

TEST_F(Orders, ARelayThatWouldCloseIsNotArmed) {
  world.meters[0]->relay_closed = false;
  const p32::OrderResult* result = execute(order(p32::RelayOrder{p32::RelayAction::arm}));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::failed);
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

TEST_F(Orders, WaitForTheirWindow) {
  p32::Order wanted = order(p32::RelayOrder{p32::RelayAction::open});
  wanted.from = (world.now_s() + 1800) * 1000;
  EXPECT_EQ(execute(wanted, 1700), nullptr);
  EXPECT_TRUE(world.meters[0]->relay_closed);
  world.run_for(300);
  ASSERT_NE(result_of(wanted.id), nullptr);
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

TEST_F(Orders, ExpireWithAnErrorForEachMeterNotReached) {
  world.leave(0);
  const p32::Order wanted = order(p32::RelayOrder{p32::RelayAction::open}, {0, 1});
  const p32::OrderResult* result = execute(wanted, 3800);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::expired);
  ASSERT_EQ(result->meters.size(), 2u);
  EXPECT_EQ(result->meters[0].failure,
            (p32::Failure{ErrorCategory::communication, p32::error_code::kNotRegistered}));
  EXPECT_EQ(result->meters[1].failure, std::nullopt);
  EXPECT_FALSE(world.meters[1]->relay_closed);
  world.join(0);
  world.run_for(300);
  EXPECT_TRUE(world.meters[0]->relay_closed);
}

TEST_F(Orders, AreCheckedBeforeTheyAreTaken) {
  const auto refused = [&](const p32::SignedOrder& signed_order) {
    world.head_end.ask(signed_order);
    const auto failure = refusal();
    EXPECT_TRUE(failure && failure->category == ErrorCategory::access);
    return failure ? failure->code : 0;
  };
  const p32::RelayOrder open{p32::RelayAction::open};
  p32::SignedOrder forged = world.head_end.sign(order(open));
  forged.signature.octets[10] ^= 1;
  EXPECT_EQ(refused(forged), p32::error_code::kBadSignature);
  p32::PrivateKey other{};
  other.fill(9);
  EXPECT_EQ(refused(p32::Signer(other).sign(order(open))), p32::error_code::kUnknownKey);
  p32::Order elsewhere = order(open);
  elsewhere.concentrator = "AMTDC0000000002";
  EXPECT_EQ(refused(world.head_end.sign(elsewhere)), p32::error_code::kWrongConcentrator);
  p32::Order late = order(open);
  late.from -= 7200'000;
  late.until = late.from + 1000;
  EXPECT_EQ(refused(world.head_end.sign(late)), p32::error_code::kExpired);
  EXPECT_TRUE(world.meters[0]->relay_closed);
  EXPECT_EQ(world.count(&dcu::app::Counters::orders), 0u);
  EXPECT_EQ(world.count(&dcu::app::Counters::orders_refused), 4u);
}

TEST_F(Orders, AreNotTakenTwice) {
  p32::Order first = order(p32::RelayOrder{p32::RelayAction::open});
  ASSERT_NE(execute(first), nullptr);
  // The same order in another message: had it already. Another one with its seq: a replay.
  world.head_end.ask(world.head_end.sign(first));
  EXPECT_EQ(refusal(), std::nullopt);
  p32::Order replayed = first;
  replayed.id = "O-else";
  world.head_end.ask(world.head_end.sign(replayed));
  EXPECT_EQ(refusal(), (p32::Failure{ErrorCategory::access, p32::error_code::kReplayed}));
  world.kill();
  world.run_for(120);
  world.head_end.ask(world.head_end.sign(replayed));
  EXPECT_EQ(refusal(), (p32::Failure{ErrorCategory::access, p32::error_code::kReplayed}));
  EXPECT_EQ(world.meters[0]->relay_actions, 1);
}

TEST_F(Orders, GoOnAfterARestart) {
  world.leave(0);
  const p32::Order wanted = order(p32::RelayOrder{p32::RelayAction::open}, {0, 1});
  EXPECT_EQ(execute(wanted, 120), nullptr);
  EXPECT_EQ(world.meters[1]->relay_actions, 1);
  world.kill();
  world.run_for(300);
  const p32::OrderResult* result = result_of(wanted.id);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  EXPECT_EQ(world.meters[0]->relay_actions, 1);
  EXPECT_EQ(world.meters[1]->relay_actions, 1);
}

TEST_F(Orders, ClockIsCheckedShiftedAndSet) {
  world.meters[0]->clock_offset_s = 33;
  const p32::OrderResult* check = execute(order(p32::ClockSyncOrder{p32::ClockSyncMode::check, 0}));
  ASSERT_NE(check, nullptr);
  ASSERT_TRUE(check->meters[0].clock_offset_ms);
  EXPECT_NEAR(*check->meters[0].clock_offset_ms, 33'000, 1200);
  EXPECT_EQ(world.meters[0]->clock_offset_s, 33);
  execute(order(p32::ClockSyncOrder{p32::ClockSyncMode::shift, 5}));
  EXPECT_LE(std::abs(world.meters[0]->clock_offset_s), 1);
  world.meters[0]->clock_offset_s = -5000;
  execute(order(p32::ClockSyncOrder{p32::ClockSyncMode::set, 0}));
  EXPECT_LE(std::abs(world.meters[0]->clock_offset_s), 1);
}

TEST_F(Orders, WhatTheMeterLacksIsThatMetersError) {
  p32::ActivityCalendarOrder calendar;
  calendar.name = "A";
  calendar.weeks.push_back({"W", {1, 1, 1, 1, 1, 1, 1}});
  calendar.days.push_back({1, {{0, 1}}});
  calendar.seasons.push_back({"S", {0, 1, 1}, "W"});
  p32::PowerLimitOrder limit;
  limit.threshold_w = 5000;
  limit.over_s = 60;
  limit.under_s = 60;
  const p32::Failure undefined{ErrorCategory::dlms, 4};
  for (const p32::OrderBody& body : {p32::OrderBody{calendar}, p32::OrderBody{limit}}) {
    const p32::OrderResult* result = execute(order(body));
    ASSERT_NE(result, nullptr);
    EXPECT_EQ(result->state, OrderState::failed);
    EXPECT_EQ(result->meters[0].failure, undefined);
  }
}

TEST_F(Orders, MeterParametersAreSet) {
  p32::MeterParametersOrder parameters;
  parameters.control_mode = 6;
  const p32::OrderResult* result = execute(order(parameters));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  EXPECT_EQ(world.meters[0]->control_mode, 6);
}

TEST_F(Orders, RawServicesComeBackOneByOne) {
  p32::RawDlmsOrder raw;
  raw.stop_on_failure = false;
  p32::DlmsOperation get;
  get.class_id = 70;
  get.instance = protocol::cosem::obis(0, 0, 96, 3, 10);
  get.index = 4;
  raw.operations.push_back(get);
  get.class_id = 18;
  raw.operations.push_back(get);
  get.instance = protocol::cosem::obis(0, 0, 44, 0, 0);
  raw.operations.push_back(get);
  get.class_id = 8;
  get.instance = protocol::cosem::obis(0, 0, 1, 0, 0);
  get.index = 2;
  raw.operations.push_back(get);
  const p32::OrderResult* result = execute(order(raw));
  ASSERT_NE(result, nullptr);
  ASSERT_EQ(result->meters[0].operations.size(), 4u);
  EXPECT_EQ(result->meters[0].operations[0].data, (Octets{22, 4}));
  EXPECT_EQ(result->meters[0].operations[2].result, 4);
  EXPECT_EQ(result->meters[0].operations[3].result, 0);
  EXPECT_EQ(result->meters[0].operations[3].data.size(), 14u);
}

TEST_F(Orders, KeysAreChangedOnBothSides) {
  const p32::OrderResult* result = execute(order(new_keys(world, 0, 0xB0), {}));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  EXPECT_EQ(world.meters[0]->concentrator_keys.unicast[0], 0xB0);
  EXPECT_EQ(world.meters[0]->concentrator_keys.authentication[0], 0xB2);
  EXPECT_EQ(world.meters[0]->undeciphered, 0) << "not even a release is sealed with the old ones";
  const int associations = world.meters[0]->associations;
  EXPECT_NE(execute(order(p32::RelayOrder{p32::RelayAction::open})), nullptr);
  EXPECT_GT(world.meters[0]->associations, associations);
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

// The meter has the new keys, but its answer never came, and the concentrator restarts.
TEST_F(Orders, AKeyChangeWhoseAnswerIsLostEndsWell) {
  const p32::Order wanted = order(new_keys(world, 0, 0xB0), {});
  world.head_end.ask(world.head_end.sign(wanted));
  for (int k = 0; k < 200 && world.meters[0]->concentrator_keys.unicast[0] != 0xB0; ++k) {
    world.run_for(1);
    world.meters[0]->forgets_answers = false;
    if (world.count(&dcu::app::Counters::orders) > 0 && k > 60) break;
  }
  world.kill();
  world.run_for(1800);
  EXPECT_EQ(world.meters[0]->concentrator_keys.unicast[0], 0xB0);
  EXPECT_NE(execute(order(p32::RelayOrder{p32::RelayAction::open}), 900), nullptr);
  EXPECT_FALSE(world.meters[0]->relay_closed);
}

TEST_F(Orders, ParametersAndTasksOfTheConcentrator) {
  p32::ConcentratorParametersOrder wanted;
  wanted.parameters.poll_period_s = 30;
  Task task;
  task.id = "quick";
  task.period_s = 900;
  task.offset_s = 60;
  wanted.parameters.tasks = std::vector<Task>{task};
  const p32::OrderResult* result = execute(order(wanted, {}));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  world.kill();
  world.run_for(3600);
  const unsigned polls = world.head_end.polls;
  world.run_for(600);
  EXPECT_NEAR(world.head_end.polls - polls, 20, 2);
  EXPECT_GE(world.reported(1, p32::ReportKind::load_profile).size(), 4u);
  wanted.parameters.sessions_max = 1000;  // more than it can have
  result = execute(order(wanted, {}));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::failed);
}

TEST_F(Orders, WorkThatBreaksTheRulesIsToldWhere) {
  p32::ConcentratorParametersOrder wanted;
  Task task;
  task.id = "twice";
  wanted.parameters.tasks = std::vector<Task>{task, task};
  world.head_end.ask(world.head_end.sign(order(wanted, {})));
  world.run_for(120);
  ASSERT_FALSE(world.head_end.errors.empty());
  const auto& error = std::get<p32::ErrorBody>(world.head_end.errors.front().body);
  EXPECT_EQ(error.failure.category, ErrorCategory::message);
  EXPECT_GT(error.line, 0u);
}

TEST_F(Orders, CommandsCancelPurgeAndReboot) {
  world.leave(3);
  const p32::Order waiting = order(p32::RelayOrder{p32::RelayAction::open}, {3});
  execute(waiting, 90);
  p32::ConcentratorCommandOrder command;
  command.command = p32::Command::cancel;
  command.target = waiting.id;
  EXPECT_EQ(execute(order(command, {}))->state, OrderState::done);
  ASSERT_NE(result_of(waiting.id), nullptr);
  EXPECT_EQ(result_of(waiting.id)->state, OrderState::cancelled);
  EXPECT_EQ(execute(order(command, {}))->state, OrderState::failed);  // there is none any more
  command = {};
  command.command = p32::Command::purge;
  command.older_than_s = 0;
  EXPECT_EQ(execute(order(command, {}))->state, OrderState::done);
  world.join(3);
  EXPECT_EQ(world.count(&dcu::app::Counters::unknown_nodes), 1u);
  command = {};
  command.command = p32::Command::reboot;
  const p32::Order reboot = order(command, {});
  execute(reboot);
  EXPECT_EQ(world.kills, 1u);
  ASSERT_NE(result_of(reboot.id), nullptr);
}

}  // namespace
}  // namespace dcu_test
