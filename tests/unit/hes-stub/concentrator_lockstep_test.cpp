// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Law 5 with a concentrator beside the modules: polls, orders, requests, lost connections, and one
// that is dialled.
#include <gtest/gtest.h>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "tests/rigs/head_end/lockstep_child.hpp"

namespace hes {
namespace {

using hes_test::Child;
using hes_test::FakeConcentrator;
using hes_test::kFebruary;
using hes_test::plc_inventory;
using hes_test::Recorder;
using hes_test::rows_of;
using hes_test::World;

constexpr std::size_t kDirect = 2;
constexpr std::size_t kVillageMeters = 6;

void live_through(World& world, HeadEnd& head_end, const Inventory& inventory) {
  world.attach(head_end);
  FakeConcentrator& dc = world.concentrator;
  for (std::size_t m = kDirect; m < kVillageMeters; ++m) {
    auto& rows = dc.rows[inventory[static_cast<MeterIndex>(m)].serial];
    rows = hes_test::quarters(kFebruary + 900, 96, static_cast<int>(m) * 5000);
    rows.erase(rows.begin() + 10, rows.begin() + 10 + static_cast<int>(m));
  }
  world.connect_concentrator();
  for (std::size_t m = 0; m < kDirect; ++m) {
    world.live(m, world.connect(m), 24, [m](int hour) { return (hour + static_cast<int>(m)) % 3; });
  }
  for (int hour = 4; hour <= 24; hour += 4) {
    world.concentrator_at(kFebruary + hour * 3600 + 20, [&world, hour](FakeConcentrator& it) {
      if (hour == 12) return;  // this one is never made
      it.report_rows(kFebruary + (hour - 4) * 3600 + 1, kFebruary + hour * 3600, world.now_s());
    });
  }
  for (int k = 1; k < 30 * 6; ++k) {
    world.concentrator_at(kFebruary + k * 600, [](FakeConcentrator& it) { it.poll(); });
  }
  for (const int hour : {5, 17}) {
    world.at((kFebruary + hour * 3600) * kNsPerSecond, [&world] {
      if (world.uplink != 0) world.disconnect_concentrator();
    });
  }
  for (MeterIndex meter = 0; meter < kVillageMeters; ++meter) {
    world.at((kFebruary + 9000 + meter) * kNsPerSecond, [&head_end, &world, meter] {
      Order order;
      order.meter = meter;
      order.kind = meter % 2 == 0 ? OrderKind::relay_open : OrderKind::clock_shift;
      order.value_s = -60;
      order.valid_until = world.now + 7200 * kNsPerSecond;
      head_end.submit(order);
      head_end.deliver(world.now);
    });
  }
  world.run_for_s(30 * 3600);
  head_end.finish();
}

TEST(ConcentratorLockstep, LeavesTheSameRowsAsInOneProcess) {
  for (const Uplink uplink : {Uplink::gprs, Uplink::ethernet}) {
    EngineConfig config;
    config.signing_key = SigningKey{1, 2, 3};
    config.p32_check_period_s = 600;
    const Inventory inventory = plc_inventory(kDirect, kVillageMeters - kDirect, uplink);

    World local_world(kVillageMeters);
    Store store(StoreOptions{":memory:", false, false});
    hes_test::SilentLog log;
    hes_test::SeededRandom local_random(9);
    Recorder local_seen;
    const std::vector<TypeTemplate> types = {hes_test::fake_type()};
    LocalHeadEnd local(config, inventory, types, store, local_world, log, local_random, local_seen,
                       World::kBegin);
    live_through(local_world, local, inventory);

    Child child(inventory, types);
    World far_world(kVillageMeters);
    hes_test::SeededRandom far_random(9);
    Recorder far_seen;
    LockstepClient far("127.0.0.1", child.port(), config, {kVillageMeters, 1}, far_world,
                       far_random, far_seen, World::kBegin);
    live_through(far_world, far, inventory);
    child.join();
    EXPECT_EQ(child.failure, "");
    EXPECT_TRUE(child.finished);

    EXPECT_GT(local.engine().counters().p32.reports, 8u);
    EXPECT_GT(local.engine().counters().p32.requests, 0u);
    EXPECT_GT(store.rows(), 500u);
    EXPECT_EQ(far.rows(), store.rows());
    EXPECT_EQ(rows_of(child.store(), kVillageMeters), rows_of(store, kVillageMeters));
    EXPECT_EQ(far_seen.row_log, local_seen.row_log);
    EXPECT_EQ(local_seen.orders.size(), kVillageMeters);
    ASSERT_EQ(far_seen.orders.size(), local_seen.orders.size());
    for (std::size_t i = 0; i < far_seen.orders.size(); ++i) {
      EXPECT_EQ(far_seen.orders[i].id, local_seen.orders[i].id);
      EXPECT_EQ(far_seen.orders[i].finished, local_seen.orders[i].finished);
      EXPECT_EQ(far_seen.orders[i].outcome, local_seen.orders[i].outcome);
    }
    ASSERT_EQ(far_seen.messages.size(), local_seen.messages.size());
    for (std::size_t i = 0; i < far_seen.messages.size(); ++i) {
      EXPECT_EQ(far_seen.messages[i].at, local_seen.messages[i].at);
      EXPECT_EQ(far_seen.messages[i].kind, local_seen.messages[i].kind);
      EXPECT_EQ(far_seen.messages[i].octets_down, local_seen.messages[i].octets_down);
      EXPECT_EQ(far_seen.messages[i].concentrator, local_seen.messages[i].concentrator);
    }
    ASSERT_EQ(far_seen.reports.size(), local_seen.reports.size());
    for (std::size_t i = 0; i < far_seen.reports.size(); ++i) {
      EXPECT_EQ(far_seen.reports[i].new_rows, local_seen.reports[i].new_rows);
      EXPECT_EQ(far_seen.reports[i].latency, local_seen.reports[i].latency);
    }
  }
}

}  // namespace
}  // namespace hes
