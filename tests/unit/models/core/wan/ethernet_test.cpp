// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include "models/core/wan/ethernet.hpp"

#include <gtest/gtest.h>

#include "tests/unit/models/core/wan/wan_bench.hpp"

namespace {

using namespace wan_test;
using models::wan::Ethernet;
using models::wan::EthernetConfig;
using models::wan::EthernetSite;

struct Rig {
  kernel::Agenda agenda;
  EthernetConfig config;
  Ethernet network{agenda, config};
  EthernetSite site{network, 7, 4711};
  Client client{agenda};
  Peer peer{agenda};

  Rig() {
    network.set_peer(peer);
    site.set_client(client);
    site.power(true);
    agenda.run_until(10 * kernel::kNsPerSecond);
  }
  void run_s(double seconds) {
    agenda.run_until(agenda.now() + static_cast<kernel::TimeNs>(seconds * kernel::kNsPerSecond));
  }
};

TEST(Ethernet, OpensInOneRoundTripAndCarriesOctetsInOrder) {
  Rig rig;
  const kernel::TimeNs begun = rig.agenda.now();
  const int socket = rig.site.open(Protocol::kTcp, "head-end", 8432);
  ASSERT_GE(socket, 0);
  rig.run_s(1);
  const kernel::TimeNs opened = rig.client.time_of("open 0");
  EXPECT_GE(opened - begun, rig.config.rtt_ns);
  EXPECT_LT(opened - begun, rig.config.rtt_ns + 5 * kernel::kNsPerMs);
  const auto sent = pattern(5000);
  ASSERT_TRUE(rig.site.send(socket, Bytes(sent).first(3000)));
  ASSERT_TRUE(rig.site.send(socket, Bytes(sent).subspan(3000)));
  rig.run_s(1);
  EXPECT_EQ(rig.peer.received.begin()->second, sent);
  EXPECT_EQ(rig.site.unacknowledged(socket), 0u);
  EXPECT_TRUE(rig.client.saw("drained 0"));
}

TEST(Ethernet, AMegabyteTakesTheWiresTime) {
  Rig rig;
  const int socket = rig.site.open(Protocol::kTcp, "head-end", 8432);
  rig.run_s(1);
  const auto sent = pattern(500'000);
  ASSERT_TRUE(rig.site.send(socket, sent));
  rig.run_s(1.9);  // 500 kB at 2 Mbit/s: 2 s and headers
  EXPECT_TRUE(rig.peer.received.empty());
  rig.run_s(0.4);
  EXPECT_EQ(rig.peer.received.begin()->second.size(), sent.size());
}

TEST(Ethernet, TheFarEndReachesAListeningSiteAndIsRefusedByAnotherPort) {
  Rig rig;
  ASSERT_TRUE(rig.site.listen(8433));
  const ConnectionId good = rig.network.connect(7, 8433);
  const ConnectionId bad = rig.network.connect(7, 8434);
  rig.run_s(1);
  EXPECT_TRUE(rig.client.saw("open 0 incoming"));
  EXPECT_NE(good, bad);
  ASSERT_TRUE(rig.network.send(good, pattern(10)));
  EXPECT_FALSE(rig.network.send(bad, pattern(10)));
  rig.run_s(1);
  EXPECT_EQ(rig.client.received, pattern(10));
}

TEST(Ethernet, CloseReachesTheOtherEndOnce) {
  Rig rig;
  const int socket = rig.site.open(Protocol::kTcp, "head-end", 8432);
  rig.run_s(1);
  rig.site.close(socket);
  rig.run_s(1);
  EXPECT_EQ(rig.peer.closed.size(), 1u);
  EXPECT_FALSE(rig.site.send(socket, pattern(1)));
}

TEST(Ethernet, ADeadSiteIsFoundOutAfterTheSilence) {
  Rig rig;
  ASSERT_TRUE(rig.site.listen(8433));
  const ConnectionId connection = rig.network.connect(7, 8433);
  rig.run_s(1);
  rig.site.power(false);
  EXPECT_TRUE(rig.network.send(connection, pattern(10)));
  rig.run_s(70);
  EXPECT_EQ(rig.peer.closed.size(), 0u);
  rig.run_s(10);
  EXPECT_EQ(rig.peer.closed.size(), 1u);
  EXPECT_FALSE(rig.network.send(connection, pattern(10)));
  EXPECT_TRUE(rig.client.received.empty());
}

}  // namespace
