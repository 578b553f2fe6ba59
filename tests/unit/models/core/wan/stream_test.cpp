// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/models/core/wan/wan_bench.hpp"

namespace {

using namespace wan_test;
using kernel::kNsPerHour;
using kernel::kNsPerMinute;
using kernel::kNsPerMs;
using kernel::kNsPerSecond;
constexpr std::size_t kUp = 0, kDown = 1;

std::uint64_t octets(const WanBench& bench, std::size_t way, Octets kind) {
  return bench.sum().octets[way][static_cast<std::size_t>(kind)];
}

TEST(Stream, HandshakeOpensBothEnds) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  ASSERT_EQ(socket, 0);
  Client& client = *bench.clients[0];
  EXPECT_TRUE(client.saw("open 0"));
  EXPECT_TRUE(bench.peer.saw("open 0 10.0.0.1:4059"));
  const kernel::TimeNs halfway =
      bench.peer.time_of("open 0 10.0.0.1:4059") - client.time_of("open 0");
  EXPECT_GT(halfway, 200 * kNsPerMs);
  EXPECT_EQ(bench.sum().sessions, 1u);
  EXPECT_EQ(octets(bench, kUp, Octets::kHeaders), 80u);
  EXPECT_EQ(octets(bench, kDown, Octets::kHeaders), 40u);
}

TEST(Stream, WithoutAFarEndTheConnectionIsRefused) {
  kernel::Agenda agenda;
  Cell cell(agenda, WanBench::quiet());
  Modem modem(agenda, cell, 0, 3);
  Client client(agenda);
  modem.set_client(client);
  modem.power(true);
  modem.connect("iot");
  agenda.run_until(kNsPerMinute);
  ASSERT_EQ(modem.open(Protocol::kTcp, "10.0.0.1", 4059), 0);
  agenda.run_until(2 * kNsPerMinute);
  EXPECT_TRUE(client.saw("closed 0 0"));
  EXPECT_EQ(cell.open_connections(), 0u);
}

TEST(Stream, MessageAndAcknowledgementAreTwoEvents) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  const std::uint64_t before = bench.agenda.events();
  const auto message = pattern(300);
  ASSERT_TRUE(bench.modems[0]->send(socket, message));
  EXPECT_EQ(bench.modems[0]->unacknowledged(socket), 300u);
  bench.run_for(10 * kNsPerSecond);
  EXPECT_EQ(bench.agenda.events() - before, 2u);
  EXPECT_EQ(bench.peer.received[bench.peer.opened[0]], message);
  EXPECT_EQ(bench.modems[0]->unacknowledged(socket), 0u);
  EXPECT_TRUE(bench.clients[0]->saw("drained 0"));
  EXPECT_EQ(octets(bench, kUp, Octets::kPayload), 300u);
}

TEST(Stream, RequestAndResponseCarryTheAcknowledgementAlong) {
  WanBench bench;
  bench.go_online();
  bench.connect();
  const auto request = pattern(60), response = pattern(200, 9);
  bench.clients[0]->data_hook = [&](int socket, Bytes) { bench.modems[0]->send(socket, response); };
  const std::uint64_t events = bench.agenda.events();
  const std::uint64_t headers = octets(bench, kUp, Octets::kHeaders);
  ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], request));
  bench.run_for(10 * kNsPerSecond);
  EXPECT_EQ(bench.clients[0]->received, request);
  EXPECT_EQ(bench.peer.received[bench.peer.opened[0]], response);
  EXPECT_EQ(octets(bench, kUp, Octets::kHeaders) - headers, 40u);
  EXPECT_LE(bench.agenda.events() - events, 3u);
  EXPECT_EQ(bench.cell.unacknowledged(bench.peer.opened[0]), 0u);
}

TEST(Stream, LongMessagesArriveWholeAndInOrderBothWays) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  const auto down = pattern(20000, 3);
  ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], down));
  std::vector<std::uint8_t> up;
  for (std::uint8_t n = 0; n < 3; ++n) {
    const auto part = pattern(1300, n);
    ASSERT_TRUE(bench.modems[0]->send(socket, part));
    up.insert(up.end(), part.begin(), part.end());
  }
  EXPECT_FALSE(bench.modems[0]->send(socket, pattern(1300)));  // 4096 octets of socket buffer
  EXPECT_EQ(bench.modems[0]->unacknowledged(socket), 3900u);
  bench.run_for(2 * kNsPerMinute);
  EXPECT_EQ(bench.clients[0]->received, down);
  EXPECT_EQ(bench.peer.received[bench.peer.opened[0]], up);
}

