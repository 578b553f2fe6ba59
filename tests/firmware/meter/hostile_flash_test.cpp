// SPDX-FileCopyrightText: amitwin contributors
// SPDX-License-Identifier: Apache-2.0
// A flash that holds what this meter did not write, or not here: found by fuzz_meter.
#include <gtest/gtest.h>

#include <cstring>
#include <set>

#include "meter/fw/store/parameters.hpp"
#include "protocol/crc32.hpp"
#include "tests/rigs/meter/meter_fixture.hpp"
#include "tests/rigs/meter/test_client.hpp"

namespace {

using meter::fw::BlockKind;
using meter::fw::Hal;
using meter::fw::kParameterPlace;
using meter::fw::LogPlace;
using meter::fw::RowHead;
using meter::fw::RowLog;
using rigs::FakePlatform;
using rigs::MeterFixture;
using rigs::TestClient;

const std::int64_t kStart = rigs::utc_s(2026, 2, 10);

bool serves(FakePlatform& meter) {
  TestClient client(meter, rigs::public_client());
  return client.connect() && client.associate();
}

// A record with a good checksum and any octets, as the newest of its kind.
void put_record(MeterFixture& meter, BlockKind kind, std::uint32_t first_word) {
  const Hal hal(&meter.hal);
  RowLog log;
  log.open(hal, kParameterPlace, 0);
  RowHead head;
  head.code = static_cast<std::uint8_t>(kind);
  std::array<std::uint8_t, meter::fw::kMaxRowValues> values{};
  std::memcpy(values.data(), &first_word, sizeof first_word);
  ASSERT_TRUE(log.append(hal, head, values));
}

TEST(HostileFlash, a_page_of_another_log_shows_no_rows) {
  FakePlatform platform(meter_ad11a_firmware());
  const Hal hal(&platform.hal);
  const LogPlace here{20, 3, 24}, there{23, 3, 24};
  RowLog one, other;
  one.open(hal, here, 100);
  other.open(hal, there, 100);
  std::array<std::uint8_t, 24> values{};
  for (std::uint32_t n = 0; n < 30; ++n) {
    values.fill(1);
    ASSERT_TRUE(one.append(hal, {}, values));
    values.fill(2);
    ASSERT_TRUE(other.append(hal, {}, values));
  }
  const auto page = [&](unsigned number) {
    return platform.flash.begin() + number * METER_FLASH_PAGE_BYTES;
  };
  std::swap_ranges(page(20), page(21), page(23));
  one.open(hal, here, 100);
  EXPECT_EQ(one.rows(), 0u);
  ASSERT_TRUE(one.append(hal, {}, values));
  EXPECT_EQ(one.rows(), 1u);
}

TEST(HostileFlash, a_page_of_a_generation_beyond_all_life_is_none) {
  FakePlatform platform(meter_ad11a_firmware());
  const Hal hal(&platform.hal);
  const LogPlace place{20, 3, 24};
  const std::uint32_t head[2] = {0x4C574F52u, 0xFFFFFFFFu / 3 * 3};  // belongs on the first page
  const std::uint32_t crc =
      protocol::crc32({reinterpret_cast<const std::uint8_t*>(head), sizeof head}, place.first_page);
  const std::size_t at = place.first_page * METER_FLASH_PAGE_BYTES;
  std::memcpy(platform.flash.data() + at, head, sizeof head);
  std::memcpy(platform.flash.data() + at + sizeof head, &crc, sizeof crc);
  RowLog log;
  log.open(hal, place, 100);
  EXPECT_EQ(log.next_slot(), 0u);
  EXPECT_EQ(log.rows(), 0u);
}

// Nothing of a log reads back, and more slots were used than a row can tell of: it begins anew.
TEST(HostileFlash, a_log_without_a_row_that_reads_back_is_empty) {
  FakePlatform platform(meter_ad11a_firmware());
  const Hal hal(&platform.hal);
  const LogPlace place{20, 3, 24};
  const std::uint32_t head[2] = {0x4C574F52u, 3000};
  const std::uint32_t crc =
      protocol::crc32({reinterpret_cast<const std::uint8_t*>(head), sizeof head}, place.first_page);
  const std::size_t at = place.first_page * METER_FLASH_PAGE_BYTES;
  std::memset(platform.flash.data() + at, 0, METER_FLASH_PAGE_BYTES);
  std::memcpy(platform.flash.data() + at, head, sizeof head);
  std::memcpy(platform.flash.data() + at + sizeof head, &crc, sizeof crc);
  RowLog log;
  log.open(hal, place, 100);
  EXPECT_EQ(log.rows(), 0u);
  std::array<std::uint8_t, 24> values{};
  ASSERT_TRUE(log.append(hal, {}, values));
  log.open(hal, place, 100);
  EXPECT_EQ(log.rows(), 1u);
}

TEST(HostileFlash, an_identity_of_another_layout_is_none) {
  MeterFixture meter(kStart);
  meter.power_off(true);
  put_record(meter, BlockKind::identity, 0);
  meter.power_on(METER_BOOT_POWER);
  meter.run_for_us(rigs::kDay_s * rigs::kSecond_us);
  EXPECT_FALSE(serves(meter));  // waits for the production line
}

TEST(HostileFlash, setups_that_make_no_sense_give_way_to_those_of_the_production_line) {
  MeterFixture meter(kStart);
  meter.run_to(kStart + rigs::kDay_s);
  ASSERT_EQ(meter.rows(meter::fw::LogId::load).size(), 96u);
  meter.power_off(true);
  put_record(meter, BlockKind::profiles, 0);
  meter.power_on(METER_BOOT_POWER);
  EXPECT_TRUE(serves(meter));
  EXPECT_EQ(meter.rows(meter::fw::LogId::load).size(), 96u);  // they were those
  meter.run_to(kStart + rigs::kDay_s + rigs::kHour_s);
  EXPECT_EQ(meter.rows(meter::fw::LogId::load).size(), 100u);
}

// The record of the reservation rots: what it reserved may have been used.
TEST(HostileFlash, no_invocation_counter_comes_twice_when_its_reservation_is_lost) {
  MeterFixture meter(kStart);
  const auto associate = [&] {
    TestClient client(meter, rigs::management_client(meter.provision, meter.management_counter));
    ASSERT_TRUE(client.connect() && client.associate());
    meter.management_counter = client.counter() + 1;
    client.disconnect();
  };
  for (int lives = 0; lives < 4; ++lives) {
    associate();
    meter.power_off(true);
    const Hal hal(&meter.hal);
    RowLog log;
    log.open(hal, kParameterPlace, 0);
    for (std::uint32_t slot = log.next_slot(); slot-- > 0;) {
      RowHead head;
      if (!log.read(hal, slot, head, {})) continue;
      if (head.code != static_cast<std::uint8_t>(BlockKind::counter_reservation)) continue;
      const std::size_t row = sizeof head + kParameterPlace.value_octets + 4;
      meter.flash[slot / log.rows_per_page() % 2 * METER_FLASH_PAGE_BYTES +
                  meter::fw::kPageHeaderOctets + slot % log.rows_per_page() * row] ^= 0x10;
      break;
    }
    meter.power_on(METER_BOOT_POWER);
  }
  associate();
  const std::set<std::array<std::uint8_t, 12>> used(meter.sealed_ivs.begin(),
                                                    meter.sealed_ivs.end());
  EXPECT_EQ(used.size(), meter.sealed_ivs.size());
  EXPECT_GT(used.size(), 4u);
}

// Near the end of a key no reservation is left to pass over: then its life is over.
TEST(HostileFlash, no_invocation_counter_comes_twice_near_the_end_of_a_key) {
  MeterFixture meter(kStart);
  meter.power_off(true);
  const Hal hal(&meter.hal);
  put_record(meter, BlockKind::counter_reservation, UINT32_MAX - 1500);
  for (int lost = 0; lost < 2; ++lost) {
    put_record(meter, BlockKind::counter_reservation, UINT32_MAX - 500);
    RowLog log;
    log.open(hal, kParameterPlace, 0);
    const std::uint32_t slot = log.next_slot() - 1;
    const std::size_t row = sizeof(RowHead) + kParameterPlace.value_octets + 4;
    meter.flash[slot / log.rows_per_page() % 2 * METER_FLASH_PAGE_BYTES +
                meter::fw::kPageHeaderOctets + slot % log.rows_per_page() * row] ^= 0x10;
  }
  meter.power_on(METER_BOOT_POWER);
  EXPECT_TRUE(serves(meter));
  TestClient client(meter, rigs::management_client(meter.provision, meter.management_counter));
  EXPECT_TRUE(client.connect());
  EXPECT_FALSE(client.associate());
  EXPECT_TRUE(meter.sealed_ivs.empty());
}

}  // namespace
