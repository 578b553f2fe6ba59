// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/models/core/wan/wan_bench.hpp"

namespace {

using namespace wan_test;
using kernel::kNsPerMinute;
using kernel::kNsPerSecond;

TEST(Modem, GoesFromColdToOnlineInTheDrawnTimes) {
  WanBench bench;
  Modem& modem = *bench.modems[0];
  modem.power(true);
  EXPECT_EQ(modem.rssi(), 99);
  modem.connect("iot");
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.clients[0]->states,
            (std::vector{ModemState::kSearching, ModemState::kAttached, ModemState::kOnline}));
  const kernel::TimeNs boot = bench.clients[0]->time_of("modem 1");
  const kernel::TimeNs attached = bench.clients[0]->time_of("modem 2");
  const kernel::TimeNs online = bench.clients[0]->time_of("modem 3");
  EXPECT_GE(boot, 5 * kNsPerSecond);
  EXPECT_LE(boot, 15 * kNsPerSecond);
  EXPECT_GE(attached - boot, 2 * kNsPerSecond);
  EXPECT_LE(attached - boot, 7 * kNsPerSecond);
  EXPECT_GE(online - attached, 1 * kNsPerSecond);
  EXPECT_LE(online - attached, 5 * kNsPerSecond);
  EXPECT_LE(modem.rssi(), 31);
  EXPECT_EQ(bench.sum().attaches, 1u);
  EXPECT_EQ(bench.cell.traffic().hours()[0].pdp_activations, 1u);
}

TEST(Modem, RejectedAttachIsReportedAndCounted) {
  CellConfig config = WanBench::quiet();
  config.modem.attach_failure = 1;
  WanBench bench(config);
  bench.go_online();
  EXPECT_EQ(bench.clients[0]->states,
            (std::vector{ModemState::kSearching, ModemState::kSearching}));
  EXPECT_EQ(bench.sum().attach_failures, 1u);
}

TEST(Modem, RejectedContextStartsOverAtTheAttach) {
  CellConfig config = WanBench::quiet();
  config.modem.pdp_failure = 1;
  WanBench bench(config);
  bench.go_online();
  EXPECT_EQ(bench.clients[0]->states,
            (std::vector{ModemState::kSearching, ModemState::kAttached, ModemState::kSearching}));
  EXPECT_EQ(bench.sum().pdp_failures, 1u);
}

TEST(Modem, NoticesALongOutageAfterAWhileAndDropsItsSockets) {
  WanBench bench;
  bench.go_online();
  const int socket = bench.connect();
  const kernel::TimeNs from = bench.agenda.now() + kNsPerSecond;
  bench.cell.set_outage(from, from + 20 * kNsPerMinute);
  bench.run_for(5 * kNsPerMinute);
  Client& client = *bench.clients[0];
  const kernel::TimeNs lost = client.time_of("closed " + std::to_string(socket) + " 2");
  EXPECT_GE(lost - from, 20 * kNsPerSecond);
  EXPECT_LE(lost - from, 60 * kNsPerSecond);
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kSearching);
  EXPECT_EQ(bench.modems[0]->rssi(), 99);
  EXPECT_EQ(bench.modems[0]->open(Protocol::kTcp, "10.0.0.1", 4059), models::wan::kNoSocket);

  client.states.clear();
  bench.modems[0]->connect("iot");  // in vain
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(client.states, std::vector{ModemState::kSearching});
  bench.run_for(16 * kNsPerMinute);
  bench.modems[0]->connect("iot");
  bench.run_for(kNsPerMinute);
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kOnline);
}

TEST(Modem, DoesNotNoticeAShortOutage) {
  WanBench bench;
  bench.go_online();
  const kernel::TimeNs from = bench.agenda.now() + kNsPerSecond;
  bench.cell.set_outage(from, from + 15 * kNsPerSecond);
  bench.run_for(5 * kNsPerMinute);
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kOnline);
}

TEST(Modem, LosesItsContextAtTheEndOfItsLifetime) {
  CellConfig config = WanBench::quiet();
  config.modem.pdp_lifetime_ns = 10 * kNsPerMinute;
  WanBench bench(config);
  bench.go_online();
  const int socket = bench.connect();
  bench.run_for(11 * kNsPerMinute);
  EXPECT_TRUE(bench.clients[0]->saw("closed " + std::to_string(socket) + " 2"));
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kAttached);
}

TEST(Modem, DisconnectGivesUpTheContextAndSwitchingOffEverything) {
  WanBench bench;
  bench.go_online();
  bench.modems[0]->disconnect();
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kOnline);
  bench.run_for(2 * kNsPerSecond);
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kAttached);
  bench.modems[0]->power(false);
  const std::size_t entries = bench.clients[0]->log.size();
  bench.run_for(10 * kNsPerMinute);
  EXPECT_EQ(bench.clients[0]->log.size(), entries);
  EXPECT_EQ(bench.modems[0]->state(), ModemState::kOff);
}

// Head-end reference 3.4: 200 devices need about 71 s, 1 000 about 5.9 min at 17 assignments a
// second and 6 flows each; here three flows to be online, with rejections and back-off.
TEST(Modem, AStreetThatComesBackTogetherOverloadsTheCell) {
  WanBench bench(WanBench::quiet(), 400);
  for (std::size_t n = 0; n < bench.modems.size(); ++n) {
    Modem& modem = *bench.modems[n];
    bench.clients[n]->modem_hook = [&modem](ModemState state) {
      if (state != ModemState::kOnline) modem.connect("iot");
    };
    modem.power(true);
  }
  const auto online = [&] {
    return std::count_if(bench.modems.begin(), bench.modems.end(),
                         [](const auto& modem) { return modem->state() == ModemState::kOnline; });
  };
  bench.run_for(30 * kNsPerSecond);
  EXPECT_LT(online(), 300);
  bench.run_for(10 * kNsPerMinute);
  EXPECT_EQ(online(), 400);
  EXPECT_GT(bench.sum().access_failures, 50u);
}

}  // namespace
