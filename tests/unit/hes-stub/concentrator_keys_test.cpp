// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// New keys of meters behind a concentrator: wrapped twice, and read back through it.
#include <gmock/gmock.h>

#include <fstream>

#include "protocol/cosem/classes/clock.hpp"
#include "tests/rigs/head_end/concentrator_world.hpp"
#include "tests/rigs/head_end/vault.hpp"

namespace hes {
namespace {

namespace p32 = protocol::p32;
using hes_test::FakeConcentrator;

class PlcKeys : public hes_test::ConcentratorTest {
 protected:
  PlcKeys() { config_.closing_pull = false; }
  void begin() {
    start();
    attach_vault();
    const p32::Signer signer(hes_test::kSignKey);
    dc().verifier.emplace(signer.public_key());
    world_->connect_concentrator();
    world_->run_for_s(10);
  }
  // The head-end that start() made has none.
  void attach_vault() {
    head_end_.reset();
    head_end_ = std::make_unique<LocalHeadEnd>(config_, *inventory_,
                                               std::vector{hes_test::fake_type()}, *store_, *world_,
                                               log_, random_, seen_, world_->now, &vault_);
    world_->attach(*head_end_);
  }
  void poll(std::int64_t seconds = 30) {
    act([](FakeConcentrator& it) { it.poll(); }, seconds);
  }
  protocol::crypto::Key128 opened(const protocol::crypto::Key128& under, const p32::Octets& key) {
    protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
    protocol::crypto::Key128 plain{};
    EXPECT_TRUE(crypto.unwrap(under, key, plain));
    return plain;
  }
  const p32::KeyChangeOrder& given(std::size_t k) {
    return std::get<p32::KeyChangeOrder>(dc().executed.at(k).body);
  }

  hes_test::Vault vault_;
};

TEST_F(PlcKeys, AreWrappedForBothGivenAndReadBack) {
  begin();
  submit(order(OrderKind::key));
  ASSERT_TRUE(vault_.kept.at(0).next);
  EXPECT_TRUE(vault_.kept[0].of_concentrator);
  poll();
  ASSERT_EQ(dc().executed.size(), 1u);
  EXPECT_TRUE(dc().executed[0].meters.empty());
  const auto& keys = given(0).keys;
  ASSERT_EQ(keys.size(), 2u);
  const protocol::dlms::Keys now = vault_.kept.at(0).keys.value();
  for (const auto& [wrapped, key, id] :
       {std::tuple{keys[0], now.unicast, p32::KeyId::unicast},
        std::tuple{keys[1], now.authentication, p32::KeyId::authentication}}) {
    EXPECT_EQ(wrapped.meter, serial(0));
    EXPECT_EQ(wrapped.key, id);
    EXPECT_EQ(opened(*(*inventory_)[0].master_key, wrapped.for_meter), key);
    EXPECT_EQ(opened(hes_test::kTransportKey, wrapped.for_concentrator), key);
  }
  EXPECT_NE(now.unicast, (*inventory_)[0].keys.unicast);
  EXPECT_NE(now.unicast, now.authentication);
  EXPECT_TRUE(seen_.orders.empty()) << "not read back yet";
  poll();
  ASSERT_EQ(dc().executed.size(), 2u);
  const auto& read = std::get<p32::RawDlmsOrder>(dc().executed[1].body).operations.at(0);
  EXPECT_EQ(read.service, p32::DlmsService::get);
  EXPECT_EQ(dc().executed[1].meters, std::vector{serial(0)});
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(seen_.orders[0].id, 1u);
  EXPECT_FALSE(vault_.kept[0].next);
  EXPECT_EQ(head_end_->engine().concentrators().open_items(0), 0u);
}

TEST_F(PlcKeys, OfAMeterOutOfReachAreTheSameTheNextTime) {
  begin();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::communication, p32::error_code::kNoAnswer};
  submit(order(OrderKind::key));
  poll(60);
  dc().meter_failure.reset();
  poll(60);
  ASSERT_EQ(dc().executed.size(), 2u);
  EXPECT_EQ(given(0), given(1));
  dc().meter_failure = p32::Failure{p32::ErrorCategory::communication, p32::error_code::kNoAnswer};
  poll(60);  // the reading back; it is tried again, too, and the keys are not given once more
  dc().meter_failure.reset();
  poll(60);
  ASSERT_EQ(dc().executed.size(), 4u);
  EXPECT_TRUE(std::holds_alternative<p32::RawDlmsOrder>(dc().executed[3].body));
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
}

TEST_F(PlcKeys, ThatTheMeterRefusesAreForgotten) {
  begin();
  dc().meter_failure = p32::Failure{p32::ErrorCategory::dlms, 250};
  submit(order(OrderKind::key));
  poll(60);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::refused);
  EXPECT_EQ(seen_.orders[0].access_result, protocol::cosem::AccessResult::other_reason);
  EXPECT_FALSE(vault_.kept.at(0).next);
  EXPECT_FALSE(vault_.kept[0].keys);
}

TEST_F(PlcKeys, OfAnOrderThatExpiresAreKeptForTheNextOne) {
  begin();
  dc().executes = false;
  submit(order(OrderKind::key));
  const auto drawn = vault_.kept.at(0).next.value();
  poll();
  world_->run_for_s(9000);
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::expired);
  ASSERT_TRUE(vault_.kept[0].next);
  dc().executes = true;
  submit(order(OrderKind::key));
  poll();
  poll();
  EXPECT_EQ(opened(hes_test::kTransportKey, given(0).keys.at(0).for_concentrator), drawn.unicast);
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::done);
  EXPECT_EQ(vault_.kept[0].keys->unicast, drawn.unicast);
}

// It ends after the concentrator's result, before they are read back.
TEST_F(PlcKeys, AreReadBackByAHeadEndThatStartsAgain) {
  on_file();
  begin();
  submit(order(OrderKind::key));
  poll();
  ASSERT_TRUE(vault_.kept.at(0).keys);
  kill_and_start();
  attach_vault();
  world_->connect_concentrator();
  world_->run_for_s(10);
  poll();
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::done);
  EXPECT_EQ(vault_.kept.at(0).changes, 1u);
  std::string all;
  for (const char* end : {"", "-wal"}) {
    std::ifstream file(path_ + end, std::ios::binary);
    all.append(std::istreambuf_iterator<char>(file), {});
  }
  ASSERT_GT(all.size(), 10'000u);
  EXPECT_FALSE(hes_test::holds_key(all, vault_.kept[0].keys->unicast));
  EXPECT_FALSE(hes_test::holds_key(all, vault_.kept[0].keys->authentication));
}

TEST_F(PlcKeys, AreNotGivenWithoutTheKeyOfTheirConcentrator) {
  begin();
  auto concentrators = inventory_->concentrators();
  concentrators[0].transport_key.reset();
  inventory_ = Inventory(inventory_->meters(), concentrators);
  submit(order(OrderKind::key));
  ASSERT_EQ(seen_.orders.size(), 1u);
  EXPECT_EQ(seen_.orders[0].outcome, OrderOutcome::invalid);
  EXPECT_TRUE(vault_.kept.empty());
  vault_.full = true;
  concentrators[0].transport_key = hes_test::kTransportKey;
  inventory_ = Inventory(inventory_->meters(), concentrators);
  submit(order(OrderKind::key));
  EXPECT_EQ(seen_.orders.back().outcome, OrderOutcome::invalid) << "the vault refuses them";
}

}  // namespace
}  // namespace hes
