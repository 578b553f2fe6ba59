// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// A second connection announces a meter that is connected: its module after a loss that nobody
// saw, or a stranger who knows its system title.
#include <gtest/gtest.h>

#include <optional>
#include <set>

#include "hes-stub/engine.hpp"
#include "protocol/dlms/acse.hpp"
#include "protocol/dlms/ciphering.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeMeter;
using hes_test::kFebruary;
using hes_test::Octets;

class Claims : public testing::Test {
 protected:
  // Meter 0 of the world is the meter; meter 1 is somebody with its title and keys of his own.
  Claims()
      : head_end_(config_, inventory_, {hes_test::fake_type()}, store_, world_, log_, random_,
                  seen_, world_.now) {
    world_.meters[1]->identity.system_title = meter().identity.system_title;
    world_.attach(head_end_);
  }
  FakeMeter& meter() { return *world_.meters[0]; }
  FakeMeter& stranger() { return *world_.meters[1]; }
  const EngineCounters& counters() const { return head_end_.engine().counters(); }
  // Its rows from the beginning on are asked for at the first look.
  void lose_rows(int n) {
    for (const Row& row : hes_test::quarters(kFebruary - 900 * n, n)) meter().rows.push_back(row);
  }
  std::size_t closed() const { return world_.closed_by_head_end.size(); }

  EngineConfig config_ = [] {
    EngineConfig config;
    config.collect_from_utc_s = kFebruary - 30 * 3600;
    config.push_grace_s = 0;
    return config;
  }();
  Inventory inventory_ = hes_test::fake_inventory(1);
  hes_test::World world_{2};
  Store store_{StoreOptions{":memory:", false, false}};
  hes_test::SilentLog log_;
  hes_test::SeededRandom random_{42};
  hes_test::Recorder seen_;
  LocalHeadEnd head_end_;
};

TEST_F(Claims, fault_25_an_announcement_takes_nobodys_connection_away) {
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(5);
  stranger().deaf = true;
  const ConnectionId other = world_.connect(1);
  world_.run_for_s(2);
  EXPECT_EQ(counters().claims, 1u);
  EXPECT_EQ(counters().replaced, 0u);
  EXPECT_EQ(seen_.closed, 0);
  // The meter is served on its own connection meanwhile.
  lose_rows(40);
  world_.run_for_s(3 * config_.response_timeout_s - 10);
  EXPECT_EQ(closed(), 0u);
  world_.run_for_s(20);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{other});
  EXPECT_EQ(counters().not_proved, 1u);
  world_.send_up(own, meter().heartbeat());
  world_.run_for_s(800);
  EXPECT_EQ(store_.rows(), 40u);
  EXPECT_EQ(world_.line.count(own), 1u);
  EXPECT_EQ(seen_.opened, 1);
  EXPECT_EQ(seen_.closed, 0);
}

TEST_F(Claims, fault_25_a_stranger_with_other_keys_ends_no_session) {
  lose_rows(100);
  stranger().last_client_counter = UINT32_MAX - 100;  // it would lock us out

  const ConnectionId own = world_.connect(0);
  std::optional<ConnectionId> other;
  // In the middle of the first pull.
  world_.on_sent = [&](ConnectionId to, protocol::Bytes) {
    if (to == own && meter().associations == 1 && !other) {
      other = 0;
      world_.at(world_.now + 1, [&] { other = world_.connect(1); });
    }
  };
  world_.run_for_s(600);
  ASSERT_TRUE(other);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{*other});
  EXPECT_EQ(counters().not_proved, 1u);
  EXPECT_EQ(counters().timeouts, 0u);
  EXPECT_EQ(store_.rows(), 100u);
  EXPECT_LT(store_.meter_table().record(0).client_reserved, 10'000u);
  EXPECT_EQ(seen_.closed, 0);
}

