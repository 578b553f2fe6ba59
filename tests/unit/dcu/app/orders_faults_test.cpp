// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Orders that somebody repeats, renumbers or dates, and those that a meter does in part.
#include "tests/unit/dcu/app/orders_fixture.hpp"

namespace dcu_test {
namespace {

// What one object refuses says nothing of the others, and each is told.
TEST_F(Orders, EachOfSeveralParametersHasAResult) {
  p32::MeterParametersOrder parameters;
  parameters.time_zone_min = 60;  // this meter has no such attribute
  parameters.control_mode = 6;
  parameters.sag_threshold_dv = 2000;  // nor this
  const p32::OrderResult* result = execute(order(parameters));
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::failed);
  EXPECT_EQ(world.meters[0]->control_mode, 6);
  ASSERT_EQ(result->meters.size(), 1u);
  const auto& operations = result->meters[0].operations;
  ASSERT_EQ(operations.size(), 3u);
  EXPECT_NE(operations[0].result, 0);
  EXPECT_EQ(operations[1].result, 0);
  EXPECT_NE(operations[2].result, 0);
  EXPECT_EQ(result->meters[0].failure, (p32::Failure{ErrorCategory::dlms, operations[0].result}));
}

// Further behind the newest than the window none is taken, also after a restart.
TEST_F(Orders, fault_28_the_replay_window_is_checked) {
  const auto at = [&](std::uint64_t seq) {
    p32::Order one = order(p32::RelayOrder{p32::RelayAction::open});
    one.seq = seq;
    one.id = "W-" + std::to_string(seq);
    world.head_end.ask(world.head_end.sign(one));
    return refusal();
  };
  const p32::Failure replayed{ErrorCategory::access, p32::error_code::kReplayed};
  EXPECT_EQ(at(1000), std::nullopt);
  EXPECT_EQ(at(936), replayed);  // 64 behind
  EXPECT_EQ(at(937), std::nullopt);
  EXPECT_EQ(at(1), replayed);
  world.kill();
  world.run_for(300);
  EXPECT_EQ(at(936), replayed);
  EXPECT_EQ(at(938), std::nullopt);
  // The same number for another order is a replay, too; the same order again is a duplicate.
  p32::Order other = order(p32::RelayOrder{p32::RelayAction::open});
  other.seq = 1000;
  world.head_end.ask(world.head_end.sign(other));
  EXPECT_EQ(refusal(), replayed);
  EXPECT_EQ(world.count(&dcu::app::Counters::orders_refused), 2u);  // of this life
}

// It is under way itself while it looks for its target.
TEST_F(Orders, ACancelThatNamesItselfHasOneResult) {
  p32::ConcentratorCommandOrder command;
  command.command = p32::Command::cancel;
  command.target = "O-1";
  const p32::Order itself = order(command, {});
  ASSERT_EQ(itself.id, *command.target);
  const p32::OrderResult* result = execute(itself);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::failed);
  EXPECT_EQ(result->failure,
            (p32::Failure{ErrorCategory::message, p32::error_code::kUnknownTarget}));
}

// The envelope is nobody's signature: a number used there before hides no order.
TEST_F(Orders, fault_24_an_order_is_judged_by_its_own_number) {
  World ethernet({.uplink = p32::Uplink::ethernet});
  ethernet.run_for(300);
  const StreamId stream = ethernet.call(Door::p32);
  const auto post = [&](p32::Body body, const std::string& id) {
    p32::Message message = ethernet.head_end.message(std::move(body), id);
    message.envelope.seq = 3000;
    ethernet.heard[stream].clear();
    const std::string octets = p32::http_request("dc", p32::encode(message));
    ethernet.say(stream, protocol::bytes_of(octets));
    ethernet.run_for(60);
    p32::HttpClient client;
    client.feed(ethernet.heard[stream]);
    const auto response = client.next();
    return p32::decode(response ? response->body : std::string()).message();
  };
  p32::Selection all;
  all.report = p32::ReportKind::inventory;
  EXPECT_TRUE(std::holds_alternative<p32::Ack>(post(p32::Request{all}, "R").body));
  p32::Order wanted = order(p32::RelayOrder{p32::RelayAction::open});
  wanted.from = ethernet.now_s() * 1000;
  wanted.until = (ethernet.now_s() + 3600) * 1000;
  const p32::Message taken = post(ethernet.head_end.sign(wanted), "O");
  ASSERT_TRUE(std::holds_alternative<p32::Ack>(taken.body));
  EXPECT_FALSE(std::get<p32::Ack>(taken.body).duplicate);
  ethernet.run_for(40);
  EXPECT_FALSE(ethernet.meters[0]->relay_closed);
  const p32::Message again = post(ethernet.head_end.sign(wanted), "O");
  EXPECT_TRUE(std::get<p32::Ack>(again.body).duplicate);
  EXPECT_EQ(ethernet.meters[0]->relay_actions, 1);
}

// A window that ends in the year 9999 is open, not over, and holds up nobody.
TEST_F(Orders, fault_27_the_year_9999_bounds_nothing) {
  p32::Order wanted = order(p32::RelayOrder{p32::RelayAction::open});
  wanted.until = 253'402'300'799'999;
  const p32::OrderResult* result = execute(wanted);
  ASSERT_NE(result, nullptr);
  EXPECT_EQ(result->state, OrderState::done);
  EXPECT_FALSE(world.meters[0]->relay_closed);
  p32::Order later = order(p32::RelayOrder{p32::RelayAction::arm}, {1});
  later.from = 253'402'300'000'000;
  later.until = 253'402'300'799'999;
  EXPECT_EQ(execute(later), nullptr);
  EXPECT_NE(execute(order(p32::RelayOrder{p32::RelayAction::open}, {1})), nullptr);
}

// A key of zeros is none: keys wrapped under it are anybody's.
TEST(OrdersWithoutTransportKey, ChangeNoKeys) {
  World world({.change = [](Commission& commission) { commission.transport_key = {}; }});
  world.run_for(300);
  p32::Order wanted;
  wanted.seq = 1;
  wanted.id = "K";
  wanted.concentrator = world.head_end.peer;
  wanted.from = world.now_s() * 1000;
  wanted.until = (world.now_s() + 3600) * 1000;
  wanted.body = new_keys(world, 0, 0xB0);
  const auto before = world.meters[0]->concentrator_keys.unicast;
  world.head_end.ask(world.head_end.sign(wanted));
  world.run_for(300);
  EXPECT_EQ(world.meters[0]->concentrator_keys.unicast, before);
  const auto& report = std::get<p32::Report>(world.head_end.reports.back().body);
  ASSERT_TRUE(report.order);
  EXPECT_EQ(report.order->meters.at(0).failure,
            (p32::Failure{ErrorCategory::resource, p32::error_code::kNotSupported}));
}

}  // namespace
}  // namespace dcu_test
