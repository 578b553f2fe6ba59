// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "protocol/axdr/cursor.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "tests/unit/dcu/app/gateway_reader.hpp"

namespace dcu_test {
namespace {

TEST(Gateway, AManagementClientReadsAMeterEndToEnd) {
  World world({});
  world.run_for(60);
  Reader reader(world, 1, 2);
  EXPECT_EQ(reader.exchange(reader.session->associate()).kind, ClientEvent::Kind::associated);
  const ClientEvent event =
      reader.exchange(reader.session->get({classes::Register::kId, obis(1, 0, 32, 7, 0), 2}));
  ASSERT_EQ(event.kind, ClientEvent::Kind::data);
  protocol::axdr::Cursor in(event.data);
  EXPECT_EQ(in.unsigned_number(), 2301u);
  EXPECT_GE(world.count(&dcu::app::Counters::gateway_answers), 3u);
}

TEST(Gateway, APublicClientNeedsNoKeys) {
  World world({});
  world.run_for(60);
  Reader reader(world, 16, 0);
  EXPECT_EQ(reader.exchange(reader.session->associate()).kind, ClientEvent::Kind::associated);
  EXPECT_EQ(
      reader.exchange(reader.session->get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2})).kind,
      ClientEvent::Kind::data);
}

TEST(Gateway, SeveralClientsReadSeveralMeters) {
  World world({});
  world.run_for(60);
  Reader a(world, 1, 0);
  Reader b(world, 1, 1);
  Reader c(world, 16, 1);
  Reader d(world, 16, 3, a.stream);  // two meters on one connection
  for (Reader* reader : {&a, &b, &c, &d}) {
    EXPECT_EQ(reader->exchange(reader->session->associate()).kind, ClientEvent::Kind::associated);
  }
  for (Reader* reader : {&d, &c, &b, &a}) {
    EXPECT_EQ(
        reader->exchange(reader->session->get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2})).kind,
        ClientEvent::Kind::data);
  }
}

TEST(Gateway, AClientOfAMeterBelongsToOneConnection) {
  World world({});
  world.run_for(60);
  Reader a(world, 1, 0);
  Reader b(world, 1, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  EXPECT_EQ(b.exchange(b.session->associate()).kind, ClientEvent::Kind::rejected);
  EXPECT_TRUE(busy(world, b.stream));
  world.hang_up(a.stream);
  world.run_for(5);
  world.heard[b.stream].clear();
  Reader again(world, 1, 0, b.stream);
  EXPECT_EQ(again.exchange(again.session->associate()).kind, ClientEvent::Kind::associated);
}

TEST(Gateway, UnknownAndAbsentMetersAreRefused) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::gateway);
  const auto ask = [&](std::uint16_t source, std::uint16_t port) {
    world.heard[stream].clear();
    Octets frame(64);
    protocol::Writer out(frame);
    const Octets apdu{0xC0, 1, 0xC1, 0, 8, 0, 0, 1, 0, 0, 255, 2, 0};
    protocol::wrapper::encode({source, port, apdu}, out);
    world.say(stream, out.written());
    return refused(world, stream);
  };
  EXPECT_TRUE(ask(16, 256 + 4));
  EXPECT_TRUE(ask(16, 255));
  EXPECT_TRUE(ask(16, 1));
  EXPECT_TRUE(ask(3, 256));  // the concentrator's own client is nobody else's
  EXPECT_TRUE(ask(77, 256));
  world.leave(0);
  EXPECT_TRUE(ask(16, 256));
  EXPECT_TRUE(ask(16, 257));  // there, but without an association
  EXPECT_EQ(world.count(&dcu::app::Counters::gateway_refused), 7u);
}

TEST(Gateway, ADamagedFrameIsCountedAndItsStreamClosed) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::gateway);
  const Octets frame{0, 2, 0, 16, 1, 0, 0, 1, 0};
  world.say(stream, frame);
  EXPECT_TRUE(world.hung_up[stream]);
  EXPECT_EQ(world.count(&dcu::app::Counters::gateway_damaged), 1u);
}

TEST(Gateway, AnApduLongerThanTheLineCarriesIsRefused) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::gateway);
  const Octets apdu(1022, 0x60);
  Octets frame(1100);
  protocol::Writer out(frame);
  protocol::wrapper::encode({16, 256, apdu}, out);
  world.say(stream, out.written());
  EXPECT_TRUE(refused(world, stream));
}

// Polls of a meter wait while somebody waits for it at the gateway.
TEST(Gateway, GoesBeforePolls) {
  World world({.meters = 1});
  world.run_for(4 * 3600 + 115);
  Reader reader(world, 16, 0);
  reader.send(*reader.session->associate());
  world.meters[0]->deaf = true;  // its answer does not come for now
  world.started.clear();
  world.run_for(20);
  for (const auto& [meter, job] : world.started) EXPECT_NE(job, "loadProfile");
  world.hang_up(reader.stream);
  world.meters[0]->deaf = false;
  world.run_for(20);
  bool begun = false;
  for (const auto& [meter, job] : world.started) begun |= job == "loadProfile";
  EXPECT_TRUE(begun);
}

