// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
//
// The display, as an eye with a glass of its own reads it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "protocol/cosem/classes/data.hpp"
#include "protocol/dlms/server.hpp"
#include "sim/glass/glass.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using protocol::cosem::Obis;
using rigs::kSecond_us;
using rigs::make_sums;
using rigs::MeterFixture;
using rigs::TestClient;
using sim::glass::Reading;
using testing::ElementsAre;

// Tuesday, in winter time.
const std::int64_t kStart = rigs::utc_s(2026, 2, 10, 7, 59, 50);
constexpr Obis kBehaviour = obis(0, 0, 96, 50, 0), kClientList = obis(0, 0, 96, 50, 1);
constexpr Obis kServiceList = obis(0, 0, 96, 50, 2), kMessage = obis(0, 0, 96, 13, 1);
constexpr std::int64_t kScroll_us = 10 * kSecond_us;

Attribute value_of(const Obis& name) {
  return {protocol::cosem::classes::Data::kId, name, protocol::cosem::classes::Data::kValue};
}
struct Item {
  Obis name;
  std::uint8_t decimals;
};
std::vector<std::uint8_t> list_of(const std::vector<Item>& items) {
  return rigs::encoded([&](auto& out) {
    axdr::begin_array(items.size(), out);
    for (const Item& item : items) {
      axdr::begin_structure(2, out);
      axdr::put_octet_string(item.name.octets, out);
      axdr::put_unsigned(item.decimals, out);
    }
  });
}
std::vector<std::uint8_t> behaviour(std::uint8_t scroll_s, std::uint8_t return_s,
                                    std::uint8_t backlight, std::uint8_t backlight_s) {
  return rigs::encoded([&](auto& out) {
    axdr::begin_structure(4, out);
    axdr::put_unsigned(scroll_s, out);
    axdr::put_unsigned(return_s, out);
    axdr::put_enum(backlight, out);
    axdr::put_unsigned(backlight_s, out);
  });
}
std::vector<std::uint8_t> text_of(const std::string& text) {
  return rigs::encoded([&](auto& out) {
    axdr::put_octet_string({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, out);
  });
}

// A meter past its self-test, and who looks at it.
struct Site {
  explicit Site(const meter_firmware* firmware = meter_ad11a_firmware())
      : meter(kStart, rigs::make_provision(), firmware) {
    meter.run_for_us(3 * kSecond_us);
  }
  Reading look() {
    meter.firmware->on_display(meter.instance());
    return sim::glass::read(meter.segments);
  }
  std::string shown() {
    const Reading seen = look();
    return seen.code + " " + seen.value + " " + seen.unit;
  }
  void press(std::int64_t held_us = 300'000) {
    meter.turn(METER_INPUT_BUTTON, true);
    meter.run_for_us(held_us);
    meter.turn(METER_INPUT_BUTTON, false);
  }
  AccessResult set(const Obis& name, const std::vector<std::uint8_t>& value) {
    TestClient client(meter, rigs::management_client(meter.provision, counter));
    EXPECT_TRUE(client.connect() && client.associate());
    const bool done = client.set(value_of(name), value);
    const AccessResult result = done ? AccessResult::success : client.refusal;
    counter = client.counter();
    client.disconnect();
    return result;
  }
  std::vector<std::uint8_t> get(const Obis& name) {
    TestClient client(meter, rigs::management_client(meter.provision, counter));
    EXPECT_TRUE(client.connect() && client.associate());
    const auto value = client.get(value_of(name));
    counter = client.counter();
    client.disconnect();
    return value.value_or(std::vector<std::uint8_t>{});
  }

  MeterFixture meter;
  std::uint32_t counter = 1;
};

TEST(Display, TestsItselfAndScrollsTheClientListByItself) {
  Site site;
  MeterFixture fresh(kStart);
  fresh.firmware->on_display(fresh.instance());
  EXPECT_TRUE(sim::glass::read(fresh.segments).full);
  site.meter.sums(make_sums({240.0, 10.0, 0.0}), 5 * 3600 * 5);  // 12 kWh
  const Reading first = site.look();
  EXPECT_FALSE(first.full);
  EXPECT_EQ(site.shown(), "1.8.0 000012.00 kWh");
  EXPECT_THAT(first.marks,
              ElementsAre("L1", "import", "Q1", "T1", "closed", "clock", "event", "profile", "key"))
      << "and power on is an alarm that nobody has cleared";
  std::vector<std::string> codes;
  for (int k = 0; k < 12; ++k) {
    codes.push_back(site.look().code);
    site.meter.run_for_us(kScroll_us);
  }
  EXPECT_THAT(codes, ElementsAre("1.8.0", "2.8.0", "1.8.1", "1.8.2", "1.8.3", "1.8.4", "1.8.5",
                                 "1.8.6", "1.6.0", "1.7.0", "0.9.1", "0.9.2"));
  EXPECT_EQ(site.look().code, "1.8.0") << "and over again";
}

TEST(Display, ShowsTimeAndDateOfTheZone) {
  Site site;
  ASSERT_EQ(site.set(kClientList, list_of({{obis(1, 0, 0, 9, 1), 0}, {obis(1, 0, 0, 9, 2), 0}})),
            AccessResult::success);
  site.press();
  site.meter.run_to(kStart + 17);
  EXPECT_EQ(site.shown(), "0.9.1 09.00.07 ");
  site.press();
  EXPECT_EQ(site.shown(), "0.9.2 10.02.26 ");
}

TEST(Display, AShortPressGoesOnAndALongOneTestsAndTurnsToTheServiceList) {
  Site site;
  site.meter.run_for_us(5 * kScroll_us);
  site.press();
  EXPECT_EQ(site.look().code, "1.8.0") << "from its beginning";
  site.press();
  site.press();
  EXPECT_EQ(site.look().code, "1.8.1");
  site.meter.turn(METER_INPUT_BUTTON, true);
  site.meter.run_for_us(1'900'000);
  EXPECT_FALSE(site.look().full);
  site.meter.run_for_us(200'000);
  EXPECT_TRUE(site.look().full);
  site.meter.turn(METER_INPUT_BUTTON, false);
  EXPECT_EQ(site.shown(), "96.1.0 " + std::string(site.meter.provision.serial).substr(2) + " ");
  EXPECT_TRUE(site.look().has("service"));
  site.press();
  EXPECT_EQ(site.shown(), "0.2.0 1.0.0 ");
  site.press(2'500'000);
  EXPECT_EQ(site.look().code, "1.8.0") << "back";
  EXPECT_FALSE(site.look().has("service"));
  site.press(2'500'000);
  site.meter.run_for_us(59 * kSecond_us);
  EXPECT_EQ(site.look().code, "96.1.0");
  site.meter.run_for_us(2 * kSecond_us);
  EXPECT_EQ(site.look().code, "1.8.0") << "nobody touches it: it scrolls again";
  site.meter.run_for_us(kScroll_us);
  EXPECT_EQ(site.look().code, "2.8.0");
}

// The real eye, for each character that a message can have: all segments of its glyph, and no
// other.
TEST(Display, EveryGlyphIsReadBack) {
  Site site;
  const std::string all = "0123456789ABCDEFGHIJKLMNOPQRTUVWXYZ-_=/+\"'";
  ASSERT_EQ(site.set(kClientList, list_of({{obis(1, 0, 1, 8, 0), 0}})), AccessResult::success);
  ASSERT_EQ(site.set(kMessage, text_of(all)), AccessResult::success);
  site.press();
  std::string read;
  for (std::size_t page = 0; page < (all.size() + 7) / 8; ++page) {
    site.press();
    const Reading seen = site.look();
    EXPECT_TRUE(seen.has("message"));
    EXPECT_EQ(seen.code, "");
    read += seen.value;
  }
  EXPECT_EQ(read, all);
  ASSERT_EQ(site.set(kMessage, text_of("say sos")), AccessResult::success);
  site.press();  // still by hand, and from the beginning
  EXPECT_EQ(site.look().value, "5AY 5O5") << "an S is a 5 on seven segments";
  ASSERT_EQ(site.set(kMessage, text_of("")), AccessResult::success);
  EXPECT_FALSE(site.look().has("message"));
}

TEST(Display, DecimalsAreTheLists) {
  Site site;
  site.meter.sums(make_sums({240.0, 10.0, 0.0}), 5 * 1800 + 7);
  const auto wh = static_cast<int>(2400.0 * (5 * 1800 + 7) / (5 * 3600));
  for (const std::uint8_t decimals : {0, 1, 2, 3}) {
    ASSERT_EQ(site.set(kClientList, list_of({{obis(1, 0, 1, 8, 0), decimals}})),
              AccessResult::success);
    std::string digits = std::to_string(wh).substr(0, std::to_string(wh).size() - 3 + decimals);
    digits.insert(0, 8 - digits.size(), '0');
    if (decimals > 0) digits.insert(8 - decimals, ".");
    EXPECT_EQ(site.shown(), "1.8.0 " + digits + " kWh");
  }
  EXPECT_EQ(site.get(kClientList), list_of({{obis(1, 0, 1, 8, 0), 3}}));
}

TEST(Display, WhatCannotBeShownIsRefusedAndChangesNothing) {
  Site site;
  const auto before = site.get(kServiceList);
  const std::vector<Item> too_many(15, {obis(1, 0, 1, 8, 0), 0});
  const struct {
    std::vector<Item> items;
    AccessResult result;
  } cases[] = {{{{obis(1, 0, 1, 8, 0), 4}}, AccessResult::other_reason},   // decimals
               {{{obis(1, 0, 32, 7, 0), 2}}, AccessResult::other_reason},  // of volts
               {{{obis(1, 0, 52, 7, 0), 0}}, AccessResult::other_reason},  // another phase
               {{{obis(0, 0, 1, 8, 0), 0}}, AccessResult::other_reason},   // no such name
               {{}, AccessResult::other_reason},
               {too_many, AccessResult::other_reason}};
  for (const auto& one : cases) EXPECT_EQ(site.set(kServiceList, list_of(one.items)), one.result);
  EXPECT_EQ(site.get(kServiceList), before);
  EXPECT_EQ(site.set(kBehaviour, behaviour(5, 5, 3, 5)), AccessResult::other_reason);
  EXPECT_EQ(site.set(kMessage, text_of(std::string(65, 'A'))), AccessResult::other_reason);
  EXPECT_EQ(site.get(kBehaviour), behaviour(10, 60, 1, 30));
}

TEST(Display, OfThreePhasesHasTheirItems) {
  Site site(meter_ad13a_firmware());
  site.meter.sums(make_sums({230.0, 5.0, 60.0}, {}, 3), 5);
  site.press(2'500'000);
  std::vector<std::string> shown;
  for (int k = 0; k < 14; ++k) {
    if (k >= 6 && k <= 12) shown.push_back(site.shown());
    site.press();
  }
  EXPECT_THAT(shown,
              ElementsAre("32.7.0 230.0 V", "52.7.0 230.0 V", "72.7.0 230.0 V", "31.7.0 5.000 A",
                          "51.7.0 5.000 A", "71.7.0 5.000 A", "14.7.0 50.00 Hz"));
  const Reading seen = site.look();
  EXPECT_TRUE(seen.has("L1") && seen.has("L2") && seen.has("L3"));
  EXPECT_TRUE(seen.has("import") && seen.has("Q1"));
}

TEST(Display, TheBacklightShinesAsLongAsItIsTold) {
  Site site;
  EXPECT_FALSE(site.meter.backlight);
  site.press();
  EXPECT_TRUE(site.meter.backlight);
  site.meter.run_for_us(29 * kSecond_us);
  EXPECT_TRUE(site.meter.backlight);
  site.meter.run_for_us(2 * kSecond_us);
  EXPECT_FALSE(site.meter.backlight);
  ASSERT_EQ(site.set(kBehaviour, behaviour(10, 60, 2, 0)), AccessResult::success);
  EXPECT_TRUE(site.meter.backlight) << "always, also behind a reset";
  site.meter.power_off(true);
  site.meter.backlight = false;
  site.meter.power_on(METER_BOOT_POWER);
  EXPECT_TRUE(site.meter.backlight);
  ASSERT_EQ(site.set(kBehaviour, behaviour(10, 60, 0, 0)), AccessResult::success);
  site.press();
  EXPECT_FALSE(site.meter.backlight);
}

TEST(Display, StatesHaveTheirSymbols) {
  Site site;
  site.meter.turn(METER_INPUT_COVER, true);
  site.meter.turn(METER_INPUT_TERMINAL_COVER, true);
  site.meter.turn(METER_INPUT_MAGNET, true);
  site.meter.battery_mv = 2500;
  site.meter.sums(make_sums({240.0, 10.0, 170.0}), 50);
  Reading seen = site.look();
  for (const char* const mark : {"cover", "terminals", "magnet", "battery", "event", "export", "Q2",
                                 "closed", "clock", "profile", "L1"}) {
    EXPECT_TRUE(seen.has(mark)) << mark;
  }
  EXPECT_FALSE(seen.has("import") || seen.has("error") || seen.has("optical"));
  site.meter.turn(METER_INPUT_COVER, false);
  EXPECT_FALSE(site.look().has("cover"));
  site.meter.sums(make_sums({110.0, 10.0, 170.0}), 50);
  EXPECT_FALSE(site.look().has("L1")) << "below half of its voltage";
  TestClient client(site.meter, rigs::management_client(site.meter.provision, 1),
                    METER_UART_OPTICAL);
  ASSERT_TRUE(client.connect());
  EXPECT_TRUE(site.look().has("optical"));
  client.disconnect();
  EXPECT_FALSE(site.look().has("optical"));
}

// The mains are gone, and the battery keeps the instance.
TEST(Display, OnTheBatteryItComesAtTheButton) {
  ASSERT_NE(meter_ad11a_firmware()->capabilities & METER_SLEEPS, 0u);
  EXPECT_EQ(meter_ad13a_firmware()->capabilities & METER_SLEEPS, 0u);
  Site site;
  site.meter.sums(make_sums({240.0, 10.0, 0.0}), 50);
  site.press();
  site.meter.firmware->on_power(site.meter.instance(), METER_POWER_FAILING);
  site.meter.firmware->on_power(site.meter.instance(), METER_POWER_BATTERY);
  EXPECT_FALSE(site.meter.backlight);
  EXPECT_TRUE(site.look().dark);
  site.meter.run_for_us(30 * kSecond_us);
  site.press();
  const Reading awake = site.look();
  EXPECT_EQ(awake.code, "1.8.0");
  EXPECT_FALSE(awake.has("L1") || awake.has("import"));
  EXPECT_FALSE(site.meter.backlight);
  site.press();
  EXPECT_EQ(site.look().code, "2.8.0");
  site.meter.turn(METER_INPUT_COVER, true);
  EXPECT_TRUE(site.look().has("cover"));
  site.meter.run_for_us(10 * kSecond_us);
  EXPECT_TRUE(site.look().dark);
  // No row for a quarter of an hour that passed asleep, and the events in their order.
  const std::size_t rows = site.meter.rows(meter::fw::LogId::load).size();
  site.meter.run_for_us(1800 * kSecond_us);
  EXPECT_EQ(site.meter.rows(meter::fw::LogId::load).size(), rows);
  site.meter.power_off(false);
  site.meter.power_on(METER_BOOT_POWER);
  EXPECT_THAT(site.meter.event_codes(meter::fw::LogId::standard_events), ElementsAre(2, 1, 2));
  EXPECT_THAT(site.meter.event_codes(meter::fw::LogId::fraud_events), ElementsAre(44, 230));
}

// A watchdog is an error that scrolls on; one of the flash is critical and stands there.
TEST(Display, ACriticalErrorStandsInThePlaceOfTheList) {
  Site site;
  site.meter.power_off(false);
  site.meter.power_on(METER_BOOT_WATCHDOG);
  site.meter.run_for_us(4 * kSecond_us);
  EXPECT_TRUE(site.look().has("error"));
  EXPECT_EQ(site.look().code, "1.8.0");
  site.meter.power_off(false);
  std::fill(site.meter.retained.begin(), site.meter.retained.end(), std::uint8_t{0x5A});
  site.meter.power_on(METER_BOOT_POWER);
  site.meter.run_for_us(14 * kSecond_us);
  EXPECT_EQ(site.shown().substr(0, 7), "97.97.0");
  EXPECT_NE(site.look().value, "00000000");
  site.press();
  EXPECT_EQ(site.look().code, "1.8.0") << "the button goes past it";
}

}  // namespace
