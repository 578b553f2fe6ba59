// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// What a meter tells its concentrator unasked, and what a bad line does to all of it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/wires/alarms.hpp"
#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "tests/rigs/meter/plc_bench.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::kSecond_us;
using rigs::PlcBench;
using rigs::PlcClient;
using testing::ElementsAre;

const Attribute kSerial{classes::Data::kId, obis(0, 0, 96, 1, 0), 2};

struct Told {
  std::uint32_t long_invoke_id;
  std::uint32_t counter;
  std::int64_t utc_s;
  std::uint8_t code;
};

// Opened with the concentrator's keys, as the contract between meter and concentrator has it.
std::optional<Told> open_alarm(const meter_provision& provision,
                               const std::vector<std::uint8_t>& apdu) {
  protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
  const auto keys = rigs::concentrator_client(provision).keys;
  std::vector<std::uint8_t> plain(512);
  if (apdu.empty() || apdu[0] != 0xDB) return std::nullopt;
  const auto opened = protocol::dlms::open_general_glo(apdu, keys, crypto, plain);
  if (!opened.ok()) return std::nullopt;
  const auto notification = protocol::dlms::decode_notification(opened->apdu);
  if (!notification.ok()) return std::nullopt;
  const auto notice = protocol::cosem::take_alarm_notice(notification->body);
  if (!notice) return std::nullopt;
  const auto time = protocol::cosem::decode_date_time(notice->at);
  if (!time.ok() || notification->long_invoke_id != notice->number) return std::nullopt;
  return Told{notification->long_invoke_id, opened->invocation_counter, time->utc_s, notice->code};
}

std::vector<Told> told(PlcBench& bench) {
  std::vector<Told> all;
  for (const auto& apdu : bench.unasked) {
    if (const auto alarm = open_alarm(bench.meter.provision, apdu)) all.push_back(*alarm);
  }
  return all;
}
std::vector<int> codes(PlcBench& bench) {
  std::vector<int> all;
  for (const Told& alarm : told(bench)) all.push_back(alarm.code);
  return all;
}

TEST(Alarms, PowerUpIsToldOnceTheConnectionIsThere) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  // The production line's boot, and the one on the line; the log has them at these times.
  const auto alarms = told(bench);
  ASSERT_THAT(codes(bench), ElementsAre(2, 2));
  const auto rows = bench.meter.rows(meter::fw::LogId::standard_events);
  ASSERT_GE(rows.size(), 2u);
  EXPECT_EQ(alarms[0].utc_s, rows[0].head.utc_s);
  EXPECT_LT(alarms[0].counter, alarms[1].counter);
  EXPECT_NE(alarms[0].long_invoke_id, alarms[1].long_invoke_id);
  bench.unasked.clear();
  bench.run_for(600 * kSecond_us);
  EXPECT_TRUE(bench.unasked.empty());
}

TEST(Alarms, AnOrderAtTheRelayIsToldAndAClockSetIsNot) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  PlcClient manager(bench, rigs::management_client(bench.meter.provision));
  ASSERT_TRUE(manager.associate());
  bench.unasked.clear();
  ASSERT_TRUE(manager.action({classes::Clock::kId, obis(0, 0, 1, 0, 0), 6},
                             std::vector<std::uint8_t>{0x10, 0, 5}));
  const std::vector<std::uint8_t> nothing{0x0F, 0};
  ASSERT_TRUE(manager.action({classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 1}, nothing));
  ASSERT_TRUE(manager.action({classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 2}, nothing));
  bench.run_for(60 * kSecond_us);
  EXPECT_THAT(codes(bench), ElementsAre(62, 63));
}

TEST(Alarms, AResetByTheWatchdogIsTold) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  bench.unasked.clear();
  bench.power_off(true);
  bench.address = dcu::fw::kNoAddress;
  bench.power_on(METER_BOOT_WATCHDOG);
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  EXPECT_THAT(codes(bench), ElementsAre(15, 2));
}

TEST(Alarms, WhatTheBaseNodeNeverHeardIsToldAgainAfterAPowerCut) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  bench.channel.cut(bench.base_station.number(), bench.meter_station.number());
  // A contact that does not move, while nobody hears it.
  bench.meter.relay_stuck = true;
  rigs::TestClient optical(bench.meter, rigs::management_client(bench.meter.provision),
                           METER_UART_OPTICAL);
  ASSERT_TRUE(optical.connect() && optical.associate());
  ASSERT_TRUE(optical.action({classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 1},
                             std::vector<std::uint8_t>{0x0F, 0}));
  bench.touched();
  bench.run_for(30 * kSecond_us);
  bench.unasked.clear();
  bench.power_off(true);
  bench.run_for(60 * kSecond_us);
  bench.channel.connect(bench.base_station.number(), bench.meter_station.number(), {});
  bench.address = dcu::fw::kNoAddress;
  bench.power_on();
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  // And the contact, asked again at the boot, still does not move.
  EXPECT_THAT(codes(bench), ElementsAre(62, 68, 2, 68));
}

TEST(Alarms, OnlyTheNewestEightWait) {
  PlcBench bench;
  bench.channel.cut(bench.base_station.number(), bench.meter_station.number());
  for (int k = 0; k < 12; ++k) {
    bench.run_for(10 * kSecond_us);
    bench.power_off(false);
    bench.power_on();
  }
  const auto rows = bench.meter.rows(meter::fw::LogId::standard_events);
  bench.channel.connect(bench.base_station.number(), bench.meter_station.number(), {});
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(120 * kSecond_us);
  const auto alarms = told(bench);
  ASSERT_EQ(alarms.size(), meter::fw::Alarms::kQueue);
  for (std::size_t k = 0; k < alarms.size(); ++k) {
    EXPECT_EQ(alarms[k].utc_s, rows[rows.size() - alarms.size() + k].head.utc_s);
  }
}

