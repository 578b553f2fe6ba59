// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// New keys of a meter with a module: given, used, and what is known of them when something is lost.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "hes-stub/engine.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/head_end/vault.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::FakeMeter;
using hes_test::Octets;
using hes_test::World;
using testing::HasSubstr;

class KeysTest : public testing::Test {
 protected:
  KeysTest() : store_(StoreOptions{":memory:", false, false}) { start(); }

  void start() {
    head_end_.reset();
    head_end_.emplace(config_, inventory_, std::vector{hes_test::fake_type()}, store_, world_, log_,
                      random_, seen_, world_.now, &vault_);
    world_.attach(*head_end_);
  }
  ConnectionId connect() {
    line_ = world_.connect(0);
    world_.run_for_s(30);
    return line_;
  }
  // The process ends and another one begins; the line with it.
  void restart() {
    world_.disconnect(line_);
    store_.commit();
    start();
  }
  void order(std::int64_t window_s = 24 * 3600) {
    Order order;
    order.meter = 0;
    order.kind = OrderKind::key;
    order.valid_until = world_.now + window_s * kNsPerSecond;
    head_end_->submit(order);
    head_end_->advance(world_.now);
  }
  void read() {
    Order order;
    order.meter = 0;
    order.kind = OrderKind::read;
    order.attribute = {classes::Clock::kId, kClock, 2};
    head_end_->submit(order);
    head_end_->advance(world_.now);
    world_.run_for_s(60);
  }
  void keep_alive(int hours) {
    for (int i = 1; i <= hours * 12; ++i) {
      world_.at(world_.now + 300 * i * kNsPerSecond,
                [this] { world_.send_up(line_, meter().heartbeat()); });
    }
  }
  void run_until_given() {
    for (int k = 0; k < 4 * 600 && meter().key_transfers == 0; ++k) {
      world_.run_until(world_.now + kNsPerSecond / 4);
    }
    ASSERT_EQ(meter().key_transfers, 1);
  }
  void push_of_now() {
    meter().capture(hes_test::quarters(world_.now_s() / 900 * 900, 1)[0]);
    world_.send_up(line_, meter().push(meter().rows.size() - 1, 1));
    world_.run_for_s(3);
  }
  FakeMeter& meter() { return *world_.meters[0]; }
  const EngineCounters& counters() const { return head_end_->engine().counters(); }
  protocol::dlms::Keys first() const { return inventory_[0].keys; }
  bool has_first_keys() { return meter().identity.keys.unicast == first().unicast; }

  EngineConfig config_;
  Inventory inventory_ = hes_test::fake_inventory(2);
  World world_{2};
  Store store_;
  hes_test::Vault vault_;
  hes_test::NotedLog log_;
  hes_test::SeededRandom random_{7};
  hes_test::Recorder seen_;
  std::optional<LocalHeadEnd> head_end_;
  ConnectionId line_ = 0;
};

TEST_F(KeysTest, BothKeysAreChangedAndUsed) {
  connect();
  order();
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[0].attempts, 1u);
  EXPECT_EQ(meter().key_transfers, 1);
  const auto now = meter().identity.keys;
  EXPECT_NE(now.unicast, first().unicast);
  EXPECT_NE(now.authentication, first().authentication);
  ASSERT_EQ(vault_.kept.size(), 1u);
  EXPECT_EQ(vault_.kept[0].serial, inventory_[0].serial);
  EXPECT_EQ(vault_.kept[0].keys->unicast, now.unicast);
  EXPECT_EQ(vault_.kept[0].keys->authentication, now.authentication);
  EXPECT_FALSE(vault_.kept[0].next);
  EXPECT_EQ(vault_.kept[0].changes, 1u);
  push_of_now();
  EXPECT_EQ(seen_.rows, 1);
  EXPECT_EQ(counters().not_authentic, 0u);
  EXPECT_EQ(counters().rejected, 0u);
  EXPECT_LT(meter().last_client_counter, 20u) << "they began anew";
  restart();
  connect();
  read();
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
  EXPECT_EQ(counters().rejected, 0u);
  EXPECT_TRUE(meter().counters_went_on);
}

TEST_F(KeysTest, AgainAndAgain) {
  connect();
  for (int k = 0; k < 3; ++k) order();
  world_.run_for_s(200);
  EXPECT_EQ(std::ranges::count(seen_.orders, OrderOutcome::done, &OrderResult::outcome), 3);
  EXPECT_EQ(meter().key_transfers, 3);
  EXPECT_EQ(vault_.kept.at(0).changes, 3u);
  EXPECT_EQ(vault_.kept[0].keys->unicast, meter().identity.keys.unicast);
  EXPECT_TRUE(meter().counters_went_on);
}

