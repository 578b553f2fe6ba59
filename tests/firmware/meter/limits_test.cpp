// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// Limiter (class 71) and register monitors (class 21).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/limiter.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/register_monitor.hpp"
#include "protocol/cosem/classes/script_table.hpp"
#include "protocol/hosted/power_limit/limit.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using classes::Limiter;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::orders::Step;
using rigs::encoded;
using rigs::kSecond_us;
using rigs::MeterFixture;
using rigs::TestClient;
using rigs::unsigned_in;
using testing::ElementsAre;
using testing::IsEmpty;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 10, 0, 0);

Attribute limiter(std::int8_t index) { return {Limiter::kId, classes::kLimiterName, index}; }
Attribute monitor(unsigned e, std::int8_t index) {
  return {classes::RegisterMonitor::kId, classes::register_monitor_name(e), index};
}
std::vector<std::uint8_t> u32(std::uint32_t value) {
  return encoded([&](Writer& out) { axdr::put_double_long_unsigned(value, out); });
}

class Limits : public testing::Test {
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
  // As the head-end does it, read back.
  void give(const std::string& text) {
    const auto parsed = protocol::limits::parse_limit(text);
    ASSERT_TRUE(parsed.limit) << parsed.fault;
    for (const Step& step : protocol::limits::steps_of(*parsed.limit)) {
      if (step.service == Step::Service::set) {
        ASSERT_TRUE(client->set(step.target, step.value)) << int{step.target.index};
      } else {
        EXPECT_EQ(client->get(step.target), step.value) << int{step.target.index};
      }
    }
    client->disconnect();
  }
  void give_again(const std::string& text) {
    open();
    give(text);
  }
  // Seconds with this load in the house, which the relay switches; those with the relay closed.
  int live(double watts, int seconds) {
    int closed = 0;
    for (int k = 0; k < seconds; ++k) {
      meter.sums(rigs::make_sums({240.0, meter.relay_closed ? watts / 240.0 : 0.0}), 5);
      meter.run_for_us(kSecond_us);
      closed += meter.relay_closed ? 1 : 0;
    }
    return closed;
  }
  void press() {
    meter.turn(METER_INPUT_BUTTON, true);
    meter.turn(METER_INPUT_BUTTON, false);
  }
  std::vector<std::uint8_t> events() const { return meter.event_codes(LogId::relay_events); }
};

TEST_F(Limits, LoadAboveTheThresholdForTheDurationDisconnectsAndTheButtonConnectsAgain) {
  give("threshold=3000 over_s=60 under_s=30");
  EXPECT_THAT(events(), ElementsAre(67));
  EXPECT_EQ(live(2900, 600), 600);
  EXPECT_EQ(live(3100, 59), 59);  // not long enough
  EXPECT_EQ(live(2900, 60), 60);
  EXPECT_NEAR(live(3100, 80), 60, 1);
  EXPECT_THAT(events(), ElementsAre(67, 65, 64));
  live(0, 60);
  EXPECT_FALSE(meter.relay_closed);  // mode 4 connects by no threshold
  EXPECT_THAT(events(), ElementsAre(67, 65, 64, 66));
  press();
  EXPECT_EQ(live(1000, 60), 60);
  EXPECT_THAT(events(), ElementsAre(67, 65, 64, 66, 61));
}

TEST_F(Limits, InModeSixItConnectsAgainByItselfAlsoAfterAnOutage) {
  give("threshold=3000 over_s=10 under_s=100 mode=6");
  EXPECT_NEAR(live(5000, 200), 2 * 11, 3);
  ASSERT_FALSE(meter.relay_closed);
  meter.power_off(true);
  meter.run_for_us(500 * kSecond_us);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_NEAR(live(1000, 200), 100, 2);
  EXPECT_EQ(events().back(), 69);
}

