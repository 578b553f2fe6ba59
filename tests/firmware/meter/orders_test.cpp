// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// What the management client orders: clock, relay, keys, registers of errors.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/core/core.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace classes = protocol::cosem::classes;
namespace axdr = protocol::axdr;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::Method;
using protocol::cosem::obis;
using rigs::encoded;
using rigs::MeterFixture;
using rigs::StoredRow;
using rigs::TestClient;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 1, 0);
const auto kClock = obis(0, 0, 1, 0, 0);
const auto kRelay = obis(0, 0, 96, 3, 10);
const auto kSecurity = obis(0, 0, 43, 0, 0);
const Attribute kErrors{classes::Data::kId, obis(0, 0, 97, 97, 0), 2};

std::vector<std::uint8_t> long_value(std::int16_t value) {
  return encoded([&](Writer& out) { axdr::put_long(value, out); });
}
std::vector<std::uint8_t> integer_zero() {
  return encoded([&](Writer& out) { axdr::put_integer(0, out); });
}
std::vector<std::uint8_t> enum_value(std::uint8_t value) {
  return encoded([&](Writer& out) { axdr::put_enum(value, out); });
}

class Orders : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  TestClient manager{meter, rigs::management_client(meter.provision)};

  void SetUp() override { ASSERT_TRUE(manager.connect() && manager.associate()); }
  void reconnect() {
    manager.disconnect();
    SetUp();
  }
  std::int64_t clock_s() const { return meter.rtc_now() / METER_RTC_HZ; }
  bool clock_method(std::int8_t method, const std::vector<std::uint8_t>& parameter) {
    return manager.action({classes::Clock::kId, kClock, method}, parameter);
  }
  bool relay_method(std::int8_t method) {
    return manager.action({classes::DisconnectControl::kId, kRelay, method}, integer_zero());
  }
  // output_state, control_state
  std::pair<bool, int> relay_state() {
    const auto output = manager.get({classes::DisconnectControl::kId, kRelay, 2});
    const auto control = unsigned_in(manager, {classes::DisconnectControl::kId, kRelay, 3});
    return {output && output->back() != 0, static_cast<int>(control)};
  }
  void settle() { meter.run_for_us(3 * rigs::kSecond_us); }
};

// ---- Clock ----

TEST_F(Orders, ShiftMovesTheClockBothWaysUpToAQuarter) {
  EXPECT_TRUE(clock_method(6, long_value(37)));
  EXPECT_EQ(clock_s(), kStart + 37);
  EXPECT_TRUE(clock_method(6, long_value(-900)));
  EXPECT_EQ(clock_s(), kStart + 37 - 900);
  EXPECT_FALSE(clock_method(6, long_value(901)));
  EXPECT_FALSE(clock_method(6, enum_value(1)));
  EXPECT_EQ(manager.refusal, AccessResult::type_unmatched);
  EXPECT_EQ(clock_s(), kStart + 37 - 900);
  const std::vector<StoredRow> events = meter.rows(LogId::standard_events);
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 4, 5, 4, 5));
  EXPECT_EQ(events[1].head.utc_s, kStart);
  EXPECT_EQ(events[2].head.utc_s, kStart + 37);
}