TEST_F(KeysTest, TheVaultHasThemBeforeTheMeter) {
  connect();
  bool told = false;
  world_.on_sent = [&](ConnectionId, protocol::Bytes) {
    if (vault_.saves == 0) return;
    told = true;
    EXPECT_TRUE(vault_.kept.at(0).next || vault_.kept[0].keys);
  };
  order();
  run_until_given();
  EXPECT_TRUE(told);
  EXPECT_TRUE(vault_.kept.at(0).next);
}

TEST_F(KeysTest, NothingIsGivenThatCannotBeKept) {
  connect();
  vault_.full = true;
  order(3600);
  world_.run_for_s(600);
  EXPECT_EQ(meter().key_transfers, 0);
  EXPECT_THAT(log_.text, HasSubstr("cannot be kept"));
  vault_.full = false;
  world_.run_for_s(1800);
  connect();
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
}

TEST_F(KeysTest, AnAnswerThatIsLostIsFoundByTheNewKeys) {
  connect();
  order();
  run_until_given();
  world_.cut = true;  // the answer is on the line
  world_.run_for_s(2);
  world_.cut = false;
  world_.run_for_s(300);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(meter().key_transfers, 1);
  EXPECT_EQ(counters().rejected, 0u) << "the new ones are tried first";
  EXPECT_EQ(vault_.kept.at(0).keys->unicast, meter().identity.keys.unicast);
}

TEST_F(KeysTest, ARequestThatIsLostIsGivenAgainTheSame) {
  connect();
  world_.on_sent = [&](ConnectionId, protocol::Bytes) { meter().deaf = vault_.saves > 0; };
  order();
  world_.run_for_s(30);
  ASSERT_TRUE(vault_.kept.at(0).next);
  const auto drawn = vault_.kept[0].next->unicast;
  world_.on_sent = nullptr;
  meter().deaf = false;
  world_.run_for_s(300);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[0].attempts, 2u);
  EXPECT_EQ(counters().rejected, 1u);
  EXPECT_EQ(meter().key_transfers, 1);
  EXPECT_EQ(meter().identity.keys.unicast, drawn);
  EXPECT_TRUE(meter().counters_went_on);
}

TEST_F(KeysTest, ARefusalLeavesTheOldOnes) {
  meter().new_keys = FakeMeter::NewKeys::refused;
  connect();
  order();
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[0].access_result, protocol::cosem::AccessResult::other_reason);
  EXPECT_FALSE(vault_.kept.at(0).next);
  EXPECT_FALSE(vault_.kept[0].keys);
  world_.disconnect(line_);
  connect();
  read();
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
  EXPECT_EQ(counters().rejected, 0u);
  EXPECT_TRUE(meter().counters_went_on);
}

// Whatever it had against them, the next ones are others.
TEST_F(KeysTest, WhatWasRefusedIsNotGivenAgain) {
  meter().new_keys = FakeMeter::NewKeys::refused;
  connect();
  for (int k = 0; k < 2; ++k) order();
  world_.run_for_s(60);
  ASSERT_EQ(meter().keys_given.size(), 2u);
  EXPECT_NE(meter().keys_given[0], meter().keys_given[1]);
  EXPECT_EQ(std::ranges::count(seen_.orders, OrderOutcome::refused, &OrderResult::outcome), 2);
}

// It says that it took them, and goes on under the old ones: no loop, and no counter is spent on it
// but those of a few associations.
TEST_F(KeysTest, AMeterThatOnlySaysSoCostsLittleUntilTheOrderExpires) {
  meter().new_keys = FakeMeter::NewKeys::only_said;
  connect();
  keep_alive(5);
  order(3 * 3600);
  world_.run_for_s(3 * 3600 + 200);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  EXPECT_LE(meter().key_transfers, 12);
  EXPECT_LT(meter().last_client_counter, 200u);
  EXPECT_TRUE(meter().counters_went_on);
  ASSERT_TRUE(vault_.kept.at(0).next) << "kept until it is known";
  world_.disconnect(line_);
  connect();
  read();
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
  EXPECT_FALSE(vault_.kept[0].next)
      << "it let us in under the old ones, and nobody gives it others";
  EXPECT_FALSE(vault_.kept[0].keys);
}

// The order is over before anybody knows; a push tells.
TEST_F(KeysTest, APushUnderTheNewKeysSettlesWhatAnExpiredOrderLeft) {
  connect();
  order(600);
  run_until_given();
  world_.cut = true;
  world_.disconnect(line_);
  world_.run_for_s(2000);
  world_.cut = false;
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  ASSERT_TRUE(vault_.kept.at(0).next);
  connect();
  meter().own_counter = 0;  // of a meter whose own counters begin anew with its keys
  push_of_now();
  EXPECT_EQ(seen_.rows, 1);
  EXPECT_FALSE(vault_.kept[0].next);
  EXPECT_EQ(vault_.kept[0].keys->unicast, meter().identity.keys.unicast);
  read();
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
  EXPECT_EQ(counters().rejected, 0u);
}

