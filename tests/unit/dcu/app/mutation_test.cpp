// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Messages with any octets wrong, on every interface: counted and dropped; nothing wrong is stored
// and what is right still arrives.
#include <gtest/gtest.h>

#include <algorithm>

#include "dcu/app/ports/event_code.hpp"
#include "protocol/wrapper/wrapper.hpp"
#include "tests/rigs/concentrator/world.hpp"
#include "tests/unit/dcu/app/seeds.hpp"

namespace dcu_test {
namespace {

using p32::ReportKind;

void flip(Octets& octets, Draws& draws) {
  if (octets.empty()) return;
  octets[draws.below(octets.size())] ^= static_cast<std::uint8_t>(1 + draws.below(255));
}

// Every row in the head-end is one that the meter wrote, and comes once.
void expect_only_truth(const World& world) {
  for (unsigned k = 0; k < world.meters.size(); ++k) {
    std::multiset<std::pair<std::int64_t, std::uint64_t>> written;
    for (const Row& row : world.meters[k]->load) written.emplace(row.at.utc_s, row.values[0]);
    for (const auto& row : world.reported(k, ReportKind::load_profile)) {
      const auto at = written.find({row.at.utc_s, row.values[0]});
      ASSERT_NE(at, written.end()) << "meter " << k << " row " << row.at.utc_s;
      written.erase(at);
    }
  }
  EXPECT_EQ(world.head_end.problems, std::vector<std::string>{});
}

TEST(Mutation, LsdusOfMeters) {
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    World world({.seed = seed});
    unsigned spoilt = 0;
    world.spoil_up = [&](Octets& apdu) {
      if (draws.below(4) != 0) return;
      ++spoilt;
      flip(apdu, draws);
    };
    world.run_for(10 * 3600);
    EXPECT_GT(spoilt, 10u);
    EXPECT_GT(world.count(&dcu::app::Counters::dlms_ignored) +
                  world.count(&dcu::app::Counters::associations_rejected) +
                  world.count(&dcu::app::Counters::values_unreadable) +
                  world.count(&dcu::app::Counters::timeouts),
              0u);
    world.spoil_up = nullptr;
    world.run_for(6 * 3600);
    expect_only_truth(world);
    EXPECT_GT(world.reported(1, ReportKind::load_profile).size(), 40u);
  }
}

TEST(Mutation, LsdusOutOfNowhere) {
  World world({});
  world.run_for(60);
  Draws draws(7);
  for (int k = 0; k < 3000; ++k) {
    Octets apdu(draws.below(80));
    for (std::uint8_t& octet : apdu) octet = static_cast<std::uint8_t>(draws.next());
    if (!apdu.empty() && draws.below(2) == 0) apdu[0] = 0xDB;
    constexpr std::uint8_t kClients[] = {1, 2, 3, 16, 102};
    world.inject(static_cast<unsigned>(draws.below(4)), kClients[draws.below(5)], apdu);
  }
  Octets alarm = world.meters[0]->spontaneous(62);
  for (std::size_t at = 0; at < alarm.size(); ++at) {
    Octets bad = alarm;
    bad[at] ^= 0x10;
    world.inject(0, 3, bad);
  }
  EXPECT_EQ(world.count(&dcu::app::Counters::alarms), 0u);
  EXPECT_GE(world.count(&dcu::app::Counters::alarms_dropped), alarm.size());
  EXPECT_GT(world.count(&dcu::app::Counters::dlms_ignored), 1000u);
  world.inject(0, 3, alarm);
  EXPECT_EQ(world.count(&dcu::app::Counters::alarms), 1u);
}

TEST(Mutation, AnswersOfTheHeadEnd) {
  for (std::uint64_t seed = 1; seed <= seeds(12); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    World world({.seed = seed});
    p32::Request request;
    request.selection.report = ReportKind::inventory;
    world.head_end.ask(request);
    unsigned spoilt = 0;
    world.spoil_http = [&](std::string& answer) {
      if (answer.empty() || draws.below(3) != 0) return;
      ++spoilt;
      answer[draws.below(answer.size())] ^= static_cast<char>(1 + draws.below(255));
    };
    world.run_for(6 * 3600);
    EXPECT_GT(spoilt, 5u);
    world.spoil_http = nullptr;
    world.run_for(3 * 3600);
    expect_only_truth(world);
    EXPECT_GT(world.reported(1, ReportKind::load_profile).size(), 24u);
  }
}

TEST(Mutation, SignedOrders) {
  World world({});
  world.run_for(60);
  p32::Order order;
  order.id = "O-1";
  order.seq = 1;
  order.concentrator = world.head_end.peer;
  order.from = world.now_s() * 1000;
  order.until = order.from + 3'600'000;
  order.meters = {FakeMeter::serial_of(0)};
  order.body = p32::RelayOrder{p32::RelayAction::open};
  World door({.uplink = p32::Uplink::ethernet});
  door.run_for(60);
  const std::string xml = p32::encode(world.head_end.message(world.head_end.sign(order), "M-1"));
  Draws draws(5);
  for (int k = 0; k < 1500; ++k) {
    std::string bad = xml;
    bad[draws.below(bad.size())] ^= static_cast<char>(1 + draws.below(127));
    const std::string octets = p32::http_request("dc", bad);
    const StreamId stream = door.call(Door::p32);
    door.say(stream, {reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()});
    if (!door.hung_up[stream]) door.hang_up(stream);
  }
  door.run_for(300);
  // Outside the order element only names and numbers of the message can differ unnoticed.
  EXPECT_LE(door.meters[0]->relay_actions, 1);
  EXPECT_GT(door.count(&dcu::app::Counters::messages_malformed), 500u);
  EXPECT_GT(door.count(&dcu::app::Counters::orders_refused), 10u);
  EXPECT_LE(door.count(&dcu::app::Counters::orders), 1u);
}

TEST(Mutation, HttpAtTheDoor) {
  World world({.uplink = p32::Uplink::ethernet});
  world.run_for(60);
  p32::Query query;
  query.selection.report = ReportKind::inventory;
  const std::string good = p32::http_request("dc", p32::encode(world.head_end.message(query, "Q")));
  Draws draws(3);
  for (int k = 0; k < 800; ++k) {
    std::string bad = good;
    for (std::uint64_t n = 1 + draws.below(3); n > 0; --n) {
      bad[draws.below(bad.size())] = static_cast<char>(draws.next());
    }
    if (draws.below(4) == 0) bad.resize(draws.below(bad.size()));
    const StreamId stream = world.call(Door::p32);
    world.say(stream, {reinterpret_cast<const std::uint8_t*>(bad.data()), bad.size()});
    if (!world.hung_up[stream]) world.hang_up(stream);
  }
  EXPECT_GT(world.count(&dcu::app::Counters::http_malformed) +
                world.count(&dcu::app::Counters::messages_malformed),
            300u);
  const StreamId stream = world.call(Door::p32);
  world.say(stream, {reinterpret_cast<const std::uint8_t*>(good.data()), good.size()});
  world.run_for(5);
  EXPECT_FALSE(world.heard[stream].empty());
}

TEST(Mutation, WrapperFrames) {
  World world({});
  world.run_for(60);
  Octets good(64);
  protocol::Writer out(good);
  const Octets apdu{0xC0, 1, 0xC1, 0, 8, 0, 0, 1, 0, 0, 255, 2, 0};
  protocol::wrapper::encode({16, 257, apdu}, out);
  good.resize(out.size());
  Draws draws(9);
  std::uint64_t closed = 0;
  for (int k = 0; k < 2000; ++k) {
    Octets bad = good;
    for (std::uint64_t n = 1 + draws.below(3); n > 0; --n) flip(bad, draws);
    const StreamId stream = world.call(Door::gateway);
    world.say(stream, bad);
    closed += world.hung_up[stream] ? 1 : 0;
    if (!world.hung_up[stream]) world.hang_up(stream);
  }
  EXPECT_EQ(world.count(&dcu::app::Counters::gateway_damaged), closed);
  EXPECT_GT(closed, 300u);
  world.run_for(300);
  EXPECT_EQ(world.meters[1]->relay_actions, 0);
}

// Pages that rot while the power is off.
TEST(Mutation, PagesOfTheStore) {
  unsigned damaged = 0;
  for (std::uint64_t seed = 1; seed <= seeds(20); ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    Draws draws(seed);
    World world({.disk_pages = 128, .seed = seed});
    world.run_for(5 * 3600);
    world.kill(30);
    for (int k = 0; k < 3;) {  // where something is written
      std::uint8_t& octet = world.disk.octets[draws.below(world.disk.octets.size())];
      if (octet == 0) continue;
      octet ^= static_cast<std::uint8_t>(1 + draws.below(255));
      ++k;
    }
    world.run_for(60);
    if (!world.alive()) continue;
    const auto events = world.store().events().events(0);
    const bool told = std::any_of(events.begin(), events.end(), [](const auto& event) {
      return event.code == dcu::app::event_code::kTornWrite ||
             event.code == dcu::app::event_code::kStoreDamaged;
    });
    damaged += told ? 1 : 0;
    world.run_for(8 * 3600);
  }
  EXPECT_GT(damaged, 0u);
}

}  // namespace
}  // namespace dcu_test
