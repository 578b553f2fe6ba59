// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Who waits for whom at the gateway, and for how long.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/dcu/app/gateway_reader.hpp"

namespace dcu_test {
namespace {

// ---- Nobody is kept out for long ----

constexpr std::int64_t kIdleS = 300;  // gateway_idle_s

ClientEvent::Kind try_to_associate(World& world, StreamId on = 0) {
  Reader reader = on == 0 ? Reader(world, 1, 0) : Reader(world, 1, 0, on);
  return reader.exchange(reader.session->associate()).kind;
}

// The gateway has no keys, so the meter keeps a ciphered association that its holder left.
TEST(Gateway, fault_01_a_ciphered_association_that_was_left_keeps_nobody_out) {
  World world({});
  world.run_for(60);
  Reader a(world, 1, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  world.hang_up(a.stream);
  EXPECT_EQ(try_to_associate(world), ClientEvent::Kind::associated);  // waits for the release
}

// Its connection is half open: nobody says that it is gone.
TEST(Gateway, fault_01_a_holder_who_is_silent_has_it_for_the_idle_time) {
  World world({.meters = 1});
  world.run_for(4 * 3600 + 60);
  Reader a(world, 1, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  const StreamId b = world.call(Door::gateway);
  world.started.clear();
  world.run_for(100);
  EXPECT_EQ(try_to_associate(world, b), ClientEvent::Kind::rejected);
  EXPECT_TRUE(busy(world, b));
  EXPECT_FALSE(world.started.empty());  // polls, with a client of their own, go on
  world.run_for(kIdleS - 100 - 20);
  EXPECT_FALSE(world.hung_up[a.stream]);
  world.run_for(20);
  EXPECT_TRUE(world.hung_up[a.stream]);
  EXPECT_EQ(try_to_associate(world), ClientEvent::Kind::associated);
}

// Who has no keys gets no answer to what he says, and keeps the door open by saying more.
TEST(Gateway, fault_25_a_stranger_who_talks_on_keeps_nobody_out) {
  World world({});
  world.run_for(60);
  const StreamId stranger = world.call(Door::gateway);
  const auto talk = [&](const Octets& apdu) {
    Octets frame(apdu.size() + 8);
    protocol::Writer out(frame);
    protocol::wrapper::encode({1, 256, apdu}, out);
    world.say(stranger, out.written());
  };
  // It asks again before anybody else can.
  talk({0x60, 0x00});
  Reader visitor(world, 1, 0);
  visitor.send(*visitor.session->associate());
  std::int64_t waited_s = 0;
  while (world.heard[visitor.stream].empty() && waited_s < 2 * kIdleS) {
    talk({0x60, 0x00});
    world.run_for(1);
    ++waited_s;
  }
  EXPECT_LE(waited_s, kIdleS + 40);
  const auto answer = protocol::wrapper::decode(world.heard[visitor.stream]);
  ASSERT_TRUE(answer.ok());
  const ClientEvent event = visitor.session->on_apdu(answer->apdu);
  ASSERT_EQ(event.kind, ClientEvent::Kind::send);
  EXPECT_EQ(visitor.exchange(event.send).kind, ClientEvent::Kind::associated);
}

// The meter does not answer him; whoever waits behind him is in when its time is over.
TEST(Gateway, fault_25_an_aarq_without_an_answer_keeps_nobody_out) {
  World world({});
  world.run_for(60);
  Reader stranger(world, 1, 0);
  world.meters[0]->deaf = true;
  stranger.send(*stranger.session->associate());
  world.run_for(2);
  world.meters[0]->deaf = false;
  Reader visitor(world, 1, 0);
  visitor.send(*visitor.session->associate());
  world.run_for(65);  // response_timeout_s
  const auto answer = protocol::wrapper::decode(world.heard[visitor.stream]);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->apdu[0], 0x61);
  EXPECT_FALSE(busy(world, visitor.stream));
}

// Of one who has an association exceptions are no answers either.
TEST(Gateway, fault_25_exceptions_hold_no_association) {
  World world({});
  world.run_for(60);
  Reader a(world, 1, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  std::int64_t waited_s = 0;
  ClientEvent::Kind came = ClientEvent::Kind::nothing;
  while (came != ClientEvent::Kind::associated && waited_s < 2 * kIdleS) {
    world.spoil_up = [](Octets& answer) { answer = {0xD8, 0x01, 0x01}; };
    a.send(kGetClock);
    world.run_for(5);
    world.spoil_up = nullptr;
    world.heard[a.stream].clear();
    came = try_to_associate(world);
    world.run_for(20);
    waited_s += 30;
  }
  EXPECT_EQ(came, ClientEvent::Kind::associated);
  EXPECT_LE(waited_s, kIdleS + 40);
}

// ---- The public client is shared with polls that must ask for a counter ----

bool began(const World& world, std::string_view name) {
  return std::any_of(world.started.begin(), world.started.end(),
                     [&](const auto& each) { return each.second == name; });
}

class PublicClient : public testing::Test {
 protected:
  // The next poll, in ten seconds, finds that the meter refuses its counter.
  PublicClient() {
    world_.run_for(4 * 3600 + 110);
    world_.meters[0]->last_counter[3] += 1'000'000;
    world_.started.clear();
  }
  ClientEvent::Kind read_clock(Reader& reader) {
    return reader.exchange(reader.session->get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2})).kind;
  }
  World world_{{.meters = 1}};
};

TEST_F(PublicClient, fault_25_a_poll_ends_no_visitors_association) {
  Reader a(world_, 16, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  const std::uint64_t rejected = world_.count(&dcu::app::Counters::associations_rejected);
  world_.run_for(60);
  EXPECT_EQ(world_.count(&dcu::app::Counters::associations_rejected), rejected + 1);
  EXPECT_FALSE(began(world_, "loadProfile"));
  EXPECT_TRUE(world_.meters[0]->associated(16));
  EXPECT_EQ(read_clock(a), ClientEvent::Kind::data);
  // Once it is over, the poll goes on at once.
  EXPECT_EQ(a.exchange(a.session->release()).kind, ClientEvent::Kind::released);
  world_.run_for(20);
  EXPECT_TRUE(began(world_, "loadProfile"));
  EXPECT_EQ(world_.count(&dcu::app::Counters::associations_rejected), rejected + 1);
}

TEST_F(PublicClient, fault_25_a_visitor_who_stays_lets_the_poll_go_after_the_idle_time) {
  Reader a(world_, 16, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  std::int64_t served_s = 0;
  while (served_s < 2 * kIdleS && read_clock(a) == ClientEvent::Kind::data) {
    world_.run_for(15);
    served_s += 20;
  }
  EXPECT_GE(served_s, kIdleS - 20);
  EXPECT_LE(served_s, kIdleS + 40);
  EXPECT_TRUE(refused(world_, a.stream));
  world_.run_for(20);
  EXPECT_TRUE(began(world_, "loadProfile"));
  Reader again(world_, 16, 0, a.stream);
  EXPECT_EQ(again.exchange(again.session->associate()).kind, ClientEvent::Kind::associated);
}

TEST_F(PublicClient, fault_25_a_visitor_is_told_busy_while_a_poll_asks_for_its_counter) {
  world_.line_ms = 6000;
  bool told = false;
  for (int k = 0; k < 60 && !told; ++k) {
    world_.run_for(1);
    if (world_.meters[0]->associated(16)) {  // the poll's
      Reader a(world_, 16, 0);
      a.send(*a.session->associate());
      told = busy(world_, a.stream);
      EXPECT_TRUE(told);
      break;
    }
  }
  EXPECT_TRUE(told);
  world_.run_for(60);
  EXPECT_TRUE(began(world_, "loadProfile"));
}

// Who keeps his connection by talking to another meter has no more of this one's public client.
TEST(Gateway, AVisitorWhoTalksToAnotherMeterLetsThePollGoAfterTheIdleTime) {
  World world({.meters = 2});
  world.run_for(4 * 3600 + 110);
  world.meters[0]->last_counter[3] += 1'000'000;
  world.started.clear();
  Reader a(world, 16, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  Reader elsewhere(world, 16, 1, a.stream);
  const auto polled = [&] {
    return std::find(world.started.begin(), world.started.end(),
                     std::pair(MeterIndex{0}, std::string("loadProfile"))) != world.started.end();
  };
  std::int64_t waited_s = 0;
  while (!polled() && waited_s < 3600) {
    elsewhere.send(kGetClock);  // a whole message, whatever comes of it
    world.run_for(60);
    waited_s += 60;
  }
  EXPECT_FALSE(world.hung_up[a.stream]);
  EXPECT_GE(waited_s, kIdleS - 60);
  EXPECT_LE(waited_s, kIdleS + 180);
}

// It refused once for a reason that passed, and nobody can be asked why.
TEST(Poller, AMeterWithoutAPublicClientIsPolledAgainAfterItRefusedOnce) {
  World world({.meters = 1});
  world.run_for(4 * 3600 + 110);
  FakeMeter& meter = *world.meters[0];
  meter.private_only = true;
  meter.last_counter[3] += 1'000'000;
  const std::uint64_t rejected = world.count(&dcu::app::Counters::associations_rejected);
  world.run_for(3600);
  EXPECT_GT(world.count(&dcu::app::Counters::associations_rejected), rejected);
  meter.last_counter[3] -= 1'000'000;
  world.started.clear();
  world.run_for(6 * 3600);
  EXPECT_TRUE(began(world, "loadProfile"));
}

}  // namespace
}  // namespace dcu_test
