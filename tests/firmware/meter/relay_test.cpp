// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// The disconnector: Blue Book class 70 with its control modes, the contact and its life.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "protocol/cosem/classes/data.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using classes::DisconnectControl;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::encoded;
using rigs::kSecond_us;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::unsigned_in;
using testing::ElementsAre;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 1, 0);
const auto kName = obis(0, 0, 96, 3, 10);
const Attribute kOperations{classes::Data::kId, obis(0, 0, 96, 3, 138), 2};

class RelayModes : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  std::optional<TestClient> client;
  std::uint32_t counter = 1;

  void SetUp() override { open(); }
  void open() {
    client.emplace(meter, rigs::management_client(meter.provision, counter));
    ASSERT_TRUE(client->connect() && client->associate());
    counter += 500;
  }
  void method(std::int8_t index) {
    client->action({DisconnectControl::kId, kName, index},
                   encoded([](Writer& out) { axdr::put_integer(0, out); }));
    settle();
  }
  bool mode(std::uint8_t value) {
    return client->set({DisconnectControl::kId, kName, DisconnectControl::kControlMode},
                       encoded([&](Writer& out) { axdr::put_enum(value, out); }));
  }
  void press() {
    meter.turn(METER_INPUT_BUTTON, true);
    meter.turn(METER_INPUT_BUTTON, false);
    settle();
  }
  int state() {
    const auto control = unsigned_in(*client, {DisconnectControl::kId, kName, 3});
    EXPECT_EQ(meter.relay_closed, control == 1);
    return static_cast<int>(control);
  }
  void settle() { meter.run_for_us(3 * kSecond_us); }
  // What the meter does by itself: a voltage limit, which needs no load.
  void watch_voltage() {
    const auto limit = protocol::limits::parse_limit("threshold=2500 quantity=voltage").limit;
    for (const auto& step : protocol::limits::steps_of(*limit)) {
      if (step.service != protocol::orders::Step::Service::set) continue;
      ASSERT_TRUE(client->set(step.target, step.value));
    }
  }
  void voltage(double volts) {
    meter.sums(rigs::make_sums({volts, 0.0}), 5);
    settle();
  }
  std::vector<std::uint8_t> events() const { return meter.event_codes(LogId::relay_events); }
};

// Blue Book class 70, table of control modes: which of the transitions a to h a mode has.
TEST_F(RelayModes, EachModeHasItsTransitions) {
  watch_voltage();
  const struct {
    std::uint8_t mode;
    const char* transitions;
  } modes[] = {{1, "bcdefg"}, {2, "abcefg"},  {3, "bcdeg"},
               {4, "abceg"},  {5, "bcdefgh"}, {6, "bcdegh"}};
  for (const auto& one : modes) {
    ASSERT_TRUE(mode(one.mode));
    const std::string has = one.transitions;
    const auto is = [&](char transition) { return has.find(transition) != has.npos; };
    const auto where = [&] { return "mode " + std::to_string(one.mode); };
    ASSERT_EQ(state(), 1);
    method(1);
    EXPECT_EQ(state(), 0) << where();  // b
    method(2);
    EXPECT_EQ(state(), is('a') ? 1 : 2) << where();  // a or d
    if (is('d')) {
      method(1);
      EXPECT_EQ(state(), 0) << where();  // c
      press();
      EXPECT_EQ(state(), 0) << where();  // no way for the customer
      method(2);
      press();
      EXPECT_EQ(state(), 1) << where();  // e
    }
    press();
    EXPECT_EQ(state(), is('f') ? 2 : 1) << where();
    if (is('f')) press();
    ASSERT_EQ(state(), 1) << where();
    voltage(260);
    EXPECT_EQ(state(), 2) << where();  // g
    voltage(240);
    EXPECT_EQ(state(), is('h') ? 1 : 2) << where();
    if (!is('h')) press();
    ASSERT_EQ(state(), 1) << where();
    client->disconnect();
    open();
  }
  ASSERT_TRUE(mode(0));
  voltage(260);
  press();
  method(1);
  EXPECT_EQ(state(), 1);
  EXPECT_FALSE(mode(7));
}

TEST_F(RelayModes, EachTransitionHasItsEvent) {
  watch_voltage();
  ASSERT_TRUE(mode(5));
  method(1);
  method(2);
  press();
  press();
  press();
  voltage(260);
  voltage(240);
  EXPECT_THAT(events(), ElementsAre(62, 59, 61, 60, 61, 240, 64, 241, 69));
}

TEST_F(RelayModes, ScriptsOfTheDisconnectorDoWhatItsMethodsDo) {
  const auto run = [&](std::uint16_t script) {
    const bool done = client->action(
        {classes::ScriptTable::kId, classes::kDisconnectScripts, classes::ScriptTable::kExecute},
        encoded([&](Writer& out) { axdr::put_long_unsigned(script, out); }));
    settle();
    return done;
  };
  EXPECT_TRUE(run(1));
  EXPECT_EQ(state(), 0);
  EXPECT_TRUE(run(2));
  EXPECT_EQ(state(), 1);
  EXPECT_FALSE(run(3));
  EXPECT_THAT(events(), ElementsAre(62, 63));
}

// ---- The contact ----

TEST_F(RelayModes, AContactThatMovesByItselfIsToldAtOnceAndSentBack) {
  meter.knock_relay(false);
  EXPECT_THAT(events(), ElementsAre(68));
  settle();
  EXPECT_EQ(state(), 1);
  EXPECT_THAT(events(), ElementsAre(68));
  meter.relay_stuck = true;
  meter.knock_relay(false);
  settle();
  EXPECT_THAT(events(), ElementsAre(68, 68));  // once, however long it stays there
}

TEST_F(RelayModes, AContactThatMovedWithoutSupplyIsToldAtTheStart) {
  meter.power_off(true);
  meter.knock_relay(false);
  meter.run_for_us(60 * kSecond_us);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_THAT(events(), ElementsAre(68));
  settle();
  open();
  EXPECT_EQ(state(), 1);
}

TEST_F(RelayModes, OperationsAreCountedAndThoseItWasMadeForAreTold) {
  method(1);
  method(2);
  EXPECT_EQ(unsigned_in(*client, kOperations), 2u);
  meter.power_off(false);
  meter.power_on(METER_BOOT_POWER);
  client->disconnect();
  open();
  EXPECT_EQ(unsigned_in(*client, kOperations), 2u);
  for (int k = 0; k < (10'000 - 2) / 2; ++k) {
    meter.knock_relay(false);
    settle();
  }
  open();
  EXPECT_EQ(unsigned_in(*client, kOperations), 10'000u);
  EXPECT_EQ(events().back(), 242);
  method(1);
  method(2);
  EXPECT_EQ(events().back(), 63) << "told once";
}

}  // namespace