TEST(Alarms, NobodyElseCanOpenThem) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  ASSERT_FALSE(bench.unasked.empty());
  meter_provision head_end = bench.meter.provision;
  std::swap(head_end.unicast_key, head_end.concentrator_unicast_key);
  std::swap(head_end.authentication_key, head_end.concentrator_authentication_key);
  for (const auto& apdu : bench.unasked) {
    EXPECT_FALSE(open_alarm(head_end, apdu));
  }
}

TEST(Alarms, WithoutACounterNothingIsSealedAndTheFlashIsLeftInPeace) {
  PlcBench bench;
  bench.power_off(true);
  bench.meter.failing_pages = {0, 1};  // counters are reserved there
  bench.power_on();
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  EXPECT_TRUE(bench.unasked.empty());
  const std::uint64_t operations = bench.meter.flash_operations;
  bench.run_for(800 * kSecond_us);
  EXPECT_LE(bench.meter.flash_operations, operations + 4);  // a row of the load profile
  PlcClient anyone(bench, rigs::public_client());
  EXPECT_TRUE(anyone.associate());
}

TEST(BadLine, EveryOctetOfEveryFrameMayBeWrong) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient client(bench, rigs::public_client());
  ASSERT_TRUE(client.associate());
  // Each frame to the meter in turn with another octet wrong, then a good line for a while.
  std::uint32_t frames = 0;
  bench.channel.tap = [&](std::size_t, std::size_t to, std::vector<std::uint8_t>& mpdu) {
    if (to != bench.meter_station.number() || mpdu.size() == protocol::prime::kBeaconOctets) {
      return true;
    }
    if (++frames % 2 == 0) return true;
    mpdu[frames / 2 % mpdu.size()] ^= static_cast<std::uint8_t>(1u << frames % 8);
    return true;
  };
  unsigned answered = 0;
  for (int k = 0; k < 60; ++k) {
    ASSERT_TRUE(bench.address != dcu::fw::kNoAddress || bench.run_until_joined());
    const auto serial = client.get(kSerial);
    if (serial) {
      EXPECT_EQ(rigs::text_of(serial), "0000000042");
      ++answered;
    }
  }
  EXPECT_GE(answered, 55u);
  EXPECT_GE(frames, 120u);
  EXPECT_LE(bench.meter.buffers_out, 1);
}

TEST(BadLine, NoiseIsDroppedWhateverItLooksLike) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  std::uint32_t state = 5;
  const auto draw = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
  for (int k = 0; k < 20'000; ++k) {
    std::vector<std::uint8_t> mpdu(draw() % METER_PLC_MPDU_BYTES);
    for (auto& octet : mpdu) octet = static_cast<std::uint8_t>(draw());
    const meter_plc_frame frame{mpdu.data(), static_cast<std::uint32_t>(mpdu.size()),
                                static_cast<std::uint8_t>(draw() % 16),
                                static_cast<std::int32_t>(draw() % 4000) - 1000,
                                static_cast<std::int64_t>(draw())};
    bench.meter.firmware->on_plc(bench.meter.instance(), &frame);
  }
  bench.touched();
  PlcClient client(bench, rigs::public_client());
  ASSERT_TRUE(client.associate());
  EXPECT_EQ(rigs::text_of(client.get(kSerial)), "0000000042");
}

TEST(BadLine, EveryApduBehindAGoodFrameIsAnsweredOrDropped) {
  PlcBench bench;
  ASSERT_TRUE(bench.run_until_joined());
  bench.run_for(60 * kSecond_us);
  std::uint32_t state = 9;
  const auto draw = [&] { return (state = state * 1664525u + 1013904223u) >> 8; };
  for (int k = 0; k < 150; ++k) {
    std::vector<std::uint8_t> apdu(1 + draw() % (k % 10 == 0 ? 1021 : 40));
    for (auto& octet : apdu) octet = static_cast<std::uint8_t>(draw());
    const std::uint8_t tags[] = {0x60, 0xC0, 0xC1, 0xC3, 0xDB, 0xC8, 0x62, 0x00};
    apdu[0] = tags[draw() % 8];
    const std::uint8_t saps[] = {16, 1, 2, 3};
    bench.base.send(bench.address, 1, saps[k % 4], apdu);
    bench.base_station.touched();
    bench.run_for(3 * kSecond_us);
  }
  bench.run_for(30 * kSecond_us);
  EXPECT_LE(bench.meter.buffers_out, 1);
  PlcClient client(bench, rigs::public_client());
  ASSERT_TRUE(client.associate());
  EXPECT_EQ(rigs::text_of(client.get(kSerial)), "0000000042");
}

TEST(BadLine, PowerMayFailAtAnyInstant) {
  PlcBench bench;
  for (int k = 0; k < 25; ++k) {
    ASSERT_TRUE(bench.run_until_joined()) << k;
    PlcClient client(bench, rigs::public_client());
    client.patience_us = 40'000 * k;
    client.associate();
    bench.power_off(k % 2 == 0);
    EXPECT_EQ(bench.meter.powered(), false);
    bench.address = dcu::fw::kNoAddress;
    bench.power_on();
  }
  ASSERT_TRUE(bench.run_until_joined());
  PlcClient client(bench, rigs::public_client());
  ASSERT_TRUE(client.associate());
}

}  // namespace
