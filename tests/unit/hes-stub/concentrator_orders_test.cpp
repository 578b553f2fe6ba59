// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Orders of meters behind a concentrator: signed, fetched by poll or handed over, done once.
#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/head_end/concentrator_world.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;
using hes_test::kFebruary;

class PlcOrders : public hes_test::ConcentratorTest {
 protected:
  PlcOrders() { config_.closing_pull = false; }
  void begin(Uplink uplink = Uplink::gprs) {
    start(2, uplink);
    const p32::Signer signer(hes_test::kSignKey);
    dc().verifier.emplace(signer.public_key());
    if (uplink == Uplink::gprs) world_->connect_concentrator();
    world_->run_for_s(10);
  }
  void poll(std::int64_t seconds = 30) {
    act([](FakeConcentrator& it) { it.poll(); }, seconds);
  }
};

TEST_F(PlcOrders, ARelayOrderTravelsSignedAndItsResultFinishesIt) {
  begin();
  submit(order(OrderKind::relay_open));
  EXPECT_TRUE(dc().executed.empty());
  poll();
  ASSERT_EQ(dc().executed.size(), 1u);
  EXPECT_EQ(dc().refused_signatures, 0u);
  const p32::Order& sent = dc().executed[0];
  EXPECT_EQ(sent.concentrator, "DC1");
  EXPECT_EQ(sent.meters, std::vector{serial(0)});
  EXPECT_EQ(sent.priority, p32::Priority::very_high);
  EXPECT_EQ(p32::utc_ns_of_ms(sent.until), hes_test::World::kBegin + 7210 * kNsPerSecond);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[0].id, 1u);
  EXPECT_EQ(seen_.orders[0].attempts, 1u);
  EXPECT_GT(seen_.orders[0].first_sent, 0);
  EXPECT_EQ(head_end_->engine().concentrators().open_items(0), 0u);
  poll();
  EXPECT_EQ(dc().executed.size(), 1u);
}

TEST_F(PlcOrders, TheSignatureIsTheSameEachTimeAndFitsThisKeyOnly) {
  std::vector<p32::Octets> signatures;
  for (int i = 0; i < 2; ++i) {
    world_.reset();
    store_.reset();
    begin();
    submit(order(OrderKind::relay_close));
    poll();
    for (const p32::Message& answer : dc().answers) {
      const auto* work = std::get_if<p32::Work>(&answer.body);
      if (work == nullptr || work->items.empty()) continue;
      const auto& signed_order = std::get<p32::SignedOrder>(work->items[0].body);
      signatures.push_back(signed_order.signature.octets);
      const p32::Signer other(p32::PrivateKey{9});
      EXPECT_FALSE(p32::Verifier(other.public_key()).verify(signed_order));
    }
  }
  ASSERT_EQ(signatures.size(), 2u);
  EXPECT_EQ(signatures[0], signatures[1]);
}

TEST_F(PlcOrders, EveryKindOfOrder) {
  begin();
  submit(order(OrderKind::clock_shift, 37));
  submit(order(OrderKind::clock_set));
  Order read = order(OrderKind::read);
  read.attribute = {classes::Clock::kId, kClock, 2};
  submit(read);
  submit(order(OrderKind::clock_set, 5));  // cannot be told in advance
  poll(60);
  ASSERT_EQ(dc().executed.size(), 3u);
  const auto& shift = std::get<p32::RawDlmsOrder>(dc().executed[0].body).operations.at(0);
  EXPECT_EQ(shift.service, p32::DlmsService::action);
  EXPECT_EQ(shift.index, 6);
  EXPECT_EQ(shift.data, (p32::Octets{0x10, 0x00, 0x25}));
  EXPECT_EQ(std::get<p32::ClockSyncOrder>(dc().executed[1].body).mode, p32::ClockSyncMode::set);
  EXPECT_LT(dc().executed[0].seq, dc().executed[1].seq);
  ASSERT_EQ(seen_.orders.size(), 4u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::invalid);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(seen_.orders[i].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[3].data, (std::vector<std::uint8_t>{0x11, 0x2A}));
  ASSERT_EQ(seen_.deviations.size(), 1u);
  EXPECT_EQ(seen_.deviations[0], 37 * kNsPerSecond);
}

TEST_F(PlcOrders, WorkThatIsNotAcknowledgedComesAgainTheSame) {
  begin();
  dc().acks = false;
  dc().executes = false;
  submit(order(OrderKind::relay_open));
  poll();
  poll();
  std::vector<std::string> ids;
  for (const p32::Message& answer : dc().answers) {
    const auto* work = std::get_if<p32::Work>(&answer.body);
    if (work == nullptr) continue;
    ASSERT_EQ(work->items.size(), 1u);
    ids.push_back(work->items[0].id + "/" + std::to_string(work->items[0].seq));
  }
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_EQ(ids[0], ids[1]);
  dc().acks = true;
  poll();
  dc().answers.clear();
  poll();
  EXPECT_TRUE(std::get<p32::Work>(dc().answers.back().body).items.empty());
}