// What a module kept while it could not send was sealed before: read once, and not for ever.
TEST_F(KeysTest, PushesOfBeforeAreReadForAWhileAndOnceEach) {
  connect();
  keep_alive(4);
  push_of_now();
  world_.run_for_s(900);
  meter().capture(hes_test::quarters(world_.now_s() / 900 * 900, 1)[0]);
  const Octets kept = meter().push(1, 1);
  const Octets late = meter().push(1, 1);
  order();
  world_.run_for_s(60);
  ASSERT_FALSE(has_first_keys());
  push_of_now();
  EXPECT_EQ(seen_.rows, 2);
  world_.send_up(line_, kept);
  world_.run_for_s(3);
  EXPECT_EQ(counters().pushes, 3u);
  EXPECT_EQ(counters().not_authentic, 0u);
  world_.send_up(line_, kept);
  world_.run_for_s(3);
  EXPECT_EQ(counters().replayed, 1u);
  world_.run_for_s(config_.push_period_s + config_.push_grace_s);
  world_.send_up(line_, late);
  world_.run_for_s(3);
  EXPECT_EQ(counters().not_authentic, 1u);
}

// Killed between writing them down and sending them, or after the meter had them.
TEST_F(KeysTest, AHeadEndThatStartsAgainFindsOutWhichKeysTheMeterHas) {
  for (const bool given : {false, true}) {
    SCOPED_TRACE(given);
    connect();
    vault_.kept.clear();
    const auto before = meter().identity.keys;
    protocol::dlms::Keys next = before;
    next.unicast[0] ^= 0x55;
    vault_.kept.push_back({inventory_[0].serial, false, before, next, given ? 1u : 0u, 1000});
    if (given) {
      meter().identity.keys = next;
      meter().last_client_counter = 0;
    }
    restart();
    connect();
    push_of_now();
    read();
    EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
    EXPECT_EQ(counters().not_authentic, 0u);
    EXPECT_FALSE(vault_.kept.at(0).next);
    EXPECT_EQ(vault_.kept[0].keys->unicast, meter().identity.keys.unicast);
    EXPECT_TRUE(meter().counters_went_on);
    world_.disconnect(line_);
  }
}

// The vault is ahead of the store: counters of the old keys are not taken for those of the new.
TEST_F(KeysTest, CountersOfTheOldKeysAreNotThoseOfTheNew) {
  meter().own_counter = 4'000'000;
  connect();
  push_of_now();
  const MeterRecord old = store_.meter_table().record(0);
  order();
  world_.run_for_s(60);
  ASSERT_EQ(seen_.orders.at(0).outcome, OrderOutcome::done);
  world_.run_for_s(900);
  store_.meter_table().set_record(0, old);  // killed before the commit
  restart();
  meter().own_counter = 0;
  connect();
  push_of_now();
  EXPECT_EQ(seen_.rows, 2);
  read();
  EXPECT_LT(meter().last_client_counter, 4000u);
  EXPECT_TRUE(meter().counters_went_on);
}

TEST_F(KeysTest, WithoutItsMasterKeyAMeterIsGivenNone) {
  std::vector<MeterEntry> meters = inventory_.meters();
  meters[0].master_key.reset();
  inventory_ = Inventory(std::move(meters));
  start();
  connect();
  order();
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::invalid);
  EXPECT_THAT(log_.text, HasSubstr("the inventory has no master_key of the meter"));
  EXPECT_EQ(meter().key_transfers, 0);
}

TEST_F(KeysTest, NoKeyStandsInStoreLogOrResult) {
  const std::string path = testing::TempDir() + "hes_keys_" + std::to_string(getpid()) + ".sqlite";
  {
    Store store(StoreOptions{path, true, false});
    LocalHeadEnd head_end(config_, inventory_, {hes_test::fake_type()}, store, world_, log_,
                          random_, seen_, world_.now, &vault_);
    world_.attach(head_end);
    world_.connect(0);
    Order order;
    order.meter = 0;
    order.kind = OrderKind::key;
    world_.run_for_s(30);
    head_end.submit(order);
    head_end.advance(world_.now);
    world_.run_for_s(100);
    ASSERT_EQ(seen_.orders.size(), 1u);
    ASSERT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
    head_end.finish();
  }
  std::string all = log_.text;
  for (const char* end : {"", "-wal"}) {
    std::ifstream file(path + end, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(path + end);
  ASSERT_GT(all.size(), 10'000u);
  for (const auto& keys : {*vault_.kept.at(0).keys, first()}) {
    EXPECT_FALSE(hes_test::holds_key(all, keys.unicast));
    EXPECT_FALSE(hes_test::holds_key(all, keys.authentication));
  }
  EXPECT_TRUE(hes_test::holds_key("12" + hes_test::hex(first().unicast), first().unicast));
}

}  // namespace
}  // namespace hes