// One key, two connections at work: a number that is sealed twice would give the key away.
TEST_F(Claims, fault_25_no_invocation_counter_is_used_twice) {
  lose_rows(100);
  stranger().identity.keys = meter().identity.keys;  // it proves to be the meter
  const ConnectionId own = world_.connect(0);
  std::multiset<std::uint32_t> used;
  std::set<ConnectionId> to_whom;
  int requests = 0;
  world_.on_sent = [&](ConnectionId to, protocol::Bytes octets) {
    const auto message = protocol::wrapper::decode(octets);
    ASSERT_TRUE(message.ok());
    const auto aarq = protocol::dlms::decode_aarq(message->apdu);
    const auto ciphered =
        protocol::dlms::decode_ciphered(aarq ? aarq->user_information : message->apdu);
    if (!ciphered) return;  // of the public client
    used.insert(ciphered->invocation_counter);
    to_whom.insert(to);
    if (to == own && ++requests == 3) world_.connect(1);  // in the middle of a pull
  };
  world_.run_for_s(900);
  EXPECT_EQ(to_whom.size(), 2u);
  EXPECT_GT(used.size(), 4u);
  for (const std::uint32_t counter : used) EXPECT_EQ(used.count(counter), 1u) << counter;
}

TEST_F(Claims, fault_25_a_module_that_dials_again_is_served_within_seconds) {
  lose_rows(8);
  const ConnectionId first = world_.connect(0);
  world_.run_for_s(30);
  world_.line.erase(first);  // half open: nobody is told
  const ConnectionId second = world_.connect(0);
  world_.run_for_s(15);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{first});
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(counters().not_proved, 0u);
  EXPECT_EQ(seen_.opened, 2);
  EXPECT_EQ(seen_.closed, 1);
  world_.run_for_s(200);
  EXPECT_EQ(store_.rows(), 8u);
  EXPECT_EQ(world_.line.count(second), 1u);
}

TEST_F(Claims, fault_25_a_push_proves_it_at_once_and_a_recorded_one_does_not) {
  const ConnectionId first = world_.connect(0);
  world_.run_for_s(300);
  lose_rows(8);
  const Octets recorded = meter().push(0, 4);
  world_.send_up(first, recorded);
  world_.run_for_s(5);
  stranger().deaf = true;
  const ConnectionId other = world_.connect(1);
  world_.send_up(other, recorded);
  world_.run_for_s(5);
  EXPECT_EQ(counters().replayed, 1u);
  EXPECT_EQ(counters().replaced, 0u);
  // Its module; the meter is busy with something else.
  const ConnectionId second = world_.connect_silently(0);
  meter().forgets_answers = true;
  world_.send_up(second, meter().announce());
  world_.send_up(second, meter().push(4, 4));
  world_.run_for_s(2);
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{first});
  EXPECT_EQ(store_.rows(), 8u);
  world_.run_for_s(400);
  EXPECT_EQ(world_.closed_by_head_end, (std::vector{first, other}));
  EXPECT_EQ(counters().not_proved, 1u);
}

// The association that would have proved it is on the way when a push does: its answer is not taken
// for that of the next one, whose challenge is another, and which the meter would call an attack.
TEST_F(Claims, APushThatOvertakesTheProofLeavesNoAnswerForAnother) {
  const ConnectionId first = world_.connect(0);
  world_.run_for_s(300);
  lose_rows(8);
  world_.line.erase(first);  // half open: nobody is told
  Order order;               // does not wait: begun anew as soon as the meter is there
  order.meter = 0;
  order.kind = OrderKind::relay_open;
  head_end_.submit(order);
  world_.run_for_s(2);
  const ConnectionId second = world_.connect_silently(0);
  world_.send_up(second, meter().announce());
  bool pushed = false;
  world_.on_sent = [&](ConnectionId connection, protocol::Bytes) {
    if (connection != second || std::exchange(pushed, true)) return;
    world_.send_up(second, meter().push(0, 4));
  };
  world_.run_for_s(100);
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(counters().rejected, 0u);
  EXPECT_EQ(counters().timeouts, 0u);
  EXPECT_EQ(meter().relay_actions, 1);
}

TEST_F(Claims, fault_25_who_came_first_has_no_better_right) {
  stranger().deaf = true;
  const ConnectionId other = world_.connect(1);
  world_.run_for_s(30);
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(15);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{other});
  EXPECT_EQ(world_.line.count(own), 1u);
}