TEST_F(PlcOrders, AnOrderSurvivesTheHeadEndAndIsNotGivenTwice) {
  on_file();
  begin();
  dc().executes = false;
  submit(order(OrderKind::relay_open));
  poll();
  kill_and_start();
  world_->connect_concentrator();
  world_->run_for_s(10);
  EXPECT_EQ(head_end_->engine().concentrators().open_items(0), 1u);
  EXPECT_EQ(head_end_->engine().last_order(), 1u);
  submit(order(OrderKind::relay_close));
  dc().executes = true;
  poll(60);
  // The first was acknowledged before the kill, yet that may not have been written: then it comes
  // again under its own id, and the concentrator knows it.
  ASSERT_GE(dc().executed.size(), 1u);
  std::uint64_t last = 0;
  for (const p32::Order& sent : dc().executed) {
    EXPECT_GT(sent.seq, last);
    last = sent.seq;
  }
  ASSERT_FALSE(seen_.orders.empty());
  EXPECT_EQ(seen_.orders.back().id, 2u);
}

TEST_F(PlcOrders, WhatTheOldBoxHadAcknowledgedIsHandedToTheNewOne) {
  begin();
  dc().restarts = 5;
  world_->disconnect_concentrator();
  world_->connect_concentrator();
  dc().executes = false;
  submit(order(OrderKind::relay_open));
  poll(60);
  EXPECT_EQ(counters().acks, 1u);
  world_->disconnect_concentrator();
  dc() = FakeConcentrator("DC1");
  world_->connect_concentrator();
  world_->run_for_s(5);
  poll(60);
  EXPECT_EQ(dc().executed.size(), 1u);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
}

TEST_F(PlcOrders, OneThatNobodyFetchesExpires) {
  begin();
  submit(order(OrderKind::relay_open));
  world_->run_for_s(7300);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  EXPECT_EQ(seen_.orders[0].first_sent, 0);
  poll();
  EXPECT_TRUE(dc().executed.empty());
}

TEST_F(PlcOrders, AMeterOutOfReachIsTriedAgainWhileTheWindowIsOpen) {
  begin();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::communication, p32::error_code::kNoAnswer};
  submit(order(OrderKind::relay_open));
  submit(order(OrderKind::clock_shift, 60));
  poll(60);
  ASSERT_EQ(seen_.orders.size(), 1u);  // the shift may have been done
  EXPECT_EQ(seen_.orders[0].order.kind, OrderKind::clock_shift);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  dc().meter_failure.reset();
  poll(60);
  ASSERT_EQ(seen_.orders.size(), 2u);
  EXPECT_EQ(seen_.orders[1].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[1].attempts, 2u);
  EXPECT_GT(dc().executed.back().from, dc().executed.front().from);
}

TEST_F(PlcOrders, ARefusalOfTheMeterIsFinalAndNamesItsResult) {
  begin();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::dlms, 3};
  submit(order(OrderKind::relay_open));
  poll(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[0].access_result, protocol::cosem::AccessResult::read_write_denied);
}

TEST_F(PlcOrders, AnErrorOfTheConcentratorIsFinal) {
  begin();
  dc().executes = false;
  submit(order(OrderKind::relay_open));
  poll(60);
  std::string id;
  for (const p32::Message& answer : dc().answers) {
    if (const auto* work = std::get_if<p32::Work>(&answer.body)) id = work->items.at(0).id;
  }
  act([&id](FakeConcentrator& it) {
    p32::ErrorBody error;
    error.failure = {p32::ErrorCategory::access, p32::error_code::kBadSignature};
    error.text = "signature";
    it.say(error, id);
  });
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(counters().refused, 1u);
}

TEST_F(PlcOrders, WithoutASigningKeyNothingIsOrdered) {
  config_.signing_key.reset();
  begin();
  submit(order(OrderKind::relay_open));
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::invalid);
}

TEST_F(PlcOrders, AnEthernetConcentratorIsDialledAtOnce) {
  begin(Uplink::ethernet);
  submit(order(OrderKind::relay_open));
  submit(order(OrderKind::relay_close));
  world_->run_for_s(20);
  EXPECT_EQ(dc().executed.size(), 2u);
  EXPECT_EQ(seen_.count(MessageKind::p32_order), 2u);
  // Results come by the concentrator's own connection.
  EXPECT_TRUE(seen_.orders.empty());
  world_->connect_concentrator();
  world_->run_for_s(20);
  ASSERT_EQ(seen_.orders.size(), 2u);
  EXPECT_EQ(seen_.orders[1].outcome, OrderOutcome::done);
  EXPECT_NE(world_->dialled, 0u);
  world_->run_for_s(120);
  EXPECT_EQ(world_->dialled, 0u);  // nothing more to say
}

TEST_F(PlcOrders, AnEthernetConcentratorThatDoesNotAnswerIsDialledAgainLater) {
  config_.backoff_s = 100;
  begin(Uplink::ethernet);
  world_->takes_calls = false;
  submit(order(OrderKind::relay_open));
  world_->run_for_s(250);
  EXPECT_EQ(counters().dial_failed, 2u);  // at once and after 100 s; the next after 200 s more
  world_->takes_calls = true;
  world_->run_for_s(400);
  EXPECT_EQ(dc().executed.size(), 1u);
  EXPECT_EQ(head_end_->engine().concentrators().open_items(0), 1u);  // its result is not here yet
}

TEST_F(PlcOrders, AnEthernetConcentratorThatSwallowsAnOrderGetsItAgain) {
  config_.backoff_s = 100;
  begin(Uplink::ethernet);
  dc().acks = false;
  submit(order(OrderKind::relay_open));
  world_->run_for_s(70);
  EXPECT_EQ(counters().dial_failed, 1u);
  dc().acks = true;
  world_->run_for_s(200);
  EXPECT_EQ(counters().acks, 1u);
  EXPECT_EQ(dc().executed.size(), 1u);  // the same id: done once
}

}  // namespace
}  // namespace hes