TEST(Stream, HeavyLossDelaysButNeverChangesTheOctets) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CellConfig config = WanBench::quiet();
    config.seed = seed;
    config.radio.packet_loss = 0.15;
    WanBench bench(config);
    bench.go_online();
    const int socket = bench.connect();
    bench.run_for(kNsPerMinute);
    ASSERT_EQ(bench.peer.opened.size(), 1u) << "seed " << seed;
    const auto up = pattern(4000, 1), down = pattern(9000, 2);
    ASSERT_TRUE(bench.modems[0]->send(socket, up));
    ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], down));
    bench.run_for(kNsPerHour);
    EXPECT_EQ(bench.peer.received[bench.peer.opened[0]], up) << "seed " << seed;
    EXPECT_EQ(bench.clients[0]->received, down) << "seed " << seed;
    EXPECT_GT(bench.sum().timeouts, 0u);
    EXPECT_GT(octets(bench, kDown, Octets::kRetransmission), 0u);
  }
}

TEST(Stream, SurvivesAnOutageTheModemDoesNotNotice) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  ASSERT_TRUE(bench.modems[0]->send(socket, pattern(500)));
  bench.run_for(100 * kNsPerMs);  // in the air
  bench.cell.set_outage(bench.agenda.now(), bench.agenda.now() + 15 * kNsPerSecond);
  bench.run_for(14 * kNsPerSecond);
  EXPECT_FALSE(bench.peer.saw("data 500"));
  bench.run_for(kNsPerMinute);
  EXPECT_TRUE(bench.peer.saw("data 500"));
  EXPECT_EQ(bench.modems[0]->unacknowledged(socket), 0u);
}

TEST(Stream, CloseDeliversWhatIsQueuedFirst) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  ASSERT_TRUE(bench.modems[0]->send(socket, pattern(3000)));
  bench.modems[0]->close(socket);
  EXPECT_FALSE(bench.modems[0]->send(socket, pattern(1)));
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.peer.received[bench.peer.opened[0]].size(), 3000u);
  EXPECT_TRUE(bench.peer.saw("closed 0"));
  EXPECT_FALSE(bench.clients[0]->saw("closed 0 0"));
  EXPECT_EQ(bench.cell.open_connections(), 0u);
  EXPECT_FALSE(bench.cell.send(bench.peer.opened[0], pattern(1)));
}

TEST(Stream, FarEndMayCloseFromInsideItsCallbacks) {
  WanBench bench;
  bench.go_online();
  bench.peer.open_hook = [&](ConnectionId id) { bench.cell.close(id); };
  bench.connect();
  bench.run_for(kNsPerMinute);
  EXPECT_TRUE(bench.clients[0]->saw("closed 0 0"));
  EXPECT_EQ(bench.cell.open_connections(), 0u);
}

TEST(Stream, ModuleThatLosesItsSupplyIsFoundOutByTheFarEndsKeepalive) {
  WanBench bench;
  bench.go_online();
  bench.connect();
  const kernel::TimeNs off = bench.agenda.now();
  bench.modems[0]->power(false);
  bench.run_for(9 * kNsPerMinute);
  EXPECT_FALSE(bench.peer.saw("closed 1"));
  bench.run_for(5 * kNsPerMinute);
  EXPECT_LE(bench.peer.time_of("closed 1") - off, 11 * kNsPerMinute + 15 * kNsPerSecond);
  EXPECT_EQ(bench.cell.open_connections(), 0u);
}

TEST(Stream, FarEndGivesUpOnAModuleThatDoesNotAnswer) {
  CellConfig config = WanBench::quiet();
  config.stream.network_keepalive_ns = 0;
  WanBench bench(config);
  bench.go_online();
  bench.connect();
  bench.modems[0]->power(false);
  ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], pattern(100)));
  bench.run_for(kNsPerHour);
  EXPECT_TRUE(bench.peer.saw("closed 1"));
  EXPECT_EQ(bench.sum().give_ups, 1u);
}

TEST(Stream, SilentConnectionIsForgottenByTheAddressTranslation) {
  CellConfig config = WanBench::quiet();
  config.stream.nat_timeout_ns = 5 * kNsPerMinute;
  WanBench bench(config);
  bench.go_online();
  const int socket = bench.connect();
  bench.run_for(6 * kNsPerMinute);
  ASSERT_TRUE(bench.modems[0]->send(socket, pattern(100)));
  bench.run_for(kNsPerMinute);
  EXPECT_TRUE(bench.clients[0]->saw("closed 0 0"));
  EXPECT_FALSE(bench.peer.saw("data 100"));
}