// What the head-end made ready waits for the customer, also behind an outage.
TEST_F(Limits, OnlyWhatTheLimiterOpenedDoesItCloseAfterAnOutage) {
  give("threshold=3000 over_s=10 under_s=10 mode=6");
  open();
  for (const std::int8_t method : {1, 2}) {
    ASSERT_TRUE(client->action({classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), method},
                               encoded([](Writer& out) { axdr::put_integer(0, out); })));
  }
  client->disconnect();
  meter.power_off(true);
  meter.run_for_us(500 * kSecond_us);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_EQ(live(1000, 100), 0);
  EXPECT_THAT(events(), ElementsAre(67, 62, 59));
}

TEST_F(Limits, AnEmergencyProfileIsInForceForItsTime) {
  give("threshold=5000 over_s=10 under_s=10 emergency=1000 from=2026-02-10T10:10:00Z for_s=600");
  EXPECT_EQ(live(2000, 590 - 0), 590);
  EXPECT_NEAR(live(2000, 40), 20, 3);
  open();
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kThresholdActive)), 1000u);
  EXPECT_EQ(client->get(limiter(Limiter::kEmergencyProfileActive))->back(), 0xFF);
  client->disconnect();
  live(2000, 600);
  press();
  EXPECT_EQ(live(2000, 100), 100);
  open();
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kThresholdActive)), 5000u);
  EXPECT_EQ(client->get(limiter(Limiter::kEmergencyProfileActive))->back(), 0);
}

// Another group's emergency is none of ours.
TEST_F(Limits, AnEmergencyOfAnotherGroupIsNone) {
  give("threshold=5000 over_s=10 emergency=1000 from=2026-02-10T10:00:00Z for_s=6000 id=7");
  EXPECT_NEAR(live(2000, 100), 10, 3);
  press();
  open();
  ASSERT_TRUE(client->set(limiter(Limiter::kEmergencyProfileGroupIdList), encoded([](Writer& out) {
                            axdr::begin_array(2, out);
                            axdr::put_long_unsigned(6, out);
                            axdr::put_long_unsigned(8, out);
                          })));
  client->disconnect();
  EXPECT_EQ(live(2000, 100), 100);
}

TEST_F(Limits, AMonitorOfCurrentDisconnectsAtOnce) {
  give("threshold=16000 quantity=current");
  EXPECT_EQ(live(3800, 100), 100);
  EXPECT_LE(live(3900, 100), 2);
  EXPECT_THAT(events(), ElementsAre(240, 64, 241));
}

TEST_F(Limits, WhatCannotBeIsRefusedAndChangesNothing) {
  give("threshold=3000 over_s=60");
  open();
  const auto refused = [&](const Attribute& what, const std::vector<std::uint8_t>& value) {
    return client->set(what, value) ? AccessResult::success : client->refusal;
  };
  const auto watch = [](protocol::cosem::Attribute of) {
    return encoded([&](Writer& out) { classes::put_value_definition(of, out); });
  };
  const auto long_unsigned = encoded([](Writer& out) { axdr::put_long_unsigned(9, out); });
  EXPECT_EQ(refused(limiter(Limiter::kThresholdNormal), long_unsigned),
            AccessResult::type_unmatched);
  EXPECT_EQ(refused(limiter(Limiter::kThresholdActive), u32(9)), AccessResult::read_write_denied);
  // An energy is no value to limit, a phase that this model has not is no object.
  EXPECT_EQ(refused(limiter(2), watch({classes::Register::kId, obis(1, 0, 1, 8, 0), 2})),
            AccessResult::object_unavailable);
  EXPECT_EQ(refused(limiter(2), watch({classes::Register::kId, obis(1, 0, 52, 7, 0), 2})),
            AccessResult::object_undefined);
  const auto actions = [](std::uint16_t selector, const protocol::cosem::Obis& table) {
    return encoded([&](Writer& out) {
      axdr::begin_structure(2, out);
      for (int k = 0; k < 2; ++k) classes::put_action_item({table.octets, selector}, out);
    });
  };
  EXPECT_EQ(refused(limiter(Limiter::kActions), actions(3, classes::kDisconnectScripts)),
            AccessResult::other_reason);
  EXPECT_EQ(refused(limiter(Limiter::kActions), actions(1, classes::kTariffScripts)),
            AccessResult::other_reason);
  EXPECT_EQ(refused(monitor(0, 2), encoded([](Writer& out) {
                      axdr::begin_array(5, out);
                      for (int k = 0; k < 5; ++k) axdr::put_double_long_unsigned(1, out);
                    })),
            AccessResult::other_reason);
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kThresholdNormal)), 3000u);
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kMinOverThresholdDuration)), 60u);
  client->disconnect();
  EXPECT_NEAR(live(3100, 100), 60, 1);
}

