// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Parameters of meters behind a concentrator: set, read back and compared, as the plan says that
// the order was given with.
#include "tests/rigs/head_end/concentrator_world.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;

class PlcParameters : public hes_test::ConcentratorTest {
 protected:
  PlcParameters() { config_.closing_pull = false; }
  void begin() {
    start();
    world_->connect_concentrator();
    world_->run_for_s(10);
  }
  void give() {
    Order given = order(OrderKind::parameter);
    given.plan = "1/0.0.96.13.1:2=text Hello; 71/0.0.17.0.0:6=double-long-unsigned 90";
    submit(given);
  }
  OrderOutcome outcome() {
    act([](FakeConcentrator& it) { it.poll(); }, 60);
    EXPECT_EQ(seen_.orders.size(), 1u);
    return seen_.orders.empty() ? OrderOutcome::invalid : seen_.orders[0].outcome;
  }
};

TEST_F(PlcParameters, AreDoneWhenTheMeterShowsWhatWasSet) {
  begin();
  give();
  EXPECT_EQ(outcome(), OrderOutcome::done);
  ASSERT_EQ(dc().executed.size(), 1u);
  const auto& sent = std::get<p32::RawDlmsOrder>(dc().executed[0].body).operations;
  ASSERT_EQ(sent.size(), 4u);
  EXPECT_EQ(sent[0].service, p32::DlmsService::set);
  EXPECT_EQ(sent[3].service, p32::DlmsService::get);
}

TEST_F(PlcParameters, AreRefusedWhenTheMeterShowsSomethingElse) {
  begin();
  dc().shown = p32::Octets{0x11, 0x01};
  give();
  EXPECT_EQ(outcome(), OrderOutcome::refused);
  EXPECT_EQ(seen_.orders.at(0).access_result, protocol::cosem::AccessResult::other_reason);
}

TEST_F(PlcParameters, AreRefusedWhenNotAllIsReadBack) {
  begin();
  dc().leaves_out_the_last = true;
  give();
  EXPECT_EQ(outcome(), OrderOutcome::refused);
}

// What is read back is held against the plan, by a head-end that has it from its store.
TEST_F(PlcParameters, OutliveTheHeadEndWithTheirPlan) {
  on_file();
  begin();
  dc().executes = false;
  dc().acks = false;
  give();
  act([](FakeConcentrator& it) { it.poll(); }, 60);
  kill_and_start();
  dc().executes = true;
  dc().acks = true;
  world_->connect_concentrator();
  world_->run_for_s(10);
  EXPECT_EQ(outcome(), OrderOutcome::done);
}

}  // namespace
}  // namespace hes
