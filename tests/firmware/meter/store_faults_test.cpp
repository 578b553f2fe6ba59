// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A flash that refuses, a supply that ends at the wrong moment: who asked is told, and nothing is
// erased before its successor is there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "meter/fw/store/parameters.hpp"
#include "protocol/cosem/classes/clock.hpp"
#include "protocol/cosem/classes/disconnect_control.hpp"
#include "protocol/cosem/classes/profile_generic.hpp"
#include "protocol/cosem/classes/register.hpp"
#include "protocol/cosem/classes/security_setup.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"
#include "tests/rigs/meter/wire_value.hpp"

namespace {

namespace axdr = protocol::axdr;
namespace classes = protocol::cosem::classes;
using meter::fw::BlockKind;
using meter::fw::LogId;
using protocol::Writer;
using protocol::cosem::AccessResult;
using protocol::cosem::Attribute;
using protocol::cosem::obis;
using rigs::encoded;
using rigs::kDay_s;
using rigs::MeterFixture;
using rigs::TestClient;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);
const Attribute kPeriod{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 4};
const Attribute kEntries{classes::ProfileGeneric::kId, obis(1, 0, 99, 1, 0), 7};
const Attribute kTime{classes::Clock::kId, obis(0, 0, 1, 0, 0), 2};
const Attribute kZone{classes::Clock::kId, obis(0, 0, 1, 0, 0), 3};
const Attribute kSummer{classes::Clock::kId, obis(0, 0, 1, 0, 0), 8};
const Attribute kMode{classes::DisconnectControl::kId, obis(0, 0, 96, 3, 10), 4};
constexpr auto kRelay = obis(0, 0, 96, 3, 10);

std::vector<std::uint8_t> seconds(std::uint32_t value) {
  return encoded([&](Writer& out) { axdr::put_double_long_unsigned(value, out); });
}

class StoreFaults : public testing::Test {
 protected:
  MeterFixture meter{kStart};
  TestClient manager{meter, rigs::management_client(meter.provision)};

  void open() { ASSERT_TRUE(manager.connect() && manager.associate()); }
};

TEST_F(StoreFaults, what_flash_refuses_is_an_error_to_the_client_and_changes_nothing) {
  meter.run_to(kStart + kDay_s);
  open();
  const auto read = [&](const Attribute& what) { return manager.get(what); };
  const Attribute all[] = {kPeriod, kEntries, kZone, kSummer, kMode};
  std::vector<rigs::OptionalValue> before;
  for (const Attribute& what : all) before.push_back(read(what));
  const int orders = meter.relay_orders;

  meter.failing_pages = {0, 1};  // where the parameters are
  const auto refused = [&](bool done) {
    EXPECT_EQ(manager.refusal, AccessResult::hardware_fault);
    return !done;
  };
  EXPECT_TRUE(refused(manager.set(kPeriod, seconds(1800))));
  EXPECT_TRUE(refused(manager.set(kZone, encoded([](Writer& out) { axdr::put_long(-120, out); }))));
  EXPECT_TRUE(
      refused(manager.set(kSummer, encoded([](Writer& out) { axdr::put_boolean(false, out); }))));
  EXPECT_TRUE(refused(manager.set(kMode, encoded([](Writer& out) { axdr::put_enum(1, out); }))));
  for (const std::int8_t method : {1, 2}) {
    const bool done = manager.action({classes::DisconnectControl::kId, kRelay, method},
                                     encoded([](Writer& out) { axdr::put_integer(0, out); }));
    EXPECT_EQ(done, method == 2) << "connected already: nothing to be done";
  }
  EXPECT_TRUE(refused(manager.action({classes::SecuritySetup::kId, obis(0, 0, 43, 0, 0), 1},
                                     encoded([](Writer& out) { axdr::put_enum(3, out); }))));
  std::size_t k = 0;
  for (const Attribute& what : all) EXPECT_EQ(read(what), before[k++]);
  EXPECT_EQ(meter.relay_orders, orders);

  meter.failing_pages.clear();
  EXPECT_TRUE(manager.set(kMode, encoded([](Writer& out) { axdr::put_enum(1, out); })));
  EXPECT_TRUE(manager.set(kPeriod, seconds(1800)));
}