TEST(Gateway, ASilentClientIsClosed) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::gateway);
  Reader reader(world, 16, 0);
  EXPECT_EQ(reader.exchange(reader.session->associate()).kind, ClientEvent::Kind::associated);
  world.run_for(110);
  EXPECT_FALSE(world.hung_up[stream]);
  world.run_for(10);
  EXPECT_TRUE(world.hung_up[stream]);
  // With an association it has more time.
  world.run_for(150);
  EXPECT_FALSE(world.hung_up[reader.stream]);
  world.run_for(60);
  EXPECT_TRUE(world.hung_up[reader.stream]);
}

// An octet a second, and never a whole message.
TEST(Gateway, fault_25_octets_without_a_message_keep_no_place) {
  World world({});
  world.run_for(60);
  const StreamId stream = world.call(Door::gateway);
  const std::vector<std::uint8_t> head = {0, 1, 0, 16, 0, 1, 0, 250};
  for (std::size_t second = 0; second < 125 && !world.hung_up[stream]; ++second) {
    const std::uint8_t octet = second < head.size() ? head[second] : 0;
    world.say(stream, {&octet, 1});
    world.run_for(1);
  }
  EXPECT_TRUE(world.hung_up[stream]);
}

TEST(Gateway, fault_01_another_connection_has_no_association) {
  World world({});
  world.run_for(60);
  Reader a(world, 16, 0);
  Reader b(world, 16, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  const std::size_t before = world.meters[0]->asked;
  b.send(kGetClock);
  world.run_for(5);
  EXPECT_TRUE(refused(world, b.stream));
  EXPECT_EQ(world.meters[0]->asked, before);
  EXPECT_EQ(a.exchange(a.session->get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2})).kind,
            ClientEvent::Kind::data);
}

TEST(Gateway, fault_01_the_loss_of_the_connection_ends_the_association) {
  World world({});
  world.run_for(60);
  for (const std::uint16_t client : {std::uint16_t{16}, std::uint16_t{1}}) {
    Reader a(world, client, 0);
    EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
    ASSERT_TRUE(world.meters[0]->associated(client));
    world.hang_up(a.stream);
    world.run_for(5);
    // A ciphered association ends for its holder alone, or with the next one: the gateway, which
    // has no keys, lets nobody else use it.
    EXPECT_EQ(world.meters[0]->associated(client), client == 1) << client;
    Reader c(world, client, 0);
    c.send(kGetClock);
    world.run_for(5);
    EXPECT_TRUE(refused(world, c.stream));
  }
}

// What the meter still answers to somebody who hung up is nobody else's.
TEST(Gateway, fault_01_a_late_answer_reaches_nobody) {
  World world({});
  world.run_for(60);
  world.line_ms = 2000;
  Reader a(world, 16, 0);
  a.send(*a.session->associate());
  world.run_for(6);
  a.send(kGetClock);
  world.hang_up(a.stream);
  Reader c(world, 16, 0);
  c.send(*c.session->associate());  // waits until the release is done
  Reader d(world, 16, 0);
  d.send(*d.session->associate());
  EXPECT_TRUE(busy(world, d.stream));
  world.run_for(20);
  const auto message = protocol::wrapper::decode(world.heard[c.stream]);  // one, no other
  ASSERT_TRUE(message.ok());
  EXPECT_EQ(message->apdu[0], 0x61);
}

TEST(Gateway, fault_02_unconfirmed_services_hold_up_nobody) {
  World world({.meters = 1});
  world.run_for(4 * 3600 + 110);
  Reader a(world, 16, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  world.heard[a.stream].clear();
  world.started.clear();
  a.send(Octets{0xC1, 1, 0x81, 0, 8, 0, 0, 1, 0, 0, 255, 3, 0, 0x10, 0, 60});
  world.run_for(30);
  EXPECT_TRUE(world.heard[a.stream].empty());
  EXPECT_FALSE(world.started.empty());  // the poll of this minute went on
  EXPECT_EQ(a.exchange(a.session->get({classes::Clock::kId, obis(0, 0, 1, 0, 0), 2})).kind,
            ClientEvent::Kind::data);
}

TEST(Gateway, fault_25_a_second_socket_ends_nothing) {
  World world({});
  world.run_for(60);
  Reader a(world, 1, 0);
  EXPECT_EQ(a.exchange(a.session->associate()).kind, ClientEvent::Kind::associated);
  Reader stranger(world, 1, 0);
  const std::size_t before = world.meters[0]->asked;
  stranger.send(Octets{0x62, 0x00});
  EXPECT_TRUE(refused(world, stranger.stream));
  world.heard[stranger.stream].clear();
  stranger.send(Octets{0x60, 0x00});
  EXPECT_TRUE(busy(world, stranger.stream));
  EXPECT_EQ(world.meters[0]->asked, before);
  EXPECT_EQ(a.exchange(a.session->get({classes::Register::kId, obis(1, 0, 32, 7, 0), 2})).kind,
            ClientEvent::Kind::data);
}

}  // namespace
}  // namespace dcu_test