// Cut at every flash operation of a change: what it was before, or all of it.
TEST_F(Limits, AChangeThatTheSupplyCutsIsWholeOrNone) {
  for (std::uint64_t at = 1;; ++at) {
    MeterFixture cut(kStart);
    TestClient one(cut, rigs::management_client(cut.provision));
    ASSERT_TRUE(one.connect() && one.associate());
    ASSERT_TRUE(one.set(limiter(Limiter::kMinOverThresholdDuration), u32(60)));
    ASSERT_TRUE(one.set(limiter(Limiter::kThresholdNormal), u32(3000)));
    cut.cut_at_operation(at, 5);
    one.set(limiter(Limiter::kThresholdNormal), u32(4000));
    const bool complete = !cut.cut_happened();
    cut.power_off(false);
    cut.power_on(METER_BOOT_POWER);
    TestClient two(cut, rigs::management_client(cut.provision, 1000));
    ASSERT_TRUE(two.connect() && two.associate());
    const auto threshold = unsigned_in(two, limiter(Limiter::kThresholdNormal));
    EXPECT_TRUE(threshold == 3000 || threshold == 4000) << at;
    EXPECT_EQ(unsigned_in(two, limiter(Limiter::kMinOverThresholdDuration)), 60u) << at;
    if (!complete) continue;
    EXPECT_GT(at, 1u);
    EXPECT_EQ(threshold, 4000u);
    break;
  }
}

// A number of another width would be another number: 65537 would be script 1.
TEST_F(Limits, ANumberOfAnotherTypeIsRefusedAndNotCut) {
  give("threshold=3000 over_s=60");
  open();
  const auto refused = [&](const Attribute& what, const auto& write) {
    const auto before = client->get(what);
    EXPECT_FALSE(client->set(what, encoded(write))) << int{what.index};
    const AccessResult why = client->refusal;
    EXPECT_EQ(client->get(what), before) << int{what.index};
    return why;
  };
  const auto actions = [](Writer& out) {
    axdr::begin_structure(2, out);
    for (int k = 0; k < 2; ++k) {
      axdr::begin_structure(2, out);
      axdr::put_octet_string(classes::kDisconnectScripts.octets, out);
      axdr::put_double_long_unsigned(65538, out);
    }
  };
  EXPECT_EQ(refused(limiter(Limiter::kActions), actions), AccessResult::type_unmatched);
  EXPECT_EQ(refused(monitor(0, 4),
                    [&](Writer& out) {
                      axdr::begin_array(1, out);
                      actions(out);
                    }),
            AccessResult::type_unmatched);
  const auto watch = [](Writer& out) {
    axdr::begin_structure(3, out);
    axdr::put_double_long_unsigned(65539, out);
    axdr::put_octet_string(obis(1, 0, 2, 7, 0).octets, out);
    axdr::put_integer(2, out);
  };
  EXPECT_EQ(refused(limiter(Limiter::kMonitoredValue), watch), AccessResult::type_unmatched);
  EXPECT_EQ(refused(limiter(Limiter::kEmergencyProfile),
                    [](Writer& out) {
                      axdr::begin_structure(3, out);
                      axdr::put_double_long_unsigned(1, out);
                      protocol::cosem::put_date_time({kStart, 0, 0, 0}, out);
                      axdr::put_double_long_unsigned(60, out);
                    }),
            AccessResult::type_unmatched);
  EXPECT_EQ(refused(limiter(Limiter::kEmergencyProfileGroupIdList),
                    [](Writer& out) {
                      axdr::begin_array(1, out);
                      axdr::put_unsigned(1, out);
                    }),
            AccessResult::type_unmatched);
}