// Cut anywhere: the old profile with its period, or the new period and rows of it only.
TEST_F(StoreFaults, a_cut_in_a_change_of_period_loses_no_profile_and_adopts_none) {
  bool complete = false;
  bool kept = false;
  bool begun = false;
  for (std::uint64_t at = 1; !complete && at < 60; ++at) {
    for (const std::uint32_t octets : {0u, 100u, METER_FLASH_PAGE_BYTES}) {
      MeterFixture cut{kStart};
      cut.run_to(kStart + 3 * kDay_s);
      TestClient client{cut, rigs::management_client(cut.provision)};
      ASSERT_TRUE(client.connect() && client.associate());
      cut.cut_at_operation(at, octets);
      static_cast<void>(client.set(kPeriod, seconds(1800)));
      complete = !cut.cut_happened();
      cut.power_off(false);
      cut.power_on(METER_BOOT_POWER);
      TestClient reader{cut, rigs::reading_client(cut.provision)};
      ASSERT_TRUE(reader.connect() && reader.associate());
      const std::uint64_t period_s = rigs::unsigned_in(reader, kPeriod);
      EXPECT_EQ(rigs::unsigned_in(reader, kEntries), period_s == 900 ? 288u : 0u) << at;
      EXPECT_TRUE(period_s == 900 || period_s == 1800);
      kept |= period_s == 900;
      begun |= period_s == 1800;
    }
  }
  EXPECT_TRUE(complete && kept && begun);
}