// Where no counter is known yet, one is taken from whoever claims; not one that leads nowhere.
TEST_F(Claims, AStrangerUsesUpNoNumbersOfAMeterThatWasNeverAsked) {
  meter().deaf = true;
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(5);
  stranger().last_client_counter = UINT32_MAX - 100;
  const ConnectionId other = world_.connect(1);
  world_.run_for_s(30);
  EXPECT_EQ(world_.closed_by_head_end, std::vector{other});
  EXPECT_EQ(counters().not_proved, 1u);
  meter().deaf = false;
  lose_rows(8);
  world_.run_for_s(900);
  EXPECT_EQ(world_.line.count(own), 1u);
  EXPECT_EQ(store_.rows(), 8u);
  EXPECT_LT(store_.meter_table().record(0).client_reserved, 10'000u);
}

TEST_F(Claims, ManyStrangersWaitForEachOtherAndAreClosedOneAndAll) {
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(300);
  stranger().deaf = true;
  for (int i = 0; i < 40; ++i) world_.connect(1);
  const ConnectionId gone = world_.connect(1);
  const ConnectionId waiting = world_.connect(1);
  world_.run_for_s(5);
  world_.disconnect(gone);
  world_.send_up(waiting, stranger().heartbeat());
  world_.run_for_s(700);
  EXPECT_EQ(closed(), 41u);
  EXPECT_EQ(counters().claims, 42u);
  EXPECT_EQ(counters().not_proved, 41u);
  EXPECT_EQ(head_end_.engine().connections(), 1u);
  EXPECT_EQ(world_.line.count(own), 1u);
}

TEST_F(Claims, AfterAModuleThatProvedItselfAStrangerStillHasTo) {
  const ConnectionId first = world_.connect(0);
  world_.run_for_s(30);
  world_.line.erase(first);
  const ConnectionId second = world_.connect(0);
  world_.run_for_s(15);
  EXPECT_EQ(counters().replaced, 1u);
  stranger().deaf = true;
  const ConnectionId other = world_.connect(1);
  world_.run_for_s(400);
  EXPECT_EQ(counters().replaced, 1u);
  EXPECT_EQ(counters().not_proved, 1u);
  EXPECT_EQ(world_.closed_by_head_end, (std::vector{first, other}));
  EXPECT_EQ(world_.line.count(second), 1u);
}

TEST_F(Claims, OnlySixteenStrangersAreAskedAtOnce) {
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(300);
  stranger().deaf = true;
  std::set<ConnectionId> asked;
  world_.on_sent = [&](ConnectionId to, protocol::Bytes) {
    if (to != own) asked.insert(to);
  };
  for (int i = 0; i < 20; ++i) world_.connect(1);
  world_.run_for_s(30);
  EXPECT_EQ(asked.size(), 16u);
  world_.run_for_s(600);
  EXPECT_EQ(asked.size(), 20u);
}

// A meter that sends its pushes to the client that set them up, and not to the push client.
TEST_F(Claims, fault_12_a_push_to_the_management_client_is_a_push) {
  const ConnectionId own = world_.connect(0);
  world_.run_for_s(5);
  lose_rows(8);
  const auto to_management = [&](std::size_t first) {
    const Octets push = meter().push(first, 4);
    const auto message = protocol::wrapper::decode(push);
    return hes_test::wrap(1, protocol::dlms::kManagementClient, message->apdu);
  };
  world_.send_up(own, to_management(0));
  world_.run_for_s(5);
  EXPECT_EQ(store_.rows(), 4u);
  EXPECT_EQ(counters().pushes, 1u);
  // Also while we ask it for something else.
  meter().in_front = {};
  world_.run_for_s(100);
  bool pushed = false;
  world_.on_sent = [&](ConnectionId, protocol::Bytes) {
    if (!pushed) world_.send_up(own, to_management(4));
    pushed = true;
  };
  world_.run_for_s(900);
  EXPECT_TRUE(pushed);
  EXPECT_EQ(counters().pushes, 2u);
  EXPECT_EQ(store_.rows(), 8u);
  EXPECT_EQ(counters().malformed, 0u);
  EXPECT_EQ(counters().timeouts, 0u);
}

}  // namespace
}  // namespace hes
