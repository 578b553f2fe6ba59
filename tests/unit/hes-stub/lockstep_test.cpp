// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Law 5: a head-end in the simulator's process and one behind real sockets leave the same rows.
#include <gtest/gtest.h>

#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "hes-stub/lockstep/lockstep_client.hpp"
#include "tests/rigs/head_end/lockstep_child.hpp"
#include "tests/rigs/head_end/world.hpp"

namespace hes {
namespace {

using hes_test::fake_inventory;
using hes_test::kFebruary;
using hes_test::Recorder;
using hes_test::World;

constexpr std::size_t kMeters = 5;

using hes_test::Child;
using hes_test::rows_of;

void order_at(World& world, HeadEnd& head_end, std::int64_t at_s, MeterIndex meter, OrderKind kind,
              std::int64_t value) {
  world.at((kFebruary + at_s) * kNsPerSecond, [&head_end, &world, meter, kind, value] {
    Order submitted;
    submitted.meter = meter;
    submitted.kind = kind;
    submitted.value_s = value;
    submitted.valid_until = world.now + 7200 * kNsPerSecond;
    head_end.submit(submitted);
    head_end.deliver(world.now);
  });
}

// A day and a half with lost pushes, a replaced connection, one lost, a deaf meter and orders.
void live_through(World& world, HeadEnd& head_end) {
  world.attach(head_end);
  std::vector<ConnectionId> lines;
  for (std::size_t m = 0; m < kMeters; ++m) {
    lines.push_back(world.connect(m));
    world.meters[m]->closings.push_back(
        hes_test::row(kFebruary + 23 * 3600, 77 + static_cast<int>(m)));
    world.live(m, lines[m], 36, [m](int hour) { return (hour * 7 + static_cast<int>(m)) % 5; });
  }
  order_at(world, head_end, 4000, 0, OrderKind::relay_open, 0);
  order_at(world, head_end, 9000, 1, OrderKind::clock_shift, 37);
  order_at(world, head_end, 9001, 1, OrderKind::relay_close, 0);
  order_at(world, head_end, 9002, 4, OrderKind::relay_close, 0);
  order_at(world, head_end, 9500, 3, OrderKind::key, 0);
  world.at((kFebruary + 8000) * kNsPerSecond, [&] { world.connect(2); });
  world.at((kFebruary + 7000) * kNsPerSecond, [&] { world.meters[4]->deaf = true; });
  world.at((kFebruary + 30'000) * kNsPerSecond, [&] { world.meters[4]->deaf = false; });
  world.at((kFebruary + 20'000) * kNsPerSecond, [&] { world.disconnect(lines[3]); });
  world.at((kFebruary + 25'000) * kNsPerSecond, [&] { world.connect(3); });
  world.run_for_s(40 * 3600);
  head_end.finish();
}

TEST(Lockstep, LeavesTheSameRowsAsInOneProcess) {
  for (const bool with_template : {true, false}) {
    std::vector<TypeTemplate> types;
    if (with_template) types.push_back(hes_test::fake_type());
    EngineConfig config;
    config.closing_spread_s = 7200;

    World local_world(kMeters);
    const Inventory inventory = fake_inventory(kMeters);
    Store store(StoreOptions{":memory:", false, false});
    hes_test::SilentLog log;
    hes_test::SeededRandom local_random(9);
    Recorder local_seen;
    LocalHeadEnd local(config, inventory, types, store, local_world, log, local_random, local_seen,
                       World::kBegin);
    live_through(local_world, local);

    Child child(fake_inventory(kMeters), types);
    World far_world(kMeters);
    hes_test::SeededRandom far_random(9);
    Recorder far_seen;
    LockstepClient far("127.0.0.1", child.port(), config, {kMeters, 0}, far_world, far_random,
                       far_seen, World::kBegin);
    live_through(far_world, far);
    child.join();
    EXPECT_EQ(child.failure, "");
    EXPECT_TRUE(child.finished);

    EXPECT_GT(store.rows(), 400u);
    EXPECT_EQ(far.rows(), store.rows());
    EXPECT_EQ(rows_of(child.store(), kMeters), rows_of(store, kMeters));
    EXPECT_EQ(far_seen.row_log, local_seen.row_log);
    ASSERT_EQ(far_seen.orders.size(), local_seen.orders.size());
    EXPECT_EQ(local_seen.orders.size(), 5u);
    EXPECT_EQ(far_world.meters[3]->identity.keys.unicast,
              local_world.meters[3]->identity.keys.unicast);
    EXPECT_NE(far_world.meters[3]->identity.keys.unicast, inventory[3].keys.unicast);
    for (std::size_t i = 0; i < far_seen.orders.size(); ++i) {
      EXPECT_EQ(far_seen.orders[i].id, local_seen.orders[i].id);
      EXPECT_EQ(far_seen.orders[i].finished, local_seen.orders[i].finished);
      EXPECT_EQ(far_seen.orders[i].outcome, local_seen.orders[i].outcome);
    }
    ASSERT_EQ(far_seen.messages.size(), local_seen.messages.size());
    for (std::size_t i = 0; i < far_seen.messages.size(); ++i) {
      EXPECT_EQ(far_seen.messages[i].at, local_seen.messages[i].at);
      EXPECT_EQ(far_seen.messages[i].octets_up, local_seen.messages[i].octets_up);
    }
    EXPECT_EQ(far_seen.closed, local_seen.closed);
    EXPECT_EQ(far_seen.deviations, local_seen.deviations);
  }
}

TEST(Lockstep, ASimulatorThatGoesAwayLeavesAWrittenStore) {
  Child child(fake_inventory(kMeters), {hes_test::fake_type()});
  {
    World world(kMeters);
    hes_test::SeededRandom random(1);
    Recorder seen;
    LockstepClient far("127.0.0.1", child.port(), EngineConfig{}, {kMeters, 0}, world, random, seen,
                       World::kBegin);
    world.attach(far);
    world.live(0, world.connect(0), 2, [](int) { return true; });
    world.run_for_s(2 * 3600 + 90);
    EXPECT_EQ(seen.rows, 8);
  }
  child.join();
  EXPECT_FALSE(child.finished);
  EXPECT_FALSE(child.store().dirty());
  EXPECT_EQ(child.store().rows(), 8u);
}

TEST(Lockstep, AnUnknownMessageIsNamedToTheSimulator) {
  Child child(fake_inventory(kMeters), {});
  net::Socket control = net::Socket::connect({"127.0.0.1", child.port()});
  const std::uint8_t nonsense[] = {0, 0, 0, 1, 99};
  control.write(nonsense);
  std::vector<std::uint8_t> reply;
  ASSERT_TRUE(read_control(control, reply));
  EXPECT_EQ(reply[0], static_cast<std::uint8_t>(ControlType::failed));
  child.join();
  EXPECT_EQ(child.failure, "lockstep: unknown message");
}

TEST(Lockstep, AHeadEndThatIsGoneIsAnError) {
  net::Listener listener({"127.0.0.1", 0});
  std::thread gone([&listener] { listener.accept(); });
  World world(1);
  hes_test::SeededRandom random(1);
  Recorder seen;
  EXPECT_THROW(LockstepClient("127.0.0.1", listener.port(), EngineConfig{}, {1, 0}, world, random,
                              seen, World::kBegin),
               std::runtime_error);
  gone.join();
}

// A simulator that says what cannot be: the channel ends with a sentence, and so does the service.
class Broken : public testing::Test {
 protected:
  void say(const std::function<void(ControlWriter&)>& body, ControlType type) {
    ControlWriter out;
    out.begin(type);
    body(out);
    control_.write(out.finish());
  }
  void hello(UtcNs begin = World::kBegin) {
    say(
        [&](ControlWriter& out) {
          out(kLockstepVersion, begin, std::vector<std::uint8_t>(256), std::string_view("{}"));
        },
        ControlType::hello);
  }
  void step(
      UtcNs now, const std::function<void(ControlWriter&)>& events = [](auto&) {}) {
    say(
        [&](ControlWriter& out) {
          out(now, false, std::vector<std::uint8_t>());
          events(out);
        },
        ControlType::step);
  }
  std::string failure() {
    child_.join();
    return child_.failure;
  }

  Child child_{fake_inventory(1), {}};
  net::Socket control_ = net::Socket::connect({"127.0.0.1", child_.port()});
};

TEST_F(Broken, TimeThatRunsBackwardsIsRefused) {
  hello();
  step(World::kBegin + 2);
  step(World::kBegin + 1);
  EXPECT_EQ(failure(), "lockstep: time runs backwards");
}

TEST_F(Broken, TimeBeyondTheYear2100IsRefused) {
  hello(INT64_MAX);
  EXPECT_EQ(failure(), "lockstep: time runs backwards");
}

TEST_F(Broken, AConnectionThatIsNeverMadeIsNotWaitedForForever) {
  hello();
  step(World::kBegin, [](ControlWriter& out) {
    out(StepEvent::open, ConnectionId{1}, std::uint16_t{1}, Door::wrapper);
  });
  std::vector<std::uint8_t> welcome;
  ASSERT_TRUE(read_control(control_, welcome));
  control_ = net::Socket();  // gone
  EXPECT_EQ(failure(), "accept: nobody connected");
}

// What a head-end reports is about what there is; its numbers index tables of the simulator.
TEST(Lockstep, ObservationsOfWhatThereIsNotAreRefused) {
  const Known known{2, 1};
  const auto replayed = [&](const std::function<void(ObservationWriter&)>& write) {
    ObservationWriter observations;
    write(observations);
    protocol::FieldWriter out;
    observations.move_to(out);
    protocol::FieldReader in(out.octets());
    Recorder seen;
    return replay_observations(in, known, seen);
  };
  for (const auto& [meter, good] : {std::pair<MeterIndex, bool>{1, true}, {2, false}}) {
    const MeterIndex m = meter;
    EXPECT_EQ(replayed([m](auto& out) { out.row_stored(m, kLoadProfile, Row{}, 0); }), good);
    EXPECT_EQ(replayed([m](auto& out) { out.session_opened(m, 1, 0); }), good);
    EXPECT_EQ(replayed([m](auto& out) { out.session_closed(m, 1, 0); }), good);
    EXPECT_EQ(replayed([m](auto& out) { out.clock_checked(m, 1, 0); }), good);
    EXPECT_EQ(replayed([m](auto& out) { out.message({.meter = m}); }), good);
    EXPECT_EQ(replayed([m](auto& out) {
                OrderResult result;
                result.order.meter = m;
                out.order_finished(result);
              }),
              good);
  }
  EXPECT_TRUE(replayed([](auto& out) { out.message({.meter = kNoMeter, .concentrator = 0}); }));
  EXPECT_FALSE(replayed([](auto& out) { out.message({.meter = kNoMeter, .concentrator = 1}); }));
  EXPECT_TRUE(replayed([](auto& out) { out.report_received({.concentrator = 0}); }));
  EXPECT_FALSE(replayed([](auto& out) { out.report_received({.concentrator = 1}); }));
  EXPECT_FALSE(replayed([](auto& out) { out.report_received({.concentrator = 0, .kind = 13}); }));
  OrderResult unheard_of;
  unheard_of.order.meter = 0;
  unheard_of.outcome = static_cast<OrderOutcome>(4);
  EXPECT_FALSE(replayed([&](auto& out) { out.order_finished(unheard_of); }));
}

}  // namespace
}  // namespace hes