// A meter provisioned anew at another period keeps no page of the profile before.
TEST_F(StoreFaults, a_profile_of_an_earlier_period_is_not_adopted) {
  meter_provision fast = rigs::make_provision();
  fast.capture_period_s = 300;
  MeterFixture again{kStart, fast};
  again.run_to(kStart + 64 * kDay_s);  // into every page of the longest profile
  again.power_off(true);
  again.construct();
  const meter_provision slow = rigs::make_provision();
  ASSERT_EQ(again.firmware->provision(again.instance(), &slow), 0);
  again.boot(METER_BOOT_FIRST);
  TestClient client{again, rigs::management_client(slow, 10'000)};
  ASSERT_TRUE(client.connect() && client.associate());
  EXPECT_EQ(rigs::unsigned_in(client, kEntries), 0u);
  EXPECT_TRUE(client.set(kPeriod, seconds(300)));
  EXPECT_EQ(rigs::unsigned_in(client, kEntries), 0u);
  EXPECT_TRUE(client.set(kPeriod, seconds(3600)));
  EXPECT_TRUE(client.set(kPeriod, seconds(300)));
  EXPECT_EQ(rigs::unsigned_in(client, kEntries), 0u);
}

// ---- The key-value store ----

class ParameterFaults : public testing::Test {
 protected:
  rigs::FakePlatform platform{meter_ad11a_firmware()};
  meter::fw::Hal hal{&platform.hal};
  meter::fw::Parameters parameters;

  void SetUp() override { parameters.open(hal); }
  bool store(std::uint32_t value) {
    return parameters.store(hal, BlockKind::counter_reservation, value);
  }
  std::uint32_t loaded(BlockKind kind) {
    meter::fw::Parameters again;
    again.open(hal);
    std::uint32_t value = 0;
    return again.load(hal, kind, value) ? value : 0;
  }
};

// The next page does not erase: the one before holds everything, and is not touched.
TEST_F(ParameterFaults, a_page_that_does_not_erase_costs_no_value) {
  ASSERT_TRUE(parameters.store(hal, BlockKind::profiles, 900u));
  std::uint32_t last = 0;
  for (const std::uint32_t bad : {1u, 0u}) {
    platform.failing_pages = {bad};
    int refused = 0;
    for (std::uint32_t value = last + 1; refused < 50; ++value) {
      if (store(value)) {
        last = value;
      } else {
        ++refused;
      }
      std::uint32_t period_s = 0;
      ASSERT_TRUE(parameters.load(hal, BlockKind::profiles, period_s));
      ASSERT_EQ(period_s, 900u);
    }
    platform.failing_pages.clear();
    ASSERT_EQ(loaded(BlockKind::profiles), 900u);
    parameters.open(hal);
    ASSERT_TRUE(store(++last)) << "it goes on when the flash does";
    for (int k = 0; k < 15; ++k) ASSERT_TRUE(store(++last));
  }
}

// The new page takes no copy of what stands on the old one only: that is not erased.
TEST_F(ParameterFaults, a_page_is_not_erased_while_something_stands_only_there) {
  ASSERT_TRUE(parameters.store(hal, BlockKind::profiles, 900u));
  for (std::uint32_t value = 1; platform.erases[1] == 0; ++value) {
    ASSERT_TRUE(store(value));
    if (platform.erases[1] == 1) break;
  }
  ASSERT_EQ(platform.erases[1], 1u);
  // From here on page 1 takes nothing: its rows, the copy of the period too, are torn.
  std::fill_n(platform.flash.begin() + METER_FLASH_PAGE_BYTES + 12, 2 * 208, std::uint8_t{0});
  platform.failing_pages = {1};
  for (int k = 0; k < 60; ++k) EXPECT_FALSE(store(1000)) << k;
  EXPECT_EQ(loaded(BlockKind::profiles), 900u);
  EXPECT_EQ(platform.erases[0], 1u) << "the page that has it is still there";
}

// ---- The clock ----

TEST_F(StoreFaults, a_weekday_that_contradicts_the_date_is_refused) {
  open();
  const auto set = [&](std::uint8_t weekday) {  // 2026-07-01 is a Wednesday
    const std::vector<std::uint8_t> value{9,  12, 0x07, 0xEA, 7,    1, weekday,
                                          12, 0,  0,    0,    0x80, 0, 0};
    return manager.set(kTime, value);
  };
  EXPECT_FALSE(set(4));
  EXPECT_FALSE(set(0));
  EXPECT_FALSE(set(8));
  EXPECT_EQ(meter.rtc_now() / METER_RTC_HZ, kStart);
  EXPECT_TRUE(set(3));
  EXPECT_TRUE(set(0xFF));
  EXPECT_EQ(meter.rtc_now() / METER_RTC_HZ, rigs::utc_s(2026, 7, 1, 10));
}

// 01:00 UTC on the last Sunday. Where that is still Saturday the rule is in UTC.
TEST_F(StoreFaults, the_season_rule_names_the_day_in_every_zone) {
  open();
  const auto rule = [&](std::int8_t attribute) {
    const auto value = manager.get({classes::Clock::kId, kTime.instance, attribute});
    return value ? std::vector<int>{(*value)[4], (*value)[5], (*value)[6], (*value)[7],
                                    static_cast<std::int16_t>((*value)[11] << 8 | (*value)[12])}
                 : std::vector<int>{};
  };
  const auto zone = [&](std::int16_t minutes) {
    return manager.set(kZone, encoded([&](Writer& out) { axdr::put_long(minutes, out); }));
  };
  using testing::ElementsAre;
  EXPECT_THAT(rule(5), ElementsAre(3, 0xFE, 7, 2, -60));
  EXPECT_THAT(rule(6), ElementsAre(10, 0xFE, 7, 3, -120));
  ASSERT_TRUE(zone(60));  // Azores: midnight
  EXPECT_THAT(rule(5), ElementsAre(3, 0xFE, 7, 0, 60));
  EXPECT_THAT(rule(6), ElementsAre(10, 0xFE, 7, 1, 0));
  ASSERT_TRUE(zone(120));  // Greenland: 23:00 on Saturday
  EXPECT_THAT(rule(5), ElementsAre(3, 0xFE, 7, 1, 0));
  EXPECT_THAT(rule(6), ElementsAre(10, 0xFE, 7, 0, 60));
  ASSERT_TRUE(zone(180));
  EXPECT_THAT(rule(5), ElementsAre(3, 0xFE, 7, 1, 0));
  EXPECT_THAT(rule(6), ElementsAre(10, 0xFE, 7, 1, 0));
}

}  // namespace