TEST(Stream, WhatTheFarEndSendsIntoAForgottenConnectionIsLost) {
  CellConfig config = WanBench::quiet();
  config.stream.nat_timeout_ns = 5 * kNsPerMinute;
  WanBench bench(config);
  bench.go_online();
  bench.connect();
  bench.run_for(6 * kNsPerMinute);
  ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], pattern(100)));
  bench.run_for(kNsPerHour);
  EXPECT_TRUE(bench.clients[0]->received.empty());
  EXPECT_TRUE(bench.peer.saw("closed 1"));
  // The module does not know yet; its next octets are answered by a reset.
  ASSERT_TRUE(bench.modems[0]->send(0, pattern(10)));
  bench.run_for(kNsPerMinute);
  EXPECT_TRUE(bench.clients[0]->saw("closed 0 0"));
  EXPECT_EQ(bench.cell.open_connections(), 0u);
}

TEST(Stream, KeepaliveHoldsTheTranslationOpenAndIsAccounted) {
  CellConfig config = WanBench::quiet();
  config.stream.nat_timeout_ns = 5 * kNsPerMinute;
  config.stream.keepalive_ns = 2 * kNsPerMinute;
  WanBench bench(config);
  bench.go_online();
  const int socket = bench.connect();
  bench.run_for(kNsPerHour);
  ASSERT_TRUE(bench.modems[0]->send(socket, pattern(100)));
  bench.run_for(kNsPerMinute);
  EXPECT_TRUE(bench.peer.saw("data 100"));
  EXPECT_EQ(octets(bench, kUp, Octets::kKeepalive), 30u * 40u);
}

TEST(Stream, IncomingConnectionReachesTheListeningPort) {
  WanBench bench;
  bench.go_online();
  ASSERT_TRUE(bench.modems[0]->listen(4059));
  const ConnectionId id = bench.cell.connect(0, 4059);
  bench.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(bench.clients[0]->saw("open 0 incoming"));
  EXPECT_TRUE(bench.peer.saw("open 0 :4059"));
  ASSERT_TRUE(bench.cell.send(id, pattern(50)));
  bench.run_for(10 * kNsPerSecond);
  EXPECT_EQ(bench.clients[0]->received, pattern(50));
  bench.modems[0]->close(0);
  bench.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(bench.peer.saw("closed 0"));
}

TEST(Stream, IncomingConnectionIsRefusedWithoutAListenerAndTimesOutWithoutAModule) {
  WanBench bench;
  bench.go_online();
  bench.cell.connect(0, 4059);
  bench.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(bench.peer.saw("closed 0"));
  bench.modems[0]->power(false);
  bench.cell.connect(0, 4059);
  bench.run_for(10 * kNsPerMinute);
  EXPECT_TRUE(bench.peer.saw("closed 1"));
  EXPECT_EQ(bench.cell.open_connections(), 0u);
}

TEST(Stream, SocketsAreFourAndConnectionNumbersNeverReturn) {
  WanBench bench;
  bench.go_online();
  for (int n = 0; n < 4; ++n) EXPECT_EQ(bench.connect(), n);
  EXPECT_EQ(bench.modems[0]->open(Protocol::kTcp, "10.0.0.1", 1), models::wan::kNoSocket);
  for (int round = 0; round < 20; ++round) {
    bench.modems[0]->close(2);
    EXPECT_EQ(bench.connect(), 2);
  }
  std::vector<ConnectionId> ids = bench.peer.opened;
  std::sort(ids.begin(), ids.end());
  EXPECT_EQ(std::adjacent_find(ids.begin(), ids.end()), ids.end());
  EXPECT_EQ(ids.size(), 24u);
}

TEST(Stream, DatagramsKeepTheirBoundaries) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.modems[0]->open(Protocol::kUdp, "10.0.0.1", 4059);
  bench.run_for(kNsPerSecond);
  ASSERT_TRUE(bench.clients[0]->saw("open 0"));
  EXPECT_TRUE(bench.modems[0]->send(socket, pattern(100)));
  EXPECT_TRUE(bench.modems[0]->send(socket, pattern(200)));
  EXPECT_FALSE(bench.modems[0]->send(socket, pattern(1500)));
  bench.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(bench.peer.saw("data 100"));
  EXPECT_TRUE(bench.peer.saw("data 200"));
  ASSERT_TRUE(bench.cell.send(bench.peer.opened[0], pattern(70)));
  bench.run_for(10 * kNsPerSecond);
  EXPECT_TRUE(bench.clients[0]->saw("data 0 70"));
  EXPECT_EQ(octets(bench, kUp, Octets::kRetransmission), 0u);
}

}  // namespace