// A time without a deviation is the meter's own, as the clock's.
TEST_F(Limits, AnEmergencyWithoutDeviationBeginsAtLocalTime) {
  give("threshold=5000 over_s=10 emergency=1000 from=2026-02-10T10:00:00Z for_s=1200");
  const auto begins = [&](std::uint8_t hour, std::uint8_t weekday) {
    open();
    const bool taken = client->set(limiter(Limiter::kEmergencyProfile), encoded([&](Writer& out) {
                                     const std::array<std::uint8_t, 12> local{
                                         0x07, 0xEA, 2, 10, weekday, hour, 0, 0, 0, 0x80, 0, 0};
                                     axdr::begin_structure(3, out);
                                     axdr::put_long_unsigned(1, out);
                                     axdr::put_octet_string(local, out);
                                     axdr::put_double_long_unsigned(1200, out);
                                   }));
    const auto threshold = unsigned_in(*client, limiter(Limiter::kThresholdActive));
    client->disconnect();
    return std::pair(taken, threshold);
  };
  ASSERT_EQ(meter.provision.time_zone_min, -60);
  EXPECT_EQ(begins(10, 0xFF), std::pair(true, std::uint64_t{5000}));
  EXPECT_EQ(begins(11, 2), std::pair(true, std::uint64_t{1000}));
  EXPECT_EQ(begins(11, 3).first, false) << "10 February 2026 is a Tuesday";
}

TEST_F(Limits, TheSameRegisterKeepsItsThresholdsAnotherLosesThem) {
  give("threshold=3000 over_s=60");
  give_again("threshold=16000 quantity=current");
  open();
  const auto watch = [&](const Attribute& what, const protocol::cosem::Obis& of) {
    return client->set(what, encoded([&](Writer& out) {
                         classes::put_value_definition({classes::Register::kId, of, 2}, out);
                       }));
  };
  ASSERT_TRUE(watch(limiter(2), obis(1, 0, 1, 7, 0)));
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kThresholdNormal)), 3000u);
  ASSERT_TRUE(watch(monitor(0, 3), obis(1, 0, 31, 7, 0)));
  EXPECT_GT(client->get(monitor(0, 2))->size(), 2u);
  ASSERT_TRUE(watch(limiter(2), obis(1, 0, 2, 7, 0)));
  EXPECT_EQ(unsigned_in(*client, limiter(Limiter::kThresholdNormal)), 0xFFFFFFFFu);
  ASSERT_TRUE(watch(monitor(0, 3), obis(1, 0, 32, 7, 0)));
  EXPECT_EQ(client->get(monitor(0, 2))->size(), 2u);
}

// What was above a threshold that is gone is above the next one anew, after its own time.
TEST_F(Limits, AThresholdSetAnewIsCrossedAnew) {
  give("threshold=16000 quantity=current action=none");
  live(4000, 5);
  EXPECT_THAT(events(), ElementsAre(240));
  give_again("threshold=none quantity=current");
  live(4000, 5);
  give_again("threshold=16000 quantity=current action=disconnect");
  EXPECT_LE(live(4000, 20), 2);
  EXPECT_THAT(events(), ElementsAre(240, 240, 64, 241));
}

TEST_F(Limits, TheTimeAboveAThresholdBeginsWithIt) {
  give("threshold=3000 over_s=60");
  EXPECT_EQ(live(4000, 30), 30);
  give_again("threshold=none");
  EXPECT_EQ(live(4000, 600), 600);
  give_again("threshold=3000 over_s=60");
  EXPECT_NEAR(live(4000, 100), 60, 2);
}

// On the battery nobody takes what was due: it must not come again and again.
TEST_F(Limits, AsleepNothingIsDue) {
  give("threshold=3000 over_s=60");
  meter.firmware->on_power(meter.instance(), METER_POWER_FAILING);
  meter.firmware->on_power(meter.instance(), METER_POWER_BATTERY);
  meter.now_us += 30 * kSecond_us;
  meter.firmware->on_alarm(meter.instance());
  EXPECT_GT(meter.next_us(), meter.now_us);
}

}  // namespace
