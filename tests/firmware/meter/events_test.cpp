// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// Event logs and their codes, alarms, and the contacts against fraud.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "protocol/cosem/alarm_notice.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/dlms/server.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using meter::fw::LogId;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Obis;
using rigs::management_client;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
constexpr Obis kRegister = obis(0, 0, 97, 98, 0), kFilter = obis(0, 0, 97, 98, 10);
constexpr Obis kDescriptor = obis(0, 0, 97, 98, 20), kSwitchOff = obis(0, 0, 97, 98, 128);
constexpr Obis kSeals = obis(0, 0, 96, 5, 128), kService = obis(0, 0, 96, 5, 129);
constexpr std::uint32_t kFraud = 1u << 13, kCover = 1u << 28, kField = 1u << 30, kSeal = 1u << 31;

Attribute value_of(const Obis& name) { return {classes::Data::kId, name, 2}; }
std::vector<std::uint8_t> bits(std::uint32_t value) {
  return rigs::encoded([&](auto& out) { axdr::put_double_long_unsigned(value, out); });
}

// A meter, and a client of the management on its line.
struct Site {
  explicit Site(std::uint8_t codes = METER_CODES_IDIS) : meter(kStart, provision_with(codes)) {}
  static meter_provision provision_with(std::uint8_t codes) {
    meter_provision provision = rigs::make_provision();
    provision.event_codes = codes;
    return provision;
  }
  TestClient& client() {
    if (!manager) {
      manager = std::make_unique<TestClient>(meter, management_client(meter.provision, counter));
      EXPECT_TRUE(manager->connect() && manager->associate());
    }
    return *manager;
  }
  void hang_up() {
    if (manager) counter = manager->counter();
    if (manager) manager->disconnect();
    manager.reset();
  }
  std::uint64_t read(const Obis& name) { return unsigned_in(client(), value_of(name)); }
  bool set(const Obis& name, std::uint32_t value) {
    return client().set(value_of(name), bits(value));
  }
  void restart(void (*meanwhile)(MeterFixture&) = [](MeterFixture&) {}) {
    hang_up();
    meter.power_off(true);
    meanwhile(meter);
    meter.run_for_us(60 * rigs::kSecond_us);
    meter.power_on(METER_BOOT_POWER);
  }
  void settle() { meter.run_for_us(3 * rigs::kSecond_us); }

  MeterFixture meter;
  std::uint32_t counter = 1;
  std::unique_ptr<TestClient> manager;
};

// ---- Contacts ----

TEST(Covers, OpeningAndClosingAreNotedCountedAndSeenInTheStatus) {
  Site site;
  site.meter.turn(METER_INPUT_COVER, true);
  EXPECT_EQ(site.read(obis(0, 0, 96, 5, 0)) & 0xF8u, 0x18u) << "open, and its seal is broken";
  site.meter.turn(METER_INPUT_COVER, false);
  site.meter.turn(METER_INPUT_TERMINAL_COVER, true);
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.meter.turn(METER_INPUT_MAGNET, false);
  site.meter.turn(METER_INPUT_COVER, true);
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events),
              ElementsAre(44, 230, 45, 40, 230, 42, 43, 44));
  EXPECT_EQ(site.read(obis(0, 0, 96, 20, 0)), 2u);
  EXPECT_EQ(site.read(obis(0, 0, 96, 20, 5)), 1u);
  EXPECT_EQ(site.read(obis(0, 0, 96, 20, 15)), 1u);
  EXPECT_EQ(site.read(obis(0, 0, 96, 15, 1)), 8u);
  EXPECT_EQ(site.read(obis(0, 0, 96, 11, 1)), 44u);
  EXPECT_EQ(site.read(kSeals), 3u);
}

TEST(Covers, WhatHappenedWithoutSupplyIsToldAtTheNextBoot) {
  Site site;
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.restart([](MeterFixture& meter) {
    meter.turn(METER_INPUT_MAGNET, false);
    meter.turn(METER_INPUT_TERMINAL_COVER, true);
  });
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events), ElementsAre(42, 40, 230, 43));
  site.restart();
  EXPECT_EQ(site.meter.event_codes(LogId::fraud_events).size(), 4u) << "told once";
}