TEST_F(Orders, ShiftKeepsTheFractionOfTheSecond) {
  meter.run_for_us(300'000);
  const std::int64_t before = meter.rtc_now();
  EXPECT_TRUE(clock_method(6, long_value(-3)));
  EXPECT_EQ(meter.rtc_now(), before - 3 * METER_RTC_HZ);
}

TEST_F(Orders, AdjustGoesToTheNearest) {
  meter.run_for_us(29 * rigs::kSecond_us);
  EXPECT_TRUE(clock_method(3, integer_zero()));  // minute
  EXPECT_EQ(meter.rtc_now(), kStart * METER_RTC_HZ);
  meter.run_for_us(31 * rigs::kSecond_us);
  EXPECT_TRUE(clock_method(3, integer_zero()));
  EXPECT_EQ(meter.rtc_now(), (kStart + 60) * METER_RTC_HZ);
  meter.run_for_us(7 * 60 * rigs::kSecond_us);  // the link has gone to sleep
  reconnect();
  EXPECT_TRUE(clock_method(1, integer_zero()));  // quarter: 10:09 is nearer to 10:15
  EXPECT_EQ(clock_s(), kStart + 14 * 60);
  EXPECT_FALSE(clock_method(4, integer_zero()));
}

TEST_F(Orders, SetTimeTakesDeviationsAndHundredths) {
  const auto set = [&](std::vector<std::uint8_t> value) {
    return manager.set({classes::Clock::kId, kClock, 2}, value);
  };
  // 2026-07-01 12:00:00.50 +02:00 and the same without deviation: the meter's zone.
  EXPECT_TRUE(set({9, 12, 0x07, 0xEA, 7, 1, 3, 12, 0, 0, 50, 0xFF, 0x88, 0x80}));
  const std::int64_t expected = rigs::utc_s(2026, 7, 1, 10) * METER_RTC_HZ + METER_RTC_HZ / 2;
  EXPECT_EQ(meter.rtc_now(), expected);
  EXPECT_TRUE(set({9, 12, 0x07, 0xEA, 7, 1, 3, 12, 0, 0, 50, 0x80, 0x00, 0}));
  EXPECT_EQ(meter.rtc_now(), expected);
  // The hour that October has twice: 02:30 with and without the daylight saving bit.
  EXPECT_TRUE(set({9, 12, 0x07, 0xEA, 10, 25, 7, 2, 30, 0, 0, 0x80, 0x00, 0x80}));
  EXPECT_EQ(clock_s(), rigs::utc_s(2026, 10, 25, 0, 30));
  EXPECT_TRUE(set({9, 12, 0x07, 0xEA, 10, 25, 7, 2, 30, 0, 0, 0x80, 0x00, 0}));
  EXPECT_EQ(clock_s(), rigs::utc_s(2026, 10, 25, 1, 30));
  for (const std::vector<std::uint8_t>& bad :
       std::vector<std::vector<std::uint8_t>>{{9, 12, 0x07, 0xEA, 2, 30, 1, 0, 0, 0, 0, 0, 0, 0},
                                              {9, 12, 0xFF, 0xFF, 2, 1, 1, 0, 0, 0, 0, 0, 0, 0},
                                              {9, 3, 1, 2, 3},
                                              {17, 3},
                                              {}}) {
    EXPECT_FALSE(set(bad));
  }
  EXPECT_EQ(clock_s(), rigs::utc_s(2026, 10, 25, 1, 30));
}

TEST_F(Orders, TheZoneMovesMidnightAndStays) {
  EXPECT_TRUE(manager.set({classes::Clock::kId, kClock, 3}, long_value(120)));
  EXPECT_FALSE(manager.set({classes::Clock::kId, kClock, 3}, long_value(900)));
  const auto off = encoded([](Writer& out) { axdr::put_boolean(false, out); });
  EXPECT_TRUE(manager.set({classes::Clock::kId, kClock, 8}, off));
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  meter.run_for_us(rigs::kDay_s * rigs::kSecond_us);
  const std::vector<StoredRow> closings = meter.rows(LogId::closing);
  ASSERT_EQ(closings.size(), 1u);
  EXPECT_EQ(closings[0].head.utc_s, rigs::utc_s(2026, 2, 11, 2));
  EXPECT_EQ(closings[0].head.deviation_min, 120);
}

// ---- Relay ----

TEST_F(Orders, DisconnectAndReconnect) {
  EXPECT_EQ(relay_state(), (std::pair{true, 1}));
  EXPECT_TRUE(relay_method(1));
  EXPECT_EQ(relay_state(), (std::pair{true, 0}));  // ordered; the contact is still on its way
  settle();
  EXPECT_EQ(relay_state(), (std::pair{false, 0}));
  EXPECT_FALSE(meter.relay_closed);
  EXPECT_TRUE(relay_method(2));
  settle();
  EXPECT_EQ(relay_state(), (std::pair{true, 1}));
  EXPECT_TRUE(meter.relay_closed);
  EXPECT_THAT(meter.event_codes(LogId::relay_events), ElementsAre(62, 63));
  EXPECT_TRUE(relay_method(2));  // again: nothing to do, nothing to note
  EXPECT_EQ(meter.rows(LogId::relay_events).size(), 2u);
}

TEST_F(Orders, OrdersThatOvertakeTheContactEndInTheLastOne) {
  EXPECT_TRUE(relay_method(1));
  EXPECT_TRUE(relay_method(2));
  settle();
  EXPECT_TRUE(meter.relay_closed);
  EXPECT_EQ(relay_state(), (std::pair{true, 1}));
}

// Blue Book class 70: what each control mode makes of remote orders.
TEST_F(Orders, ControlModesDecideWhatReconnects) {
  const auto mode = [&](std::uint8_t value) {
    return manager.set({classes::DisconnectControl::kId, kRelay, 4}, enum_value(value));
  };
  EXPECT_TRUE(mode(0));
  EXPECT_FALSE(relay_method(1));
  settle();
  EXPECT_TRUE(meter.relay_closed);
  for (const std::uint8_t value : {1, 3}) {
    ASSERT_TRUE(mode(value));
    EXPECT_TRUE(relay_method(1));
    settle();
    EXPECT_TRUE(relay_method(2));
    settle();
    EXPECT_EQ(relay_state(), (std::pair{false, 2})) << "mode " << int{value};
    EXPECT_FALSE(mode(0));  // it would leave the customer cut off for good
    ASSERT_TRUE(mode(4));
    EXPECT_TRUE(relay_method(2));
    settle();
    EXPECT_EQ(relay_state(), (std::pair{true, 1}));
  }
  EXPECT_TRUE(mode(2));
  EXPECT_TRUE(relay_method(1));
  settle();
  EXPECT_TRUE(relay_method(2));
  settle();
  EXPECT_TRUE(meter.relay_closed);
  EXPECT_FALSE(mode(7));
}

TEST_F(Orders, AStuckContactIsNoted) {
  meter.relay_stuck = true;
  EXPECT_TRUE(relay_method(1));
  settle();
  EXPECT_EQ(relay_state(), (std::pair{true, 0}));
  EXPECT_THAT(meter.event_codes(LogId::relay_events), ElementsAre(62, 68));
}

TEST_F(Orders, AnOrderCutOffBeforeTheContactMovedIsCarriedOutAfterwards) {
  EXPECT_TRUE(relay_method(1));
  meter.power_off(false);
  ASSERT_TRUE(meter.relay_closed);
  meter.power_on(METER_BOOT_POWER);
  settle();
  EXPECT_FALSE(meter.relay_closed);
  const int orders = meter.relay_orders;
  meter.power_off(true);
  meter.power_on(METER_BOOT_POWER);
  settle();
  EXPECT_EQ(meter.relay_orders, orders);  // it is where it should be: no further click
}

// ---- Keys ----

TEST_F(Orders, AKeyTransferTakesEffectWithTheNextMessage) {
  protocol::crypto::OpensslEngine crypto([](protocol::MutableBytes) {});
  protocol::crypto::Key128 master;
  std::copy_n(meter.provision.master_key, 16, master.begin());
  meter_provision next = meter.provision;
  for (auto& octet : next.unicast_key) octet ^= 0x77;
  std::array<std::uint8_t, 24> wrapped;
  ASSERT_TRUE(crypto.wrap(master, {next.unicast_key, 16}, wrapped));
  const auto parameter = [&](std::uint8_t key_id, const auto& key) {
    return encoded([&](Writer& out) {
      axdr::begin_array(1, out);
      axdr::begin_structure(2, out);
      axdr::put_enum(key_id, out);
      axdr::put_octet_string(key, out);
    });
  };
  const Method transfer{classes::SecuritySetup::kId, kSecurity, 2};
  auto broken = wrapped;
  broken[5] ^= 1;
  EXPECT_FALSE(manager.action(transfer, parameter(0, broken)));
  EXPECT_FALSE(manager.action(transfer, parameter(1, wrapped)));  // no broadcast key here
  EXPECT_FALSE(manager.action(transfer, enum_value(0)));
  EXPECT_TRUE(unsigned_in(manager, kErrors) == 0);
  EXPECT_TRUE(manager.action(transfer, parameter(0, wrapped)));  // answered with the old key
  EXPECT_FALSE(manager.get(kErrors));
  meter.power_off(false);
  meter.power_on(METER_BOOT_POWER);
  TestClient old_key(meter, rigs::management_client(meter.provision, manager.counter() + 50));
  EXPECT_FALSE(old_key.connect() && old_key.associate());
  old_key.disconnect();
  TestClient new_key(meter, rigs::management_client(next, 1));  // counters begin anew
  EXPECT_TRUE(new_key.connect() && new_key.associate());
  EXPECT_TRUE(new_key.get(kErrors));
  EXPECT_THAT(meter.event_codes(LogId::standard_events), testing::Contains(48));
}

// Longer than a PDU, so it comes in blocks; longer than any value of this meter, so it is refused.
TEST_F(Orders, AnOrderInTooManyBlocksIsRefusedAndTheAssociationLivesOn) {
  const std::vector<std::uint8_t> endless = encoded(
      [](Writer& out) { axdr::put_octet_string(std::vector<std::uint8_t>(1500, 0x5A), out); });
  EXPECT_FALSE(manager.action({classes::SecuritySetup::kId, kSecurity, 2}, endless));
  EXPECT_TRUE(manager.get(kErrors));
}

TEST_F(Orders, TheSecurityPolicyCannotBeWeakened) {
  EXPECT_EQ(unsigned_in(manager, {classes::SecuritySetup::kId, kSecurity, 2}), 3u);
  EXPECT_FALSE(manager.action({classes::SecuritySetup::kId, kSecurity, 1}, enum_value(0)));
  EXPECT_TRUE(manager.action({classes::SecuritySetup::kId, kSecurity, 1}, enum_value(3)));
}

// ---- Errors ----

TEST_F(Orders, ErrorsStayUntilCleared) {
  meter.power_off(false);
  meter.retained.fill(0x33);
  meter.power_on(METER_BOOT_POWER);
  // The counters of a thousand messages go with the battery (AcceptedCounters).
  TestClient after(meter, rigs::management_client(meter.provision, 1001));
  ASSERT_TRUE(after.connect() && after.associate());
  EXPECT_EQ(unsigned_in(after, kErrors), 0x200u);
  const auto value = [](std::uint32_t errors) {
    return encoded([&](Writer& out) { axdr::put_double_long_unsigned(errors, out); });
  };
  EXPECT_FALSE(after.set(kErrors, value(1)));
  EXPECT_TRUE(after.set(kErrors, value(0)));
  EXPECT_EQ(unsigned_in(after, kErrors), 0u);
  EXPECT_EQ(meter.event_codes(LogId::standard_events).back(), 10);
}

TEST_F(Orders, AResetByTheWatchdogIsNotedAndStaysInTheErrorRegister) {
  meter.power_off(false);
  meter.power_on(METER_BOOT_WATCHDOG);
  reconnect();
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 15, 2));
  EXPECT_EQ(unsigned_in(manager, kErrors), 0x1000u);
}

TEST_F(Orders, AnotherFirmwareRevisionIsNotedBeItOlderOrNewer) {
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2));
  const auto power_cycle_after_revision = [&](char major) {
    meter.power_off(true);
    const meter::fw::Hal hal(&meter.hal);
    meter::fw::Parameters parameters;
    parameters.open(hal);
    meter::fw::Settings settings;
    settings.revision = {major, '.', '9', '.', '0'};
    if (major != 0) parameters.store(hal, meter::fw::BlockKind::settings, settings);
    meter.power_on(METER_BOOT_POWER);
  };
  power_cycle_after_revision('0');
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 1, 2, 18));
  power_cycle_after_revision(0);  // the same
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 1, 2, 18, 1, 2));
  power_cycle_after_revision('9');
  EXPECT_THAT(meter.event_codes(LogId::standard_events), ElementsAre(2, 1, 2, 18, 1, 2, 1, 2, 18));
}

}  // namespace