TEST(Covers, AServicePermissionSavesTheSeal) {
  Site site;
  const std::vector<std::uint8_t> yes{3, 1}, no{3, 0};
  ASSERT_TRUE(site.client().set(value_of(kService), yes));
  site.meter.turn(METER_INPUT_COVER, true);
  site.meter.turn(METER_INPUT_COVER, false);
  EXPECT_EQ(site.read(kSeals), 0u);
  ASSERT_TRUE(site.client().set(value_of(kService), no));
  site.restart();
  site.meter.turn(METER_INPUT_COVER, true);
  EXPECT_EQ(site.read(kSeals), 1u);
  const std::vector<std::uint8_t> one{17, 1}, none{17, 0};
  EXPECT_FALSE(site.client().set(value_of(kSeals), one)) << "can be cleared only";
  EXPECT_TRUE(site.client().set(value_of(kSeals), none));
  EXPECT_EQ(site.read(kSeals), 0u);
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events), ElementsAre(44, 45, 44, 230));
  EXPECT_THAT(site.meter.event_codes(LogId::standard_events), ElementsAre(2, 47, 47, 1, 2, 233));
}

// ---- Codes ----

TEST(Codes, ASecondCountryIsATable) {
  Site site(METER_CODES_PRIME);
  site.meter.turn(METER_INPUT_COVER, true);
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.hang_up();
  site.meter.set_clock(kStart + 500);
  EXPECT_THAT(site.meter.event_codes(LogId::standard_events), ElementsAre(2));
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events), ElementsAre(1, 3));
  EXPECT_THAT(site.meter.event_codes(LogId::clock_events), ElementsAre(98));
  site.counter = 100;
  const auto log = [&](unsigned e) {
    return rigs::rows_of(
        site.client().get({classes::ProfileGeneric::kId, obis(0, 0, 99, 98, e), 2}));
  };
  ASSERT_TRUE(log(8));
  EXPECT_EQ(log(8)->back().status, 98);
  EXPECT_FALSE(log(5)) << "the companion has communication elsewhere";
  EXPECT_EQ(site.client().refusal, AccessResult::object_undefined);
  EXPECT_EQ(site.read(obis(0, 0, 96, 11, 8)), 98u);
  Site other;
  EXPECT_FALSE(other.client().get({classes::ProfileGeneric::kId, obis(0, 0, 99, 98, 8), 2}));
}

TEST(Codes, AnUnknownTableIsNoMeter) {
  rigs::FakePlatform platform(meter_ad11a_firmware());
  meter_provision provision = rigs::make_provision();
  provision.event_codes = 2;
  platform.construct();
  EXPECT_NE(platform.firmware->provision(platform.instance(), &provision), 0);
}

// ---- Logs ----

TEST(Logs, ClearedByAClientTheyBeginWithThatAndNumbersGoOn) {
  Site site;
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.meter.turn(METER_INPUT_MAGNET, false);
  const auto before = site.meter.rows(LogId::fraud_events);
  const std::vector<std::uint8_t> nothing{15, 0};
  const Obis log = obis(0, 0, 99, 98, 1);
  ASSERT_TRUE(site.client().action({classes::ProfileGeneric::kId, log, 1}, nothing));
  site.meter.turn(METER_INPUT_MAGNET, true);
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events), ElementsAre(255, 42));
  const auto after = site.meter.rows(LogId::fraud_events);
  EXPECT_GT(after[0].values[0], before.back().values[0]);
  EXPECT_EQ(site.read(obis(0, 0, 96, 15, 1)), 4u);
  site.restart();
  EXPECT_THAT(site.meter.event_codes(LogId::fraud_events), ElementsAre(255, 42));
}

TEST(Logs, SessionsAtTheOpticalPortAreNotedOncePerMinute) {
  Site site;
  for (int k = 0; k < 3; ++k) {
    TestClient optical(site.meter, rigs::public_client(), METER_UART_OPTICAL);
    ASSERT_TRUE(optical.connect() && optical.associate());
    optical.disconnect();
  }
  EXPECT_THAT(site.meter.event_codes(LogId::communication_events), ElementsAre(28, 29));
}

// ---- Alarms ----

TEST(AlarmRegister, BitsRiseStayAndAreCleared) {
  Site site;
  ASSERT_TRUE(site.set(kRegister, 0) && site.set(kDescriptor, 0));
  site.meter.turn(METER_INPUT_MAGNET, true);
  EXPECT_EQ(site.read(kRegister), kFraud | kField);
  EXPECT_EQ(site.read(kDescriptor), kFraud | kField);
  ASSERT_TRUE(site.set(kDescriptor, 0));
  site.meter.turn(METER_INPUT_MAGNET, false);
  site.meter.turn(METER_INPUT_MAGNET, true);
  EXPECT_EQ(site.read(kDescriptor), 0u) << "rises with the register only";
  ASSERT_TRUE(site.set(kRegister, kFraud));
  EXPECT_EQ(site.read(kRegister), kFraud);
  site.restart();
  EXPECT_EQ(site.read(kRegister) & ~4u, kFraud) << "outlives the supply";
  EXPECT_THAT(site.meter.event_codes(LogId::standard_events), ElementsAre(2, 11, 11, 1, 2));
}

TEST(AlarmRegister, TheFilterKeepsBack) {
  Site site;
  EXPECT_EQ(site.read(kFilter), UINT32_MAX);
  ASSERT_TRUE(site.set(kRegister, 0) && site.set(kDescriptor, 0) && site.set(kFilter, kSeal));
  site.meter.turn(METER_INPUT_COVER, true);
  EXPECT_EQ(site.read(kRegister), kFraud | kCover | kSeal);
  EXPECT_EQ(site.read(kDescriptor), kSeal);
  site.restart();
  EXPECT_EQ(site.read(kFilter), kSeal);
  EXPECT_THAT(site.meter.event_codes(LogId::standard_events), testing::Contains(47));
}

// ---- Alarms over RS-485 ----

struct Module {
  explicit Module(MeterFixture& meter_) : meter(meter_), line(meter_, rigs::push_client()) {
    EXPECT_TRUE(line.connect());
  }
  // Codes of the alarms that are told, until something else comes.
  std::vector<int> take() {
    std::vector<int> codes;
    for (int k = 0; k < 30; ++k) {
      const auto apdu = line.poll();
      if (apdu.empty()) return codes;
      protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
      protocol::dlms::Keys keys;
      std::memcpy(keys.unicast.data(), meter.provision.unicast_key, 16);
      std::memcpy(keys.authentication.data(), meter.provision.authentication_key, 16);
      std::vector<std::uint8_t> plain(apdu.size());
      const auto opened = protocol::dlms::open_general_glo(apdu, keys, crypto, plain);
      const auto notification = protocol::dlms::decode_notification(opened->apdu);
      const auto notice = protocol::cosem::take_alarm_notice(notification->body);
      if (!notice) return codes;
      codes.push_back(notice->code);
      logs.push_back(notice->log.octets[4]);
    }
    return codes;
  }
  MeterFixture& meter;
  TestClient line;
  std::vector<int> logs;
};

TEST(AlarmReports, GoToTheHeadEndThroughTheModule) {
  Site site;
  Module module(site.meter);
  EXPECT_THAT(module.take(), ElementsAre(2));
  site.meter.turn(METER_INPUT_COVER, true);
  site.meter.turn(METER_INPUT_COVER, false);
  EXPECT_THAT(module.take(), ElementsAre(44, 230));
  EXPECT_THAT(module.logs, ElementsAre(0, 1, 1));
  EXPECT_THAT(module.take(), ElementsAre()) << "acknowledged";
}

TEST(AlarmReports, WhatWasNotAcknowledgedComesAgainAfterAReset) {
  Site site;
  {
    Module module(site.meter);
    EXPECT_THAT(module.take(), ElementsAre(2));
    site.meter.turn(METER_INPUT_MAGNET, true);
    EXPECT_FALSE(module.line.poll().empty());  // on the line, and nobody says that it came
  }
  site.restart();
  Module module(site.meter);
  EXPECT_THAT(module.take(), ElementsAre(42, 2));
}

TEST(AlarmReports, TheFilterDecidesWhatIsTold) {
  Site site;
  ASSERT_TRUE(site.set(kFilter, kField));
  site.meter.turn(METER_INPUT_COVER, true);
  site.meter.turn(METER_INPUT_MAGNET, true);
  Module module(site.meter);
  EXPECT_THAT(module.take(), ElementsAre(42));
}

// ---- Switching off ----

TEST(SwitchOff, AnAlarmOfTheMaskOpensTheRelayAndTheCustomerClosesItAgain) {
  Site site;
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.settle();
  EXPECT_TRUE(site.meter.relay_closed) << "by default none";
  site.meter.turn(METER_INPUT_MAGNET, false);
  ASSERT_TRUE(site.set(kSwitchOff, kField));
  site.meter.turn(METER_INPUT_COVER, true);
  site.settle();
  EXPECT_TRUE(site.meter.relay_closed);
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.settle();
  EXPECT_FALSE(site.meter.relay_closed);
  const auto state = [&] {
    const Attribute control{classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 3};
    return unsigned_in(site.client(), control);
  };
  EXPECT_EQ(state(), 2u) << "ready for reconnection";
  site.meter.turn(METER_INPUT_BUTTON, true);
  site.meter.turn(METER_INPUT_BUTTON, false);
  site.settle();
  EXPECT_TRUE(site.meter.relay_closed);
  EXPECT_THAT(site.meter.event_codes(LogId::relay_events), ElementsAre(64, 61));
}

}  // namespace
